#include "cpu/align.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <mutex>
#include <span>

#include "m2grl/kernel/logistic.hpp"

#include "train/batch_size.hpp"

namespace m2grl::cpu {
namespace {

constexpr std::uint64_t pairs_per_worker = 1024;  // below this, another thread costs more than it brings
constexpr float row_capacity = 8;                 // C of min(1, C / c), as for hot rows

using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using matrix_view = Eigen::Map<row_matrix, Eigen::Aligned64>;
using const_matrix_view = Eigen::Map<const row_matrix, Eigen::Aligned64>;

/// Rows first … first + count − 1 of a table, padding included.
matrix_view rows_of(table& t, std::size_t first, std::size_t count) {
  return {t.data() + first * t.stride(), static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(t.stride())};
}
const_matrix_view rows_of(const table& t, std::size_t first, std::size_t count) {
  return {t.data() + first * t.stride(), static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(t.stride())};
}

void reserve_rows(table& t, std::size_t rows, std::size_t dim) {
  if (t.rows() < rows || t.dim() != dim) t = table(rows, dim);
}

float scale_for(std::uint32_t touches) { return std::min(1.0f, row_capacity / static_cast<float>(touches)); }

/// Replaces the summed gradients of row `id` by Adam's direction; what is summed over a batch is bounded by it.
void turn_by_adam(const kernel::adam_rows& adam, std::uint32_t id, std::span<float> gradient) {
  const kernel::adam_correction undo = kernel::adam_correction_of(++adam.steps[id]);
  const std::size_t first = id * gradient.size();
  for (std::size_t c = 0; c < gradient.size(); ++c) {
    gradient[c] = kernel::adam_direction(gradient[c], adam.means[first + c], adam.squares[first + c], undo);
  }
}

}  // namespace

std::uint32_t link_trainer::side::slot(std::uint32_t id, std::uint32_t stamp) {
  if (stamp_of[id] != stamp) {
    stamp_of[id] = stamp;
    slot_of[id] = static_cast<std::uint32_t>(rows.size());
    rows.push_back(id);
    touches.push_back(0);
  }
  ++touches[slot_of[id]];
  return slot_of[id];
}

link_trainer::link_trainer(const problem& p, const link_task& task, worker_team& team, const kernel::adam_rows& a,
                           const kernel::adam_rows& b)
    : problem_(p), task_(task), team_(team) {
  const std::size_t n_a = p.views[task.input.from].input.nodes, n_b = p.views[task.input.to].input.nodes;
  const batch_size size = batch_size_of(p, task);
  batch_pairs_ = size.pairs;
  pool_size_ = size.pool;
  a_.slot_of.resize(n_a);
  a_.stamp_of.assign(n_a, 0);
  b_.slot_of.resize(n_b);
  b_.stamp_of.assign(n_b, 0);
  a_.adam = a;
  b_.adam = b;
  worker_gradient_.resize(team.size());
}

kernel::loss_tally link_trainer::train(std::uint32_t epoch, task_slice slice, double rate, const table_rows& a,
                                       const table_rows& b, relation& r) {
  const kernel::link_options options = task_.options(problem_.cfg, epoch);
  kernel::loss_tally total;
  for (std::uint64_t done = 0; done < slice.count;) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(batch_pairs_, slice.count - done));
    total += batch(options, slice.first + done, count, rate, a, b, r);
    done += count;
  }
  return total;
}

void link_trainer::draw(const kernel::link_options& o, std::uint64_t first, std::uint32_t count) {
  const std::uint32_t k = o.negatives;
  pairs_.resize(count);
  picks_.resize(std::size_t{count} * k);
  pool_.resize(pool_size_);
  for (std::uint32_t i = 0; i < pool_size_; ++i) pool_[i] = kernel::draw_pool_entry(o, first, i);
  team_.run(workers_, [&](team_member me) {
    const auto [begin, end] = me.share(count);
    for (std::size_t pair = begin; pair < end; ++pair) {
      pairs_[pair] = kernel::draw_pair(o, first + pair);
      for (std::uint32_t j = 0; j < k; ++j) {
        picks_[pair * k + j] = pool_[kernel::draw_pool_index(o, first + pair, j, pool_size_)];
      }
    }
  });
}

