#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "graph/row_sums.hpp"
#include "graph/sort_keys.hpp"
#include "m2grl/error.hpp"

namespace m2grl {
namespace {

using namespace graph_detail;  // NOLINT: this file implements one function of it

constexpr double two_to_32 = 4294967296.0;
constexpr double largest_scaled_weight = 16777216.0;  // 2^24

void check_edges(std::span<const node_id> from, std::span<const node_id> to, std::span<const double> weights,
                 std::size_t nodes) {
  check_node_count(nodes);
  if (from.size() != to.size()) {
    throw invalid_input(fmt::format("an edge list has {} sources but {} targets", from.size(), to.size()));
  }
  if (!weights.empty() && weights.size() != from.size()) {
    throw invalid_input(fmt::format("{} edge weights for {} edges", weights.size(), from.size()));
  }
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (const node_id largest = std::max(from[i], to[i]); largest >= nodes) {
      throw invalid_input(fmt::format("node {} of edge {} is not among the {} nodes", largest, i, nodes));
    }
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0) || !std::isfinite(weights[i])) {
      throw invalid_input(fmt::format("the weight {} of edge {} is not a finite number above 0", weights[i], i));
    }
  }
}

bool all_whole(std::span<const double> weights) {
  return std::all_of(weights.begin(), weights.end(), [](double w) { return w < two_to_32 && w == std::floor(w); });
}

/// Scales one row so that its largest weight is 2^24 or, in rows so long that this would pass 2^32, as large
/// as the sum allows; at least 1 each. Dividing by the largest first keeps the sum finite.
void scale_row(const double* weights, std::uint64_t size, std::uint32_t* scaled) {
  const double largest = *std::max_element(weights, weights + size);
  double sum = 0;
  for (std::uint64_t i = 0; i < size; ++i) sum += weights[i] / largest;
  const double room = two_to_32 - 2 - static_cast<double>(size);  // rounding up to 1 adds at most `size`
  const double factor = std::min(largest_scaled_weight, std::floor(room / sum));
  for (std::uint64_t i = 0; i < size; ++i) {
    scaled[i] = static_cast<std::uint32_t>(std::max(1.0, std::nearbyint(weights[i] / largest * factor)));
  }
}

csr_graph scale_rows(adjacency<double>&& rows) {
  const std::size_t nodes = rows.offsets.size() - 1;
  adjacency<std::uint32_t> integers;
  integers.weights = make_large_vector<std::uint32_t>(rows.columns.size());
  std::size_t overflowing = nodes;
#pragma omp parallel for schedule(dynamic, 4096) reduction(min : overflowing)
  for (std::size_t u = 0; u < nodes; ++u) {
    const std::uint64_t begin = rows.offsets[u], size = rows.offsets[u + 1] - begin;
    if (size == 0) continue;
    if (!std::all_of(&rows.weights[begin], &rows.weights[begin] + size, [](double w) { return std::isfinite(w); })) {
      overflowing = std::min(overflowing, u);
      continue;
    }
    scale_row(&rows.weights[begin], size, &integers.weights[begin]);
  }
  if (overflowing < nodes) {
    throw invalid_input(fmt::format("the weights of parallel edges at node {} add up to infinity", overflowing));
  }
  integers.offsets = std::move(rows.offsets);
  integers.columns = std::move(rows.columns);
  return finish_graph(std::move(integers));
}

/// Whole weights as they are, where every row's sum is < 2^32; else scaled rows.
csr_graph finish_weights(adjacency<double>&& rows, bool whole) {
  const std::size_t nodes = rows.offsets.size() - 1;
  std::size_t too_large = whole ? 0 : 1;
#pragma omp parallel for schedule(dynamic, 4096) reduction(+ : too_large)
  for (std::size_t u = 0; u < nodes; ++u) {
    double sum = 0;
    for (std::uint64_t e = rows.offsets[u]; e < rows.offsets[u + 1]; ++e) sum += rows.weights[e];
    too_large += sum < two_to_32 ? 0 : 1;
  }
  if (too_large > 0) return scale_rows(std::move(rows));
  adjacency<std::uint32_t> integers{std::move(rows.offsets), std::move(rows.columns), {}};
  integers.weights = make_large_vector<std::uint32_t>(rows.weights.size());
  std::transform(rows.weights.begin(), rows.weights.end(), integers.weights.begin(),
                 [](double w) { return static_cast<std::uint32_t>(w); });
  return finish_graph(std::move(integers));
}

}  // namespace

csr_graph build_edge_graph(std::span<const node_id> from, std::span<const node_id> to, std::span<const double> weights,
                           std::size_t nodes, bool directed) {
  check_edges(from, to, weights, nodes);
  const edge_key key(nodes);
  large_buffer<std::uint64_t> keys(from.size());
#pragma omp parallel for
  for (std::size_t i = 0; i < from.size(); ++i) {
    keys[i] = directed ? key(from[i], to[i]) : key(std::min(from[i], to[i]), std::max(from[i], to[i]));
  }
  if (weights.empty()) {
    sort_keys(keys.data(), keys.size());
    const auto one = [](std::size_t) { return std::uint32_t{1}; };
    return finish_graph(make_rows<std::uint32_t>(keys, keys.size(), one, key, nodes, directed));
  }
  large_buffer<double> sorted(weights.size());
  std::copy(weights.begin(), weights.end(), sorted.data());
  sort_by_keys(keys.data(), sorted.data(), keys.size());
  const auto weight_of = [&](std::size_t i) { return sorted[i]; };
  return finish_weights(make_rows<double>(keys, keys.size(), weight_of, key, nodes, directed), all_whole(weights));
}

}  // namespace m2grl
