#pragma once
/// The GPU's vocabulary for kernel::sequence_trainer: a warp trains a sequence.
///
/// Input rows are staged in a ring on chip (warp_ring.hpp). Output rows are read for each centre, their deltas added at
/// its end. A row's columns are dealt out to the lanes, which never touch another's, so that rows need no
/// synchronisation; logits and ring bookkeeping do.

#include <cstdint>

#include "cuda/sgns/adagrad_rates.hpp"
#include "cuda/sgns/output_stage.hpp"
#include "cuda/sgns/warp_logits.hpp"
#include "cuda/sgns/warp_ring.hpp"
#include "m2grl/kernel/sequence_trainer.hpp"

namespace m2grl::cuda {

/// Element: of the tables' rows, float or bf16; on chip all is fp32.
template <std::uint32_t Columns, bool Adagrad, class Element = float>
class warp_vocabulary {
  using rows = row_parts<Columns, Element>;
  using part = typename rows::part;
  static constexpr std::uint32_t panels = rows::panels, share = rows::share;

 public:
  /// `arrays` is followed by what warp_layout describes. `rate` = ŵ_t · η. `rounding_seed`, of bf16 rows' roundings:
  /// one for each warp.
  M2GRL_HOST_DEVICE warp_vocabulary(const table_ref& inputs, const table_ref& outputs, std::uint32_t dim, float rate,
                                    float logit_limit, const warp_layout& layout, warp_arrays& arrays,
                                    std::uint32_t rounding_seed = 0)
      : inputs_(inputs),
        outputs_(outputs),
        dim_(dim),
        rate_(rate),
        logit_limit_(logit_limit),
        layout_(layout),
        arrays_(arrays),
        rows_(warp_, rounding_seed),
        ring_(warp_, inputs, layout.ring_rows, arrays, rest()),
        stage_(warp_, rest() + layout.stage()),
        logits_(warp_, layout, rest() + layout.logits(Adagrad)) {}

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
    kernel::loss_tally result = logits_.tally();
    result.pairs = pairs_;
    return result;
  }

 private:
  template <std::uint32_t Outputs>
  using output_parts = per_lane<part[Outputs]>;

  /// What follows the arrays of known size.
  [[nodiscard]] M2GRL_HOST_DEVICE float* rest() const { return reinterpret_cast<float*>(&arrays_ + 1); }

  /// Up to 8 output rows of one panel stay in registers from the logits to the update.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void train_in_registers(const kernel::window_slots& window, const kernel::centre_plan& plan) {
    output_parts<Outputs> t;
    load_outputs<Outputs>(plan, 0, 0, t);
    logits_.template add<Outputs>(ring_, window, plan.count, 0, 0, t);
    if (!logits_.gradients(window.count, plan, rate_, logit_limit_)) return;
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
        logits_.template add<tile_outputs>(ring_, window, n, first, p, t);
      }
    }
    if (!logits_.gradients(window.count, plan, Adagrad ? 1.0f : rate_, logit_limit_)) return;
    if constexpr (Adagrad) {
      const adagrad_rates<Columns, Element> rates{outputs_, logits_, stage_, ring_, arrays_};
      rates.set(window, plan, rate_, 1.0f / static_cast<float>(dim_));
    }
    for (std::uint32_t p = 0; p < panels; ++p) {
      stage_.take(outputs_, plan, p);
      for (std::uint32_t first = 0; first < n; first += tile_outputs) {
        add_output_deltas<tile_outputs>(
            window, plan, first, p, [&](std::uint32_t k, std::uint32_t lane) { return stage_.at(first + k, lane); });
      }
      for (std::uint32_t first = 0; first < n; first += tile_outputs) {
        output_parts<tile_outputs> t;
        stage_.load_tile(n, first, t);
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
          const float g = first + k < n ? logits_.at(i, first + k) : 0.0f;
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
        logits_.template load_gradients<Outputs>(i, g);
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
  /// Row i of X += rate · G T, one tile of outputs. Re-read, so that positions that share a copy sum.
  template <std::uint32_t Outputs>
  M2GRL_HOST_DEVICE void move_input(const kernel::window_slots& window, std::uint32_t n, std::uint32_t i,
                                    std::uint32_t first, std::uint32_t p, float rate, const output_parts<Outputs>& t) {
    warp_.each([&](std::uint32_t lane) {
      part sum{};
      M2GRL_DEVICE_UNROLL for (std::uint32_t k = 0; k < Outputs; ++k) {
        const float g = first + k < n ? logits_.at(i, first + k) : 0.0f;
        M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) sum.v[j] += g * t[lane][k].v[j];
      }
      part& x = ring_.now(window, i, rows::column(p, lane));
      M2GRL_DEVICE_UNROLL for (std::uint32_t j = 0; j < share; ++j) x.v[j] += rate * sum.v[j];
    });
  }

  warp warp_;
  table_ref inputs_, outputs_;
  std::uint32_t dim_;
  float rate_, logit_limit_;
  warp_layout layout_;
  warp_arrays& arrays_;
  rows rows_;
  warp_ring<Columns, Adagrad, Element> ring_;
  output_stage<Columns, Element> stage_;
  warp_logits<Columns, Element> logits_;
  std::uint64_t pairs_ = 0;
};

}  // namespace m2grl::cuda
