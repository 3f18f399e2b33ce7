#pragma once
/// The GPU's vocabulary for kernel::sequence_trainer: a warp trains a sequence.
///
/// Input rows are staged in a ring on chip (warp_ring.hpp). Output rows are read for each centre, their deltas added at
/// its end. A row's columns are dealt out to the lanes, which never touch another's, so that rows need no
/// synchronisation; logits and ring bookkeeping do.

#include <cmath>
#include <cstdint>

#include "cuda/sgns/warp_ring.hpp"
#include "m2grl/kernel/logistic.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"
#include "m2grl/kernel/task_weights.hpp"

namespace m2grl::cuda {

/// Element: of the tables' rows, float or bf16; on chip all is fp32.
template <std::uint32_t Columns, bool Adagrad, class Element = float>
class warp_vocabulary {
  using rows = row_parts<Columns, Element>;
  using part = typename rows::part;
  static constexpr std::uint32_t panel = rows::panel, panels = rows::panels, share = rows::share;

 public:
  /// `arrays` is followed by what warp_layout describes. `rate` = ŵ_t · η. `rounding_seed`, of bf16 rows' roundings:
  /// one for each warp.
  M2GRL_HOST_DEVICE warp_vocabulary(const table_ref& inputs, const table_ref& outputs, std::uint32_t dim, float rate,
                                    const warp_layout& layout, warp_arrays& arrays, std::uint32_t rounding_seed = 0)
      : inputs_(inputs),
        outputs_(outputs),
        dim_(dim),
        rate_(rate),
        layout_(layout),
        arrays_(arrays),
        rows_(warp_, rounding_seed),
        ring_(warp_, inputs, layout.ring_rows, arrays, rest()),
        stage_(rest() + layout.stage()),
        logits_(rest() + layout.logits(Adagrad)) {
    warp_.each([&](std::uint32_t lane) { loss_[lane] = 0; });
    // Places of a tile beyond the outputs there are stay zero, so that gradients can be read by whole vectors.
    warp_.map(layout.contexts * layout.logit_stride(), [&](std::uint32_t i) { logits_[i] = 0; });
  }

  template <class Function>
  M2GRL_HOST_DEVICE void map(std::uint32_t n, Function&& f) {
    warp_.map(n, f);
  }

  M2GRL_HOST_DEVICE void prefetch_input(std::uint32_t id) const { rows::prefetch(inputs_, id); }
  M2GRL_HOST_DEVICE void prefetch_outputs(const std::uint32_t* ids, std::uint32_t n) const {
    for (std::uint32_t k = 0; k < n; ++k) rows::prefetch(outputs_, ids[k]);
  }

  M2GRL_HOST_DEVICE void enter(std::uint32_t slot, std::uint32_t id) { ring_.enter(slot, id); }
  M2GRL_HOST_DEVICE void leave(std::uint32_t slot) { ring_.leave(slot, rows_); }

  M2GRL_HOST_DEVICE void train_centre(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    pairs_ += window.count;
    if (layout_.staged_outputs(Adagrad)) {
      train_staged(window, plan);
    } else if (plan.count <= 6) {
      train_in_registers<6>(window, plan);
    } else {
      train_in_registers<tile_outputs>(window, plan);
    }
  }

  /// Of all centres so far.
  [[nodiscard]] M2GRL_HOST_DEVICE kernel::loss_tally tally() const {
    kernel::loss_tally result;
    result.loss = warp_.sum(loss_);
    result.pairs = pairs_;
    result.non_finite = non_finite_;
    return result;
  }

 private:
  template <std::uint32_t Outputs>
  using output_parts = per_lane<part[Outputs]>;

  [[nodiscard]] M2GRL_HOST_DEVICE float& logit(std::uint32_t context, std::uint32_t output) const {
    return logits_[context * layout_.logit_stride() + output];
  }
  /// What follows the arrays of known size.
  [[nodiscard]] M2GRL_HOST_DEVICE float* rest() const { return reinterpret_cast<float*>(&arrays_ + 1); }
  [[nodiscard]] M2GRL_HOST_DEVICE part& stage_part(std::uint32_t k, std::uint32_t lane) const {
    return *reinterpret_cast<part*>(stage_ + k * panel + lane * share);
  }

