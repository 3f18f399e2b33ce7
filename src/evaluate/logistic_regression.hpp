#pragma once
/// L2-regularised logistic regression, by liblinear.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace m2grl::classify {

/// Vectors as the solver takes them, made once for all labels and splits.
class training_rows {
 public:
  /// Rows of `vectors` by number. Throws invalid_input where m2grl was built without liblinear.
  training_rows(const table& vectors, std::span<const node_id> nodes);
  training_rows(const training_rows&) = delete;
  training_rows& operator=(const training_rows&) = delete;
  ~training_rows();

  /// w [d] and, last, b: the minimum of |w|²/2 + C·Σ log(1 + exp(−y(w·x + b))) over the rows with these numbers (places
  /// in `nodes`), y = 1 where positive, else −1. Both kinds must occur. May be called from several threads.
  [[nodiscard]] std::vector<double> fit(std::span<const std::uint32_t> rows, std::span<const std::uint8_t> positive,
                                        double c) const;

 private:
  struct prepared;
  std::unique_ptr<prepared> prepared_;
};

}  // namespace m2grl::classify
