#include "support/data.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "train/samplers.hpp"

namespace m2grl::bench {
namespace {

alias_table zipf_table(std::uint32_t nodes) {
  std::vector<double> weights(nodes);
  for (std::uint32_t i = 0; i < nodes; ++i) weights[i] = 1.0 / (i + 1.0);
  return alias_table(weights);
}

/// P(rank) ∝ (rank + 1)^−½.
alias_table inverse_root_table(std::uint32_t nodes) {
  std::vector<double> weights(nodes);
  for (std::uint32_t i = 0; i < nodes; ++i) weights[i] = 1.0 / std::sqrt(i + 1.0);
  return alias_table(weights);
}

/// Ranks to ids by a bijection, so that neighbours in memory are not alike.
node_id scatter(std::uint32_t rank, std::uint32_t nodes) {
  return static_cast<node_id>((rank * std::uint64_t{2654435761} + 12345) % nodes);  // prime multiplier
}

/// Draws id number `place` of a stream.
std::uint32_t draw(const kernel::random_stream& stream, std::uint32_t place, const kernel::alias_sampler_ref& sampler) {
  const auto block = stream.block(place / 2);
  return place % 2 == 0 ? sampler(block.word[0], block.word[1]) : sampler(block.word[2], block.word[3]);
}

}  // namespace

ragged random_sequences(std::uint64_t count, std::uint32_t length, std::uint32_t nodes, skew ids) {
  const alias_table table = ids == skew::zipf ? zipf_table(nodes) : alias_table::uniform(nodes);
  ragged out;
  out.ids.resize(count * length);
  out.offsets.resize(count + 1);
#pragma omp parallel for schedule(static)
  for (std::uint64_t row = 0; row < count; ++row) {
    const auto stream = synthetic_stream(1, row);
    for (std::uint32_t i = 0; i < length; ++i) out.ids[row * length + i] = draw(stream, i, table.ref());
    out.offsets[row + 1] = (row + 1) * length;
  }
  return out;
}

ragged power_law_sequences(std::uint64_t count, std::uint32_t length, std::uint32_t nodes) {
  const alias_table table = inverse_root_table(nodes);
  ragged out;
  out.ids.resize(count * length);
  out.offsets.resize(count + 1);
#pragma omp parallel for schedule(static)
  for (std::uint64_t row = 0; row < count; ++row) {
    const auto stream = synthetic_stream(3, row);
    for (std::uint32_t i = 0; i < length; ++i) {
      out.ids[row * length + i] = scatter(draw(stream, i, table.ref()), nodes);
    }
    out.offsets[row + 1] = (row + 1) * length;
  }
  return out;
}

csr_graph power_law_graph(std::uint32_t nodes, std::uint64_t edges) {
  // Transitions between two draws; a ring of every node leaves none isolated.
  const alias_table table = inverse_root_table(nodes);
  const std::uint64_t pairs = edges / 2 - nodes;
  ragged transitions;
  transitions.ids.resize(2 * pairs + nodes + 1);
  transitions.offsets.resize(pairs + 2);
#pragma omp parallel for schedule(static)
  for (std::uint64_t pair = 0; pair < pairs; ++pair) {
    const auto stream = synthetic_stream(2, pair);
    transitions.ids[2 * pair] = scatter(draw(stream, 0, table.ref()), nodes);
    transitions.ids[2 * pair + 1] = scatter(draw(stream, 1, table.ref()), nodes);
    transitions.offsets[pair + 1] = 2 * (pair + 1);
  }
  for (std::uint32_t i = 0; i <= nodes; ++i) transitions.ids[2 * pairs + i] = i % nodes;
  transitions.offsets.back() = transitions.ids.size();
  return build_transition_graph(transitions, nodes, false);
}

table normal_rows(std::size_t rows, std::size_t dim, std::uint32_t seed) {
  table t(rows, dim);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  for (std::size_t r = 0; r < rows; ++r) {
    for (float& value : t[r]) value = normal(random);
  }
  return t;
}

}  // namespace m2grl::bench
