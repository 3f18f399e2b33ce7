#pragma once
/// The ways of scoring between which discovery mixes, and what it takes from the familiar.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/config.hpp"
#include "m2grl/model.hpp"
#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl::discovery {

/// Query and candidate vectors whose inner product is a score.
struct score_vectors {
  table queries;     ///< [histories, d]
  table candidates;  ///< [items, d]
};

/// By one composition; by the metric: −d², the history's weights summing to 1.
[[nodiscard]] score_vectors composed_vectors(const model& m, ragged_ref histories, const eval_config& how);
[[nodiscard]] score_vectors metric_vectors(const model& m, ragged_ref histories, const eval_config& how);

/// Shifts and scales to mean 0 and standard deviation 1; all 0 where every score is the same.
void standardise(std::span<float> scores);

/// (1 − λ) composed + λ metric of standardised rows; the metric's may be absent where λ is 0.
void mix_scores(std::span<const std::span<float>> composed_and_metric, double mix, std::vector<float>& mixed);

/// Throws invalid_input where λ lies outside 0 … 1, or is not 0 and the model has no metric, or κ is negative.
void check_mix(const model& m, double mix);
void check_known_penalty(double penalty);

/// The items of the categories that a user knows. Refers to the items' categories, [items].
class familiar_items {
 public:
  familiar_items(std::span<const node_id> categories, std::size_t category_count)
      : categories_(categories), known_(category_count, 0) {}

  void add(node_id category) { known_[category] = 1; }
  /// The score of each such item becomes what `change` makes of it.
  template <class Change>
  void change(std::span<float> scores, Change&& change) const {
    for (node_id id = 0; id < scores.size(); ++id) {
      const node_id category = categories_[id];
      if (category != no_node && known_[category] != 0) scores[id] = change(scores[id]);
    }
  }

 private:
  std::span<const node_id> categories_;
  std::vector<std::uint8_t> known_;
};

}  // namespace m2grl::discovery