/// Finds the unique rows of both sides, replaces ids by slots, and orders the pairs by their a side.
void link_trainer::collect(std::uint32_t count) {
  const std::uint32_t k = problem_.cfg.negatives;
  ++stamp_;
  for (side* s : {&a_, &b_}) {
    s->rows.clear();
    s->touches.clear();
  }
  masked_.assign(count, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t partner = pairs_[i].to;
    pairs_[i].from = a_.slot(pairs_[i].from, stamp_);
    pairs_[i].to = b_.slot(partner, stamp_);
    for (std::uint32_t j = 0; j < k; ++j) {
      std::uint32_t& pick = picks_[std::size_t{i} * k + j];
      if (pick == partner) {
        masked_[i] |= 2u << j;
        pick = pairs_[i].to;
      } else {
        pick = b_.slot(pick, stamp_);
      }
    }
  }
  order_begin_.assign(a_.rows.size() + 1, 0);
  for (std::uint32_t i = 0; i < count; ++i) ++order_begin_[pairs_[i].from + 1];
  for (std::size_t s = 0; s < a_.rows.size(); ++s) order_begin_[s + 1] += order_begin_[s];
  order_.resize(count);
  std::vector<std::uint32_t> next(order_begin_.begin(), order_begin_.end() - 1);
  for (std::uint32_t i = 0; i < count; ++i) order_[next[pairs_[i].from]++] = i;
}

/// P = f(X Wᵀ) for the unique rows of one side; clears the side's gradient.
void link_trainer::project(side& s, const table_rows& rows, const table& w, projection_kind kind) {
  const std::size_t n = s.rows.size(), dim = w.dim(), relation_dim = w.rows();
  reserve_rows(s.values, n, dim);
  reserve_rows(s.projected, n, relation_dim);
  reserve_rows(s.gradient, n, relation_dim);
  team_.run(workers_, [&](team_member me) {
    const auto [begin, end] = me.share(n);
    for (std::size_t i = begin; i < end; ++i) {
      std::copy_n(rows.row(s.rows[i]), s.values.stride(), s.values.data() + i * s.values.stride());
    }
    auto p = rows_of(s.projected, begin, end - begin);
    p.leftCols(static_cast<Eigen::Index>(relation_dim)).noalias() =
        rows_of(s.values, begin, end - begin) * rows_of(w, 0, relation_dim).transpose();
    auto used = p.leftCols(static_cast<Eigen::Index>(relation_dim)).array();
    if (kind == projection_kind::sigmoid) used = (1 + (-used).exp()).inverse();
    if (kind == projection_kind::tanh) used = used.tanh();
    rows_of(s.gradient, begin, end - begin).setZero();
  });
}

block_loss link_trainer::one_pair(std::uint32_t pair, float bias, float* bias_gradient, table& b_gradient) {
  const std::uint32_t k = problem_.cfg.negatives;
  const float* others[kernel::max_outputs];
  float* gradients[kernel::max_outputs];
  const std::size_t stride = b_.projected.stride();
  for (std::uint32_t j = 0; j <= k; ++j) {
    const std::size_t slot = j == 0 ? pairs_[pair].to : picks_[std::size_t{pair} * k + j - 1];
    others[j] = b_.projected.data() + slot * stride;
    gradients[j] = b_gradient.data() + slot * stride;
  }
  pair_block block;
  block.p = a_.projected.data() + pairs_[pair].from * stride;
  block.p_gradient = a_.gradient.data() + pairs_[pair].from * stride;
  block.others = others;
  block.other_gradients = gradients;
  block.n = k + 1;
  block.masked = masked_[pair];
  block.stride = static_cast<std::uint32_t>(stride);
  block.bias = bias;
  block.bias_gradient = bias_gradient;
  return pair_gradients(block);
}

