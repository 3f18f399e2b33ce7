#include "evaluate/label_scores.hpp"

#include <algorithm>
#include <numeric>

namespace m2grl::classify {

f1_scores f1_of(const split_predictions& split, const ragged& truth, std::size_t labels,
                std::span<const std::uint32_t> times) {
  std::vector<std::uint64_t> both(labels, 0), either(labels, 0);  // `either` counts a true and a predicted one apart
  for (std::size_t i = 0; i < split.tested.size(); ++i) {
    const std::uint32_t count = times[split.tested[i]];
    if (count == 0) continue;
    const auto actual = truth[split.tested[i]];
    for (const node_id label : actual) either[label] += count;
    for (const node_id label : split.predicted[i]) {
      either[label] += count;
      if (std::binary_search(actual.begin(), actual.end(), label)) both[label] += count;
    }
  }
  f1_scores f1;
  std::uint64_t all_both = 0, all_either = 0;
  for (std::size_t l = 0; l < labels; ++l) {
    all_both += both[l];
    all_either += either[l];
    if (either[l] == 0) continue;
    ++f1.present;
    f1.macro += 2 * static_cast<double>(both[l]) / static_cast<double>(either[l]);
  }
  f1.macro /= static_cast<double>(std::max<std::uint64_t>(1, f1.present));
  f1.micro = all_either == 0 ? 0 : 2 * static_cast<double>(all_both) / static_cast<double>(all_either);
  return f1;
}

void append_top(std::span<const float> scores, std::size_t q, std::vector<node_id>& out) {
  std::vector<node_id> order(scores.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(std::min(q, order.size()));
  std::partial_sort(order.begin(), middle, order.end(),
                    [&](node_id a, node_id b) { return scores[a] > scores[b] || (scores[a] == scores[b] && a < b); });
  out.insert(out.end(), order.begin(), middle);
}

}  // namespace m2grl::classify
