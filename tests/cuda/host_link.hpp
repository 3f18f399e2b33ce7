#pragma once
/// The alignment kernels' bodies on the host's emulated warp, in the order of cuda::link_trainer; plain products stand
/// in for cuBLAS.

#include <Eigen/Core>
#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "cuda/align/draw_pairs.hpp"
#include "cuda/align/link_arrays.hpp"
#include "cuda/align/link_rows.hpp"
#include "cuda/align/step_relation.hpp"
#include "cuda/align/train_pair.hpp"
#include "support/guarded_rows.hpp"
#include "train/alignment_case.hpp"

namespace support {

/// Arrays of a batch, each between sentinels, full of NaN at first: as undefined as a device's memory.
class guarded_arrays {
 public:
  template <class T>
  T* take(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    arrays_.push_back(
        {std::unique_ptr<unsigned char, release>(static_cast<unsigned char*>(::operator new(bytes + 2 * guard, align))),
         bytes});
    unsigned char* memory = arrays_.back().memory.get();
    std::fill_n(memory, bytes + 2 * guard, sentinel);
    std::fill_n(memory + guard, bytes, static_cast<unsigned char>(0xFF));
    return reinterpret_cast<T*>(memory + guard);
  }
  [[nodiscard]] bool intact() const {
    const auto untouched = [](const unsigned char* from) {
      return std::all_of(from, from + guard, [](unsigned char byte) { return byte == sentinel; });
    };
    return std::all_of(arrays_.begin(), arrays_.end(), [&](const array& a) {
      return untouched(a.memory.get()) && untouched(a.memory.get() + guard + a.bytes);
    });
  }

 private:
  static constexpr std::size_t guard = 64;
  static constexpr unsigned char sentinel = 0xA5;
  static constexpr std::align_val_t align{64};
  struct release {
    void operator()(unsigned char* memory) const { ::operator delete(memory, align); }
  };
  struct array {
    std::unique_ptr<unsigned char, release> memory;
    std::size_t bytes;
  };
  std::vector<array> arrays_;
};

class host_link {
 public:
  host_link(const m2grl::problem& p, const m2grl::link_task& task, guarded_rows& a, guarded_rows& b,
            const alignment::test_case& c, const m2grl::relation& r)
      : batch_(m2grl::cuda::link_shape(p, task)),
        nodes_{p.views[task.input.from].input.nodes, p.views[task.input.to].input.nodes},
        moments_a_(c, c.n_a),
        moments_b_(c, c.n_b) {
    m2grl::cuda::take_arrays(batch_, nodes_[0], nodes_[1],
                             [&]<class T>(T*& values, std::size_t count) { values = arrays_.take<T>(count); });
    m2grl::cuda::join_sides(batch_);
    batch_.round = &round_;
    batch_.task = &task_;
    batch_.a.table = table_of(a, c.adagrad);
    batch_.b.table = table_of(b, c.adagrad);
    batch_.a.adam = moments_a_.ref();
    batch_.b.adam = moments_b_.ref();
    std::fill_n(batch_.a.slot_of, nodes_[0], m2grl::cuda::no_slot);
    std::fill_n(batch_.b.slot_of, nodes_[1], m2grl::cuda::no_slot);
    std::fill_n(batch_.w, w_size() * batch_.matrices, 0.0f);
    std::copy_n(r.w_from.data(), r.w_from.bytes() / sizeof(float), batch_.w);
    if (batch_.matrices == 2) std::copy_n(r.w_to.data(), r.w_to.bytes() / sizeof(float), batch_.w + w_size());
    *batch_.bias = r.bias;
  }

  /// A round: pairs first … first + count − 1 of the epoch, and one batch beyond them.
  void train(std::uint32_t epoch, std::uint64_t first, std::uint64_t count, float learning_rate, double weight) {
    begin(epoch, first, count, learning_rate, weight);
    const auto batches = static_cast<std::uint32_t>((count + batch_.batch_pairs - 1) / batch_.batch_pairs);
    for (std::uint32_t b = 0; b < batches + 1; ++b) train_batch(b);
  }
  /// The first batch of such a round alone, whose rows and touches can then be seen.
  void train_first_batch(std::uint32_t epoch, std::uint64_t first, std::uint64_t count, float learning_rate,
                         double weight) {
    begin(epoch, first, count, learning_rate, weight);
    train_batch(0);
  }

