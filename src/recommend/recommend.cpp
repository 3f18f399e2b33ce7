#include "m2grl/recommend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"

namespace m2grl {
namespace {

constexpr std::size_t block_queries = 8192;  // query vectors held at once: 12 MiB at 384 dimensions

void check_ids(std::span<const node_id> ids, const model_view& view) {
  const auto bad = std::find_if(ids.begin(), ids.end(), [&](node_id id) { return id >= view.ids.size(); });
  if (bad != ids.end()) {
    throw invalid_input(fmt::format("{} is no node of view \"{}\", which has {}", *bad, view.name, view.ids.size()));
  }
}

/// Rows first … first + count − 1 of a ragged array, their offsets written anew.
ragged_ref rows_of(ragged_ref all, std::size_t first, std::size_t count, std::vector<std::uint64_t>& offsets) {
  const std::uint64_t begin = all.offsets[first];
  offsets.clear();
  for (std::size_t row = first; row <= first + count; ++row) offsets.push_back(all.offsets[row] - begin);
  return {offsets, all.ids.subspan(begin, offsets.back())};
}

table gather(const table& rows, std::span<const node_id> ids) {
  table gathered(ids.size(), rows.dim());
  for (std::size_t i = 0; i < ids.size(); ++i) std::copy(rows[ids[i]].begin(), rows[ids[i]].end(), gathered[i].begin());
  return gathered;
}

/// Neighbours of `nodes` (empty: of every row), each node left out of its own.
std::vector<std::vector<scored_node>> neighbours(const table& queries, const table& candidates,
                                                 std::span<const node_id> nodes, std::uint32_t k, similarity by) {
  std::vector<node_id> all(nodes.empty() ? queries.rows() : 0);
  std::iota(all.begin(), all.end(), 0u);
  const std::span<const node_id> wanted = nodes.empty() ? all : nodes;
  std::vector<std::uint64_t> one_each(wanted.size() + 1);
  std::iota(one_each.begin(), one_each.end(), std::uint64_t{0});
  const ragged_ref itself{one_each, wanted};
  if (nodes.empty()) return search_top_k(queries, candidates, k, itself, by);
  return search_top_k(gather(queries, nodes), candidates, k, itself, by);
}

}  // namespace

std::vector<std::vector<scored_node>> recommend(const model& m, ragged_ref histories, std::uint32_t k,
                                                const eval_config& how) {
  check_ids(histories.ids, m.views.at(0));
  const auto parts = parts_of(m, how.compose);
  const table queries = query_vectors(parts), candidates = candidate_vectors(parts, how.input_similarity);
  std::vector<std::vector<scored_node>> results;
  results.reserve(histories.size());
  std::vector<std::uint64_t> offsets;
  for (std::size_t first = 0; first < histories.size(); first += block_queries) {
    const auto block = rows_of(histories, first, std::min(block_queries, histories.size() - first), offsets);
    auto found = search_top_k(history_vectors(queries, block, how.history, how.decay), candidates, k, block);
    std::move(found.begin(), found.end(), std::back_inserter(results));
  }
  return results;
}

std::vector<std::vector<scored_node>> similar_nodes(const model& m, std::span<const node_id> nodes,
                                                    const neighbour_query& query) {
  const std::size_t index = view_index(m, query.view);
  const model_view& view = m.views[index];
  check_ids(nodes, view);
  const bool cosine = query.score == neighbour_score::cosine;
  const similarity by = cosine ? similarity::cosine : similarity::inner_product;
  if (query.compose.empty()) {
    return neighbours(view.tables.input, cosine ? view.tables.input : view.tables.output, nodes, query.k, by);
  }
  if (index != 0) {
    throw invalid_input(
        fmt::format("view \"{}\" cannot be composed: only \"{}\", the item view, can", view.name, m.views[0].name));
  }
  const auto parts = parts_of(m, query.compose);
  const table queries = query_vectors(parts);
  if (cosine) return neighbours(queries, queries, nodes, query.k, by);
  return neighbours(queries, candidate_vectors(parts, query.input_similarity), nodes, query.k, by);
}

std::size_t view_index(const model& m, std::string_view name) {
  if (name.empty()) return 0;
  std::vector<std::string> names;
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    if (m.views[v].name == name) return v;
    names.push_back(m.views[v].name);
  }
  throw invalid_input(fmt::format("there is no view \"{}\"; the views are {}", name, fmt::join(names, ", ")));
}

}  // namespace m2grl
