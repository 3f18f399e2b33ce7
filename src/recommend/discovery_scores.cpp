#include "recommend/discovery_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"

namespace m2grl::discovery {

score_vectors composed_vectors(const model& m, ragged_ref histories, const eval_config& how) {
  const auto parts = parts_of(m, how.compose);
  return {history_vectors(query_vectors(parts), histories, how.history, how.decay),
          candidate_vectors(parts, how.input_similarity)};
}

score_vectors metric_vectors(const model& m, ragged_ref histories, const eval_config& how) {
  const table z = m2grl::metric_vectors(m);
  const std::size_t dim = z.dim();
  // A column of ones becomes the sum of the history's weights in the query; in the candidate stands ‖z‖².
  table points(z.rows(), dim + 1);
  for (std::size_t i = 0; i < z.rows(); ++i) {
    std::copy(z[i].begin(), z[i].end(), points[i].begin());
    points[i][dim] = 1;
  }
  score_vectors result{history_vectors(points, histories, how.history, how.decay), std::move(points)};
  for (std::size_t q = 0; q < result.queries.rows(); ++q) {
    const auto row = result.queries[q];
    if (row[dim] == 0) continue;  // an empty history
    const float weights = row[dim];
    for (std::size_t c = 0; c < dim; ++c) row[c] *= 2 / weights;
    row[dim] = -1;
  }
  for (std::size_t i = 0; i < z.rows(); ++i) {
    double squares = 0;
    for (const float value : z[i]) squares += static_cast<double>(value) * static_cast<double>(value);
    result.candidates[i][dim] = static_cast<float>(squares);
  }
  return result;
}

void standardise(std::span<float> scores) {
  double sum = 0, squares = 0;
  for (const float s : scores) sum += static_cast<double>(s);
  const double n = std::max<double>(1, static_cast<double>(scores.size())), mean = sum / n;
  for (const float s : scores) squares += (static_cast<double>(s) - mean) * (static_cast<double>(s) - mean);
  const double factor = squares > 0 ? 1 / std::sqrt(squares / n) : 0;
  for (float& s : scores) s = static_cast<float>((static_cast<double>(s) - mean) * factor);
}

void mix_scores(std::span<const std::span<float>> composed_and_metric, double mix, std::vector<float>& mixed) {
  const std::span<const float> composed = composed_and_metric[0];
  mixed.assign(composed.begin(), composed.end());
  if (mix == 0) return;
  const std::span<const float> metric = composed_and_metric[1];
  const auto share = static_cast<float>(mix);
  for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] = (1 - share) * composed[i] + share * metric[i];
}

void check_mix(const model& m, double mix) {
  if (!(mix >= 0 && mix <= 1))
    throw invalid_input(fmt::format("a mixing weight is {}, it must lie between 0 and 1", mix));
  if (mix > 0 && !m.metric) {
    throw invalid_input(
        fmt::format("the mixing weight {} asks for a metric, but the model has none: m2grl metric trains one", mix));
  }
}

void check_known_penalty(double penalty) {
  if (!(penalty >= 0))
    throw invalid_input(fmt::format("the penalty of known categories is {}, it cannot be negative", penalty));
}

}  // namespace m2grl::discovery
