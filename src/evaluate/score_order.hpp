#pragma once
/// Labelled scores in order, so that figures of resamples take one pass each.

#include <cstdint>
#include <span>
#include <vector>

namespace m2grl {

/// ROC-AUC and average precision.
struct order_figures {
  double roc_auc = 0, average_precision = 0;
};

class score_order {
 public:
  /// Throws invalid_input where the sizes differ, a score is not a number, or one of the labels is missing.
  score_order(std::span<const float> scores, std::span<const std::uint8_t> positive);

  /// Of a sample that holds each edge as often as `times` says, [edges]. A sample without one of the labels has an area
  /// of ½ and, without positives, a precision of 0.
  [[nodiscard]] order_figures figures(std::span<const std::uint32_t> times) const;
  /// Of the edges as they are.
  [[nodiscard]] order_figures figures() const;

 private:
  struct place {
    std::uint32_t edge;
    bool positive;
    bool last_of_tie;  ///< the next score is lower
  };
  std::vector<place> places_;  ///< by descending score
};

}  // namespace m2grl
