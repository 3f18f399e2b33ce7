#include "evaluate/score_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "m2grl/error.hpp"
#include "m2grl/link_prediction.hpp"

namespace m2grl {
namespace {

void check(std::span<const float> scores, std::span<const std::uint8_t> positive) {
  if (scores.size() != positive.size()) {
    throw invalid_input(fmt::format("{} scores for {} labels", scores.size(), positive.size()));
  }
  if (scores.size() > 0xFFFFFFFFu) throw invalid_input(fmt::format("{} edges, at most 2^32 can be", scores.size()));
  const auto nan = std::find_if(scores.begin(), scores.end(), [](float s) { return std::isnan(s); });
  if (nan != scores.end()) {
    throw invalid_input(fmt::format("the score of edge {} is not a number", nan - scores.begin()));
  }
  const auto positives = static_cast<std::size_t>(std::count(positive.begin(), positive.end(), 1));
  const auto negatives = static_cast<std::size_t>(std::count(positive.begin(), positive.end(), 0));
  if (positives + negatives != positive.size()) throw invalid_input("a label is neither 0 nor 1");
  if (positives == 0 || negatives == 0) {
    throw invalid_input(fmt::format("{} positive and {} negative edges: both are needed", positives, negatives));
  }
}

}  // namespace

score_order::score_order(std::span<const float> scores, std::span<const std::uint8_t> positive) {
  check(scores, positive);
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
  places_.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool last = i + 1 == order.size() || scores[order[i + 1]] < scores[order[i]];
    places_.push_back({order[i], positive[order[i]] == 1, last});
  }
}

order_figures score_order::figures(std::span<const std::uint32_t> times) const {
  double positives = 0, negatives = 0;  // so far
  double tied_positives = 0, tied_negatives = 0;
  double pairs_lost = 0, precision = 0;  // pairs in which the negative is above, ties half
  for (const place& p : places_) {
    (p.positive ? tied_positives : tied_negatives) += times[p.edge];
    if (!p.last_of_tie) continue;
    pairs_lost += tied_positives * (negatives + tied_negatives / 2);
    positives += tied_positives;
    negatives += tied_negatives;
    if (tied_positives > 0) precision += tied_positives * positives / (positives + negatives);
    tied_positives = tied_negatives = 0;
  }
  order_figures out;
  out.roc_auc = positives > 0 && negatives > 0 ? 1 - pairs_lost / (positives * negatives) : 0.5;
  out.average_precision = positives > 0 ? precision / positives : 0;
  return out;
}

order_figures score_order::figures() const { return figures(std::vector<std::uint32_t>(places_.size(), 1)); }

double roc_auc(std::span<const float> scores, std::span<const std::uint8_t> positive) {
  return score_order(scores, positive).figures().roc_auc;
}

double average_precision(std::span<const float> scores, std::span<const std::uint8_t> positive) {
  return score_order(scores, positive).figures().average_precision;
}

}  // namespace m2grl