/// Losses and gradients of every pair. Workers own ranges of a's slots, and a gradient of b each.
kernel::loss_tally link_trainer::pair_losses(std::uint32_t count, float bias) {
  kernel::loss_tally total;
  bias_gradient_ = 0;
  std::mutex totals_in_use;
  team_.run(workers_, [&](team_member me) {
    table& mine = worker_gradient_[me.worker];
    reserve_rows(mine, b_.rows.size(), b_.projected.dim());
    std::fill_n(mine.data(), b_.rows.size() * mine.stride(), 0.0f);
    const auto [begin, end] = me.share(count);
    const auto first = std::lower_bound(order_begin_.begin(), order_begin_.end(), begin) - order_begin_.begin();
    const auto last = std::lower_bound(order_begin_.begin(), order_begin_.end(), end) - order_begin_.begin();
    double bias_gradient = 0;  // of up to half a million terms
    kernel::loss_tally tally;
    for (std::uint32_t i = order_begin_[static_cast<std::size_t>(first)];
         i < order_begin_[static_cast<std::size_t>(last)]; ++i) {
      float pair_gradient = 0;
      const block_loss result = one_pair(order_[i], bias, &pair_gradient, mine);
      bias_gradient += static_cast<double>(pair_gradient);
      tally.loss += kernel::to_fixed_point(static_cast<double>(result.loss));
      tally.non_finite = tally.non_finite || result.non_finite;
    }
    const std::scoped_lock lock(totals_in_use);
    total += tally;
    bias_gradient_ += bias_gradient;
  });
  team_.run(workers_, [&](team_member me) {
    const auto [begin, end] = me.share(b_.rows.size());
    for (std::size_t w = 0; w < me.workers; ++w) {
      rows_of(b_.gradient, begin, end - begin) += rows_of(worker_gradient_[w], begin, end - begin);
    }
  });
  total.pairs = count;
  return total;
}

/// Back through f and W: moves the rows of one side, adds the side's share of dW to w_delta.
void link_trainer::update(side& s, const table_rows& rows, const table& w, projection_kind kind, double rate,
                          table& w_delta) {
  const std::size_t n = s.rows.size(), relation_dim = w.rows();
  const auto used = static_cast<Eigen::Index>(relation_dim);
  std::mutex delta_in_use;
  team_.run(workers_, [&](team_member me) {
    const auto [begin, end] = me.share(n);
    const std::size_t count = end - begin;
    auto gradient = rows_of(s.gradient, begin, count);
    const auto p = rows_of(s.projected, begin, count).array();
    if (kind == projection_kind::sigmoid) gradient.array() *= p * (1 - p);
    if (kind == projection_kind::tanh) gradient.array() *= 1 - p * p;
    row_matrix delta = gradient.leftCols(used) * rows_of(w, 0, relation_dim);
    const row_matrix partial = gradient.leftCols(used).transpose() * rows_of(s.values, begin, count);
    {
      const std::scoped_lock lock(delta_in_use);
      rows_of(w_delta, 0, relation_dim) += partial;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t id = s.rows[begin + i];
      auto step = delta.row(static_cast<Eigen::Index>(i));
      float factor = static_cast<float>(rate);
      if (s.adam.means != nullptr) {
        turn_by_adam(s.adam, id, {step.data(), rows.stride});
      } else {
        factor *= scale_for(s.touches[begin + i]);
      }
      if (s.adam.means == nullptr && rows.squares != nullptr) {
        rows.squares[id] += step.squaredNorm() / static_cast<float>(w.dim());
        factor *= kernel::adagrad_factor(rows.squares[id]);
      }
      matrix_view(rows.row(id), 1, static_cast<Eigen::Index>(rows.stride)) += factor * step;
    }
  });
}

kernel::loss_tally link_trainer::batch(const kernel::link_options& o, std::uint64_t first, std::uint32_t count,
                                       double rate, const table_rows& a, const table_rows& b, relation& r) {
  workers_ = std::clamp<std::size_t>(count / pairs_per_worker, 1, team_.size());
  draw(o, first, count);
  collect(count);
  const table& w_a = r.w_from;
  const table& w_b = r.w_to.empty() ? r.w_from : r.w_to;
  project(a_, a, w_a, r.projection);
  project(b_, b, w_b, r.projection);
  const kernel::loss_tally tally = pair_losses(count, r.bias);
  if (tally.non_finite) return tally;  // nothing of the batch is written
  table delta_a(w_a.rows(), w_a.dim()), delta_b(w_b.rows(), w_b.dim());
  update(a_, a, w_a, r.projection, rate, delta_a);
  update(b_, b, w_b, r.projection, rate, r.w_to.empty() ? delta_a : delta_b);
  const float w_rate = static_cast<float>(rate * problem_.cfg.align_matrix_rate) * scale_for(count);
  rows_of(r.w_from, 0, r.w_from.rows()) += w_rate * rows_of(delta_a, 0, delta_a.rows());
  if (!r.w_to.empty()) rows_of(r.w_to, 0, r.w_to.rows()) += w_rate * rows_of(delta_b, 0, delta_b.rows());
  if (task_.input.options.bias) r.bias += w_rate * static_cast<float>(bias_gradient_);
  return tally;
}

}  // namespace m2grl::cpu