  [[nodiscard]] const m2grl::cuda::link_batch& batch() const { return batch_; }
  [[nodiscard]] m2grl::kernel::loss_tally tally() const {
    return {static_cast<std::int64_t>(task_.loss), task_.pairs, task_.non_finite != 0};
  }
  /// W as the host's table, padding included.
  [[nodiscard]] m2grl::table w(std::uint32_t m) const {
    m2grl::table copy(batch_.relation_dim, batch_.dim);
    std::copy_n(batch_.w + m * w_size(), copy.bytes() / sizeof(float), copy.data());
    return copy;
  }
  [[nodiscard]] float bias() const { return *batch_.bias; }
  /// Sentinels untouched, no slot still taken, W's rows beyond relation_dim zero.
  [[nodiscard]] bool intact() const {
    const auto no_slots = [](const std::uint32_t* slots, std::size_t n) {
      return std::all_of(slots, slots + n, [](std::uint32_t s) { return s == m2grl::cuda::no_slot; });
    };
    bool zero = true;
    for (std::uint32_t m = 0; m < batch_.matrices; ++m) {
      const float* w = batch_.w + m * w_size();
      zero = zero &&
             std::all_of(w + batch_.relation_dim * batch_.stride, w + w_size(), [](float value) { return value == 0; });
    }
    return arrays_.intact() && no_slots(batch_.a.slot_of, nodes_[0]) && no_slots(batch_.b.slot_of, nodes_[1]) && zero;
  }

 private:
  using matrix = Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

  [[nodiscard]] static m2grl::cuda::table_ref table_of(guarded_rows& rows, bool adagrad) {
    const m2grl::cpu::table_rows view = rows.view(false, adagrad);
    return {view.data, view.stride, nullptr, view.squares};
  }
  [[nodiscard]] std::size_t w_size() const { return std::size_t{batch_.relation_stride} * batch_.stride; }

  void begin(std::uint32_t epoch, std::uint64_t first, std::uint64_t count, float learning_rate, double weight) {
    round_.epoch = epoch;
    round_.learning_rate = learning_rate;
    task_ = {};
    task_.slice = {first, count};
    task_.weight = weight;
  }

  /// f(0) … f(n − 1) in another order each time: a grid's warps have none.
  template <class Function>
  void each_warp(std::uint32_t n, Function&& f) {
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), random_);
    for (const std::uint32_t i : order) f(i);
  }
  template <class Body>
  void each_row(std::uint32_t b, Body&& body) {
    each_warp(batch_.a.capacity + batch_.b.capacity, [&](std::uint32_t slot) { body(warp_, batch_, b, slot); });
  }

  void train_batch(std::uint32_t b) {
    using namespace m2grl::cuda;
    std::memset(batch_.state, 0, sizeof *batch_.state);
    each_warp((batch_.batch_pairs + 31) / 32, [&](std::uint32_t w) { draw_pairs(warp_, batch_, b, 32 * w); });
    each_row(b, gather_row);
    for (std::uint32_t i = 0; i < batch_.matrices; ++i) {
      const product_part part = part_of(batch_, i);
      p_of(part).noalias() = x_of(part) * w_of(part.w).transpose();
    }
    if (batch_.projection != m2grl::projection_kind::identity) each_row(b, activate_row);
    each_warp(batch_.batch_pairs, [&](std::uint32_t pair) { train_one_pair(b, pair); });
    if (batch_.projection != m2grl::projection_kind::identity) each_row(b, backpropagate_row);
    for (std::uint32_t i = 0; i < batch_.matrices; ++i) {
      const product_part part = part_of(batch_, i);
      w_of(part.w_delta).noalias() = g_of(part).transpose() * x_of(part);
      x_of(part).noalias() = g_of(part) * w_of(part.w);
    }
    each_row(b, scatter_row);
    const auto elements = static_cast<std::uint32_t>(batch_.matrices * w_size());
    for (std::uint32_t i = 0; i < elements + 5; ++i) step_matrix(batch_, b, i);  // a grid has more threads than needed
    const m2grl::kernel::loss_tally tally = close_batch(warp_, batch_, b);
    task_.loss += static_cast<unsigned long long>(tally.loss);
    task_.pairs += tally.pairs;
    if (tally.non_finite) task_.non_finite = 1;
  }

  void train_one_pair(std::uint32_t b, std::uint32_t pair) {
    const std::uint32_t columns = 1 + batch_.draws.negatives;
    if (columns <= 8) {
      m2grl::cuda::train_pair<8>(warp_, batch_, b, pair);
    } else if (columns <= 16) {
      m2grl::cuda::train_pair<16>(warp_, batch_, b, pair);
    } else {
      m2grl::cuda::train_pair<32>(warp_, batch_, b, pair);
    }
  }

  matrix x_of(const m2grl::cuda::product_part& p) const { return {p.values, p.rows, batch_.stride}; }
  matrix p_of(const m2grl::cuda::product_part& p) const { return {p.projected, p.rows, batch_.relation_stride}; }
  matrix g_of(const m2grl::cuda::product_part& p) const { return {p.gradient, p.rows, batch_.relation_stride}; }
  matrix w_of(float* w) const { return {w, batch_.relation_stride, batch_.stride}; }

  m2grl::cuda::link_batch batch_;
  std::size_t nodes_[2];
  alignment::moments moments_a_, moments_b_;
  guarded_arrays arrays_;
  m2grl::cuda::round_state round_;
  m2grl::cuda::task_round task_;
  m2grl::cuda::warp warp_;
  std::mt19937_64 random_{5};
};

}  // namespace support
