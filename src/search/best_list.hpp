#pragma once
/// The k best of what is offered.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "m2grl/search.hpp"

namespace m2grl::search {

/// Higher score first, among equals the lower id.
[[nodiscard]] inline bool better(const scored_node& a, const scored_node& b) {
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

class best_list {
 public:
  explicit best_list(std::size_t k) : k_(k) {}

  /// What a score must exceed, or equal with a lower id; NaN while there are fewer than k.
  [[nodiscard]] float least() const noexcept {
    return !full() ? std::numeric_limits<float>::quiet_NaN() : kept_.front().score;
  }
  [[nodiscard]] bool full() const noexcept { return kept_.size() == k_; }
  void offer(const scored_node& node) {
    if (!full()) {
      kept_.push_back(node);
      std::push_heap(kept_.begin(), kept_.end(), better);
    } else if (better(node, kept_.front())) {
      std::pop_heap(kept_.begin(), kept_.end(), better);
      kept_.back() = node;
      std::push_heap(kept_.begin(), kept_.end(), better);
    }
  }
  void offer_all(const best_list& others) {
    for (const scored_node& node : others.kept_) offer(node);
  }
  /// Best first.
  [[nodiscard]] std::vector<scored_node> take() {
    std::sort_heap(kept_.begin(), kept_.end(), better);
    return std::move(kept_);
  }

 private:
  std::size_t k_;
  std::vector<scored_node> kept_;  ///< a heap, the worst in front
};

}  // namespace m2grl::search