  /// Up to 8 output rows of one panel stay in registers from the logits to the update.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void train_in_registers(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    output_parts<Outputs> t;
    load_outputs<Outputs>(plan, 0, 0, t);
    add_logits<Outputs>(window, plan.count, 0, 0, t);
    if (!gradients(window.count, plan, rate_)) return;
    if (!ring_.shares_copies()) {
      move_both<Outputs>(window, plan, t);
      return;
    }
    add_output_deltas<Outputs>(window, plan, 0, 0, [&](std::uint32_t k, std::uint32_t lane) { return t[lane][k]; });
    for (std::uint32_t i = 0; i < window.count; ++i) move_input<Outputs>(window, plan.count, i, 0, 0, 1, t);
  }

  /// Any number of outputs, rows of any width: tiles of 8 outputs by panels of 128 columns. A panel's output rows are
  /// staged before any of them changes, so every delta is computed from what was read.
  M2GRL_HOST_DEVICE void train_staged(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    const std::uint32_t n = plan.count;
    for (std::uint32_t first = 0; first < n; first += tile_outputs) {
      for (std::uint32_t p = 0; p < panels; ++p) {
        output_parts<tile_outputs> t;
        load_outputs<tile_outputs>(plan, first, p, t);
        add_logits<tile_outputs>(window, n, first, p, t);
      }
    }
    if (!gradients(window.count, plan, Adagrad ? 1.0f : rate_)) return;
    if constexpr (Adagrad) set_adagrad_rates(window, plan);
    for (std::uint32_t p = 0; p < panels; ++p) {
      stage_outputs(plan, p);
      for (std::uint32_t first = 0; first < n; first += tile_outputs) {
        add_output_deltas<tile_outputs>(
            window, plan, first, p, [&](std::uint32_t k, std::uint32_t lane) { return stage_part(first + k, lane); });
      }
      for (std::uint32_t first = 0; first < n; first += tile_outputs) {
        output_parts<tile_outputs> t;
        load_stage(n, first, t);
        for (std::uint32_t i = 0; i < window.count; ++i) {
          move_input<tile_outputs>(window, n, i, first, p, Adagrad ? arrays_.input_rate[i] : 1.0f, t);
        }
      }
    }
  }

  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void load_outputs(const kernel::centre_plan& plan, std::uint32_t first, std::uint32_t p,
                                      output_parts<Outputs>& t) const {
    warp_.each([&](std::uint32_t lane) {
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
        t[lane][k] =
            first + k < plan.count ? rows::load(outputs_, plan.outputs[first + k], rows::column(p, lane)) : part{};
      }
    });
  }
  M2GRL_HOST_DEVICE void stage_outputs(const kernel::centre_plan& plan, std::uint32_t p) const {
    for (std::uint32_t k = 0; k < plan.count; ++k) {
      warp_.each([&](std::uint32_t lane) {
        stage_part(k, lane) = rows::load(outputs_, plan.outputs[k], rows::column(p, lane));
      });
    }
  }
  M2GRL_HOST_DEVICE void load_stage(std::uint32_t n, std::uint32_t first, output_parts<tile_outputs>& t) const {
    warp_.each([&](std::uint32_t lane) {
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < tile_outputs; ++k) {
        t[lane][k] = first + k < n ? stage_part(first + k, lane) : part{};
      }
    });
  }

  /// Logits of the window against outputs first … first + Outputs − 1, summed over panels p = 0, 1, … : as many rows
  /// at a time as 32 sums hold.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void add_logits(const kernel::window_slots& window, std::uint32_t n, std::uint32_t first,
                                    std::uint32_t p, const output_parts<Outputs>& t) {
    constexpr std::uint32_t at_once = warp_lanes / Outputs;
    for (std::uint32_t i = 0; i < window.count; i += at_once) {
      per_lane<float[warp_lanes]> partial;
      warp_.each([&](std::uint32_t lane) {
        M2GRL_DEVICE_UNROLL for (std::uint32_t r = 0; r < at_once; ++r) {
          const part x = i + r < window.count ? ring_.now(window, i + r, rows::column(p, lane)) : part{};
          M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
            float dot = 0;
            M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) dot += x.v[j] * t[lane][k].v[j];
            partial[lane][r * Outputs + k] = dot;
          }
        }
        M2GRL_DEVICE_UNROLL for (std::uint32_t v = at_once * Outputs; v < warp_lanes; ++v) partial[lane][v] = 0;
      });
      const per_lane<float> sums = warp_.sums(partial);
      warp_.each([&](std::uint32_t lane) {
        const std::uint32_t r = lane / Outputs, k = lane % Outputs;
        if (r >= at_once || i + r >= window.count || first + k >= n) return;
        float& z = logit(i + r, first + k);
        z = p == 0 ? sums[lane] : z + sums[lane];
      });
    }
  }

  /// Logits to gradients scale·(y − σ(z)), and their losses. False where one is not finite: then nothing is written.
  M2GRL_HOST_DEVICE bool gradients(std::uint32_t m, const kernel::centre_plan& plan, float scale) {
    warp_.sync();
    per_lane<bool> faulty;
    const std::uint32_t n = plan.count, masked = plan.masked;
    per_lane<float> losses;
    warp_.each([&](std::uint32_t lane) {
      faulty[lane] = false;
      losses[lane] = 0;
      for (std::uint32_t i = lane; i < m * n; i += warp_lanes) {
        const std::uint32_t k = i % n;
        float& z = logit(i / n, k);
        float gradient = 0;
        if (((masked >> k) & 1u) == 0) {
          const kernel::logistic result = kernel::logistic_of(z, k == 0);
          if (!kernel::usable_logit(z)) faulty[lane] = true;
          losses[lane] += result.loss;
          gradient = scale * result.gradient;
        }
        z = gradient;
      }
    });
    warp_.sync();
    if (warp_.any(faulty)) {
      non_finite_ = true;
      return false;
    }
    warp_.each([&](std::uint32_t lane) { loss_[lane] += kernel::to_fixed_point(static_cast<double>(losses[lane])); });
    return true;
  }

  /// Rows first … of T += Gᵀ X: the window's rows are as they were. before(k, lane): row first + k as it was read.
  template <std::uint32_t Outputs, class Before>
  M2GRL_HOST_DEVICE void add_output_deltas(const kernel::window_slots& window, const kernel::centre_plan& plan,
                                           std::uint32_t first, std::uint32_t p, Before&& before) {
    output_parts<Outputs> delta;
    const std::uint32_t n = plan.count;
    warp_.each([&](std::uint32_t lane) {
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) delta[lane][k] = part{};
      for (std::uint32_t i = 0; i < window.count; ++i) {
        const part x = ring_.now(window, i, rows::column(p, lane));
        M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
          const float g = first + k < n ? logit(i, first + k) : 0.0f;
          M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) delta[lane][k].v[j] += g * x.v[j];
        }
      }
    });
    add_to_outputs<Outputs>(plan, first, p, delta, before);
  }
  template <std::uint32_t Outputs, class Before>
  M2GRL_HOST_DEVICE void add_to_outputs(const kernel::centre_plan& plan, std::uint32_t first, std::uint32_t p,
                                        const output_parts<Outputs>& delta, Before&& before) {
    warp_.each([&](std::uint32_t lane) {
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
        if (first + k >= plan.count) break;
        const std::uint32_t id = plan.outputs[first + k];
        float factor = outputs_.factors != nullptr ? outputs_.factors[id] : 1.0f;
        if constexpr (Adagrad) factor *= arrays_.output_rate[first + k];
        part scaled;
        M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) scaled.v[j] = factor * delta[lane][k].v[j];
        rows_.add(outputs_, id, rows::column(p, lane), before(k, lane), scaled, lane);
      }
    });
  }

  /// T += Gᵀ X and X += G T in one pass over a window whose rows all have copies of their own: each is still as it was
  /// when its turn comes.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void move_both(const kernel::window_slots& window, const kernel::centre_plan& plan,
                                   const output_parts<Outputs>& t) {
    output_parts<Outputs> delta;
    warp_.each([&](std::uint32_t lane) {
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) delta[lane][k] = part{};
      for (std::uint32_t i = 0; i < window.count; ++i) {
        part& x = ring_.now(window, i, rows::column(0, lane));
        const part before = x;
        part after = before;
        float g[tile_outputs];
        load_gradients<Outputs>(i, g);
        M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
          M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) {
            delta[lane][k].v[j] += g[k] * before.v[j];
            after.v[j] += g[k] * t[lane][k].v[j];
          }
        }
        x = after;
      }
    });
    add_to_outputs<Outputs>(plan, 0, 0, delta, [&](std::uint32_t k, std::uint32_t lane) { return t[lane][k]; });
  }
  /// Of context i, by vectors; zero beyond the outputs that there are.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void load_gradients(std::uint32_t i, float (&g)[tile_outputs]) const {
    const columns<4> low = load<4>(&logit(i, 0));
    M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < 4; ++k) g[k] = low.v[k];
    constexpr std::uint32_t rest_of_tile = Outputs <= 6 ? 2 : 4;
    const columns<rest_of_tile> high = load<rest_of_tile>(&logit(i, 4));
    M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < rest_of_tile; ++k) g[4 + k] = high.v[k];
  }

  /// Row i of X += rate · G T, one tile of outputs. Re-read, so that positions that share a copy sum.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void move_input(const kernel::window_slots& window, std::uint32_t n, std::uint32_t i,
                                    std::uint32_t first, std::uint32_t p, float rate, const output_parts<Outputs>& t) {
    warp_.each([&](std::uint32_t lane) {
      part sum{};
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
        const float g = first + k < n ? logit(i, first + k) : 0.0f;
        M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) sum.v[j] += g * t[lane][k].v[j];
      }
      part& x = ring_.now(window, i, rows::column(p, lane));
      M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) x.v[j] += rate * sum.v[j];
    });
  }

  /// AdaGrad: the rate of every row of the centre, from its accumulator and the mean square of this gradient, which
  /// joins the accumulator.
  M2GRL_HOST_DEVICE void set_adagrad_rates(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    const std::uint32_t n = plan.count, m = window.count;
    warp_.map(m, [&](std::uint32_t i) { arrays_.input_square[i] = 0; });
    warp_.map(n, [&](std::uint32_t k) { arrays_.output_rate[k] = 0; });
    for (std::uint32_t p = 0; p < panels; ++p) {
      stage_outputs(plan, p);
      for (std::uint32_t i = 0; i < m; ++i) {
        const float square = squared_sum(n, [&](std::uint32_t k, std::uint32_t lane, float& g) {
          g = logit(i, k);
          return stage_part(k, lane);
        });
        warp_.map(1, [&](std::uint32_t) { arrays_.input_square[i] += square; });
      }
      for (std::uint32_t k = 0; k < n; ++k) {
        const float square = squared_sum(m, [&](std::uint32_t i, std::uint32_t lane, float& g) {
          g = logit(i, k);
          return ring_.now(window, i, rows::column(p, lane));
        });
        warp_.map(1, [&](std::uint32_t) { arrays_.output_rate[k] += square; });
      }
    }
    const float mean = 1.0f / static_cast<float>(dim_);
    warp_.map(m, [&](std::uint32_t i) {
      const ring_copy& copy = ring_.copy(window, i);
      arrays_.input_rate[i] =
          rate_ * kernel::adagrad_factor(copy.accumulated + copy.added_square + mean * arrays_.input_square[i]);
    });
    warp_.map(1, [&](std::uint32_t) {  // one lane: positions may share a copy
      for (std::uint32_t i = 0; i < m; ++i) {
        ring_.copy(window, i).added_square += mean * arrays_.input_square[i];
      }
    });
    per_lane<float> squares;
    warp_.each([&](std::uint32_t lane) {  // all are read before any is added to: outputs may be equal
      if (lane >= n) return;
      squares[lane] = mean * arrays_.output_rate[lane];
      arrays_.output_rate[lane] =
          rate_ *
          kernel::adagrad_factor(load_from_table<1>(outputs_.squares + plan.outputs[lane]).v[0] + squares[lane]);
    });
    warp_.sync();
    warp_.each([&](std::uint32_t lane) {
      if (lane < n) add_to_table<1>(outputs_.squares + plan.outputs[lane], {{squares[lane]}});
    });
    warp_.sync();
  }
  /// ‖Σ_k g_k·row_k‖² over the panel's columns.
  template <class Term>
  [[nodiscard]] M2GRL_HOST_DEVICE float squared_sum(std::uint32_t count, Term&& term) const {
    per_lane<float> square;
    warp_.each([&](std::uint32_t lane) {
      part sum{};
      for (std::uint32_t k = 0; k < count; ++k) {
        float g = 0;
        const part row = term(k, lane, g);
        for (std::uint32_t j = 0; j < share; ++j) sum.v[j] += g * row.v[j];
      }
      square[lane] = 0;
      for (std::uint32_t j = 0; j < share; ++j) square[lane] += sum.v[j] * sum.v[j];
    });
    return warp_.sum(square);
  }

  warp warp_;
  table_ref inputs_, outputs_;
  std::uint32_t dim_;
  float rate_;
  warp_layout layout_;
  warp_arrays& arrays_;
  rows rows_;
  warp_ring<Columns, Adagrad, Element> ring_;
  float *stage_, *logits_;
  per_lane<std::int64_t> loss_;  // in kernel::loss_unit
  std::uint64_t pairs_ = 0;
  bool non_finite_ = false;
};

}  // namespace m2grl::cuda
