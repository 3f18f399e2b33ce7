#include "m2grl/walks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "graph/walk_batch.hpp"
#include "m2grl/error.hpp"

namespace m2grl {
namespace {

using graph_detail::most_walkers;

/// 1, 1/p and 1/q as shares of the largest, in 24 bits.
void set_biases(const walk_config& cfg, kernel::walk_options& o) {
  const double inverse[] = {1 / cfg.p, 1.0, 1 / cfg.q};
  const double largest = *std::max_element(inverse, inverse + 3);
  const auto scaled = [&](double value) {
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(std::lround(value / largest * (1 << 24))));
  };
  o.bias_return = scaled(inverse[0]);
  o.bias_near = scaled(inverse[1]);
  o.bias_far = scaled(inverse[2]);
}

}  // namespace

kernel::walk_options make_walk_options(const walk_config& cfg, std::uint64_t seed, std::uint32_t task) {
  for (const double value : {cfg.p, cfg.q}) {
    if (!(value > 0) || !std::isfinite(value)) {
      throw invalid_input(fmt::format("node2vec's p and q are finite numbers > 0, not {}", value));
    }
  }
  if (cfg.length == 0) throw invalid_input("walks need a length of at least 1");
  kernel::walk_options o;
  o.seed = seed;
  o.task = task;
  o.weighted = cfg.kind != walk_kind::uniform;
  o.second_order = cfg.kind == walk_kind::node2vec && (cfg.p != 1 || cfg.q != 1);
  set_biases(cfg, o);
  return o;
}

walker::walker(const csr_graph& graph, const walk_config& cfg, std::uint64_t seed, std::uint32_t task)
    : graph_{graph.offsets.data(), graph.columns.data(), graph.cumulative.data(),
             static_cast<std::uint32_t>(graph.nodes())},
      options_(make_walk_options(cfg, seed, task)),
      length_(cfg.length) {}

void walker::generate(std::uint32_t epoch, std::uint64_t first, std::uint32_t count, node_id* out,
                      std::uint32_t* lengths) const {
  graph_detail::walk_batch batch(graph_, options_, length_);
  batch.walk(epoch, first, count, out, lengths);
}

ragged generate_walks(const csr_graph& graph, const walk_config& cfg, std::uint64_t seed, std::uint32_t epoch) {
  const walker walks(graph, cfg, seed, 0);
  const std::uint64_t total = static_cast<std::uint64_t>(graph.nodes()) * cfg.per_node;
  ragged result;
  std::vector<node_id> nodes(std::size_t{most_walkers} * cfg.length);
  std::uint32_t lengths[most_walkers];
  for (std::uint64_t first = 0; first < total; first += most_walkers) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(most_walkers, total - first));
    walks.generate(epoch, first, count, nodes.data(), lengths);
    for (std::uint32_t w = 0; w < count; ++w) {
      const auto begin = nodes.begin() + static_cast<std::ptrdiff_t>(std::size_t{w} * cfg.length);
      result.ids.insert(result.ids.end(), begin, begin + lengths[w]);
      result.end_row();
    }
  }
  return result;
}

}  // namespace m2grl
