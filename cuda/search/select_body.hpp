#pragma once
/// Selection of the k best from a block of scores, a warp for each query: the body of the kernel.

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "cuda/atomics.hpp"
#include "cuda/warp.hpp"
#include "m2grl/kernel/similarity.hpp"
#include "m2grl/types.hpp"

namespace m2grl::cuda {

/// Longest list: it is held in shared memory.
inline constexpr std::uint32_t most_selected = 1024;

struct selected_node {
  node_id id;
  float score;
};

/// Higher score first, among equals the lower id.
[[nodiscard]] M2GRL_HOST_DEVICE inline bool precedes(const selected_node& a, const selected_node& b) {
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

/// Ascending rows of ids in device memory: none, one for all queries, or one each.
struct sorted_rows {
  const std::uint64_t* offsets = nullptr;
  const node_id* ids = nullptr;
  std::uint64_t rows = 0;

  [[nodiscard]] M2GRL_HOST_DEVICE bool holds(std::uint64_t query, node_id id) const {
    if (rows == 0) return false;
    const std::uint64_t row = rows == 1 ? 0 : query, end = offsets[row + 1];
    std::uint64_t low = offsets[row], high = end;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (ids[middle] < id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < end && ids[low] == id;
  }
};

struct device_filter {
  const node_id* category = nullptr;  ///< of every candidate of the table
  sorted_rows sets;
  bool only = false;

  [[nodiscard]] M2GRL_HOST_DEVICE bool passes(std::uint64_t query, node_id candidate) const {
    const node_id of = category[candidate];
    return (of != no_node && sets.holds(query, of)) == only;
  }
};

/// Queries first_query … of a batch with a block of candidates. All in device memory.
struct select_task {
  const float* scores = nullptr;        ///< [queries, score_stride] products
  const float* bias = nullptr;          ///< [candidates], null: zeros
  const float* queries = nullptr;       ///< [queries, stride] as in the caller's table
  const double* squares = nullptr;      ///< [queries] their squared lengths
  const float* candidates = nullptr;    ///< [candidates, stride] as in the caller's table
  const node_id* ids = nullptr;         ///< [candidates], null: first_id, first_id + 1, …
  selected_node* lists = nullptr;       ///< [queries, k], best first
  std::uint32_t* found = nullptr;       ///< [queries] lengths of the lists
  unsigned long long* fault = nullptr;  ///< lowered to query << 32 | id where a score is NaN
  sorted_rows excluded;
  const device_filter* filters = nullptr;
  std::uint32_t filter_count = 0;
  std::uint64_t first_query = 0, score_stride = 0;
  std::uint32_t query_count = 0, candidate_count = 0, stride = 0, k = 0;
  node_id first_id = 0;
  float longest = 0;
  similarity by = similarity::inner_product;

  [[nodiscard]] M2GRL_HOST_DEVICE node_id id_of(std::uint32_t place) const {
    return ids != nullptr ? ids[place] : first_id + place;
  }
  [[nodiscard]] M2GRL_HOST_DEVICE bool admits(std::uint64_t query, node_id id) const {
    if (excluded.holds(query, id)) return false;
    for (std::uint32_t f = 0; f < filter_count; ++f) {
      if (!filters[f].passes(query, id)) return false;
    }
    return true;
  }
};

/// Puts a node where it belongs in a list of `count` nodes, best first, that holds at most k. Returns the new length.
M2GRL_HOST_DEVICE inline std::uint32_t insert_node(const warp& w, selected_node* list, std::uint32_t count,
                                                   std::uint32_t k, const selected_node& node) {
  per_lane<std::uint32_t> before;
  w.each([&](std::uint32_t lane) {
    before[lane] = 0;
    for (std::uint32_t i = lane; i < count; i += warp_lanes) before[lane] += precedes(list[i], node) ? 1u : 0u;
  });
  const std::uint32_t place = w.sum(before);
  if (place >= k) return count;
  for (std::uint32_t top = count < k ? count : k - 1; top > place;) {  // 32 nodes at a time, the last first
    const std::uint32_t n = top - place < warp_lanes ? top - place : warp_lanes;
    per_lane<selected_node> moved;
    w.each([&](std::uint32_t lane) {
      if (lane < n) moved[lane] = list[top - 1 - lane];
    });
    w.sync();
    w.each([&](std::uint32_t lane) {
      if (lane < n) list[top - lane] = moved[lane];
    });
    w.sync();
    top -= n;
  }
  w.each([&](std::uint32_t lane) {
    if (lane == 0) list[place] = node;
  });
  w.sync();
  return count < k ? count + 1 : k;
}

/// One query's selection.
class selection {
 public:
  /// `list`: room for k nodes that the warp shares.
  M2GRL_HOST_DEVICE selection(const warp& w, const select_task& task, std::uint32_t query, selected_node* list)
      : w_(w), task_(task), query_(query), list_(list), count_(task.found[query]) {
    w_.map(count_, [&](std::uint32_t i) { list_[i] = stored()[i]; });
    raise();
  }

  M2GRL_HOST_DEVICE void run() {
    constexpr std::uint32_t rows = 4;  // nearly always none of these survives
    for (std::uint32_t base = 0; base < task_.candidate_count; base += rows * warp_lanes) {
      per_lane<bool> hopeful;
      w_.each([&](std::uint32_t lane) {
        hopeful[lane] = false;
        M2GRL_DEVICE_UNROLL
        for (std::uint32_t r = 0; r < rows; ++r) {
          hopeful[lane] = hopeful[lane] || survives(base + r * warp_lanes + lane);
        }
      });
      if (!w_.any(hopeful)) continue;
      for (std::uint32_t r = 0; r < rows; ++r) offer(base + r * warp_lanes);
    }
    w_.map(count_, [&](std::uint32_t i) { stored()[i] = list_[i]; });
    w_.each([&](std::uint32_t lane) {
      if (lane == 0) task_.found[query_] = count_;
    });
  }

 private:
  [[nodiscard]] M2GRL_HOST_DEVICE selected_node* stored() const { return task_.lists + std::size_t{query_} * task_.k; }
  [[nodiscard]] M2GRL_HOST_DEVICE float product(std::uint32_t place) const {
    const float score = task_.scores[query_ * task_.score_stride + place];
    return task_.bias != nullptr ? score + task_.bias[place] : score;
  }
  /// True for NaN.
  [[nodiscard]] M2GRL_HOST_DEVICE bool survives(std::uint32_t place) const {
    return place < task_.candidate_count && !(product(place) <= threshold_);
  }
  M2GRL_HOST_DEVICE void raise() {
    const float least = count_ < task_.k ? std::numeric_limits<float>::quiet_NaN() : list_[count_ - 1].score;
    threshold_ = kernel::product_threshold(task_.by, task_.squares[query_], task_.longest, task_.stride, least);
  }
  /// Whether the lane's candidate may be listed; its exact score.
  [[nodiscard]] M2GRL_HOST_DEVICE bool score(std::uint32_t place, float& exact) const {
    const node_id id = task_.id_of(place);
    const bool admitted = task_.admits(task_.first_query + query_, id);
    if (!admitted && !std::isnan(product(place))) return false;
    exact = kernel::similarity_of(task_.by, task_.queries + std::size_t{query_} * task_.stride, task_.squares[query_],
                                  task_.candidates + std::size_t{place} * task_.stride, task_.stride);
    if (std::isnan(exact)) {
      lower_to(task_.fault, static_cast<unsigned long long>(task_.first_query + query_) << 32 | id);
      return false;
    }
    return admitted;
  }
  /// The survivors among 32 places, one each lane.
  M2GRL_HOST_DEVICE void offer(std::uint32_t first) {
    per_lane<bool> left;
    per_lane<float> exact;
    per_lane<node_id> id;
    w_.each([&](std::uint32_t lane) {
      exact[lane] = 0, id[lane] = no_node;
      left[lane] = survives(first + lane) && score(first + lane, exact[lane]);
      if (left[lane]) id[lane] = task_.id_of(first + lane);
    });
    bool offered = false;
    for (std::uint32_t next = w_.first(left); next < warp_lanes; next = w_.first(left)) {
      count_ = insert_node(w_, list_, count_, task_.k, {w_.value_of(id, next), w_.value_of(exact, next)});
      w_.each([&](std::uint32_t lane) { left[lane] = left[lane] && lane != next; });
      offered = true;
    }
    if (offered) raise();
  }

  warp w_;
  const select_task& task_;
  std::uint32_t query_;
  selected_node* list_;
  std::uint32_t count_;
  float threshold_ = 0;
};

}  // namespace m2grl::cuda
