#include "m2grl/recommend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "recommend/history_blocks.hpp"
#include "table_rows.hpp"

namespace m2grl {

void check_ids(std::span<const node_id> ids, const model_view& view) {
  const auto bad = std::find_if(ids.begin(), ids.end(), [&](node_id id) { return id >= view.ids.size(); });
  if (bad != ids.end()) {
    throw invalid_input(fmt::format("{} is no node of view \"{}\", which has {}", *bad, view.name, view.ids.size()));
  }
}

namespace {

similarity similarity_of(neighbour_score score) {
  switch (score) {
    case neighbour_score::next: return similarity::inner_product;
    case neighbour_score::cosine: return similarity::cosine;
    case neighbour_score::l2: return similarity::l2;
  }
  return similarity::inner_product;
}

}  // namespace

std::vector<std::vector<scored_node>> recommend(const model& m, ragged_ref histories, std::uint32_t k,
                                                const eval_config& how, std::span<const category_filter> filters,
                                                device_kind device) {
  check_ids(histories.ids, m.views.at(0));
  const auto parts = parts_of(m, how.compose);
  const table queries = query_vectors(parts), candidates = candidate_vectors(parts, how.input_similarity);
  std::vector<std::vector<scored_node>> results;
  results.reserve(histories.size());
  for_each_history_block(histories, [&](ragged_ref block) {
    search_options wanted;
    wanted.k = k, wanted.excluded = block, wanted.filters = filters, wanted.device = device;
    auto found = search_top_k(history_vectors(queries, block, how.history, how.decay), candidates, wanted);
    std::move(found.begin(), found.end(), std::back_inserter(results));
  });
  return results;
}

neighbour_vectors::neighbour_vectors(const model& m, const neighbour_query& query)
    : view_(&m.views.at(view_index(m, query.view))), by_(similarity_of(query.score)) {
  if (view_->ids.size() == 0) throw invalid_input(fmt::format("view \"{}\" has no vectors", view_->name));
  const bool next = query.score == neighbour_score::next;
  queries_ = &view_->tables.input;
  candidates_ = next ? &view_->tables.output : queries_;
  if (query.compose.empty()) return;
  if (view_ != &m.views[0]) {
    throw invalid_input(
        fmt::format("view \"{}\" cannot be composed: only \"{}\", the item view, can", view_->name, m.views[0].name));
  }
  const auto parts = parts_of(m, query.compose);
  own_queries_ = query_vectors(parts);
  if (next) own_candidates_ = candidate_vectors(parts, query.input_similarity);
}

neighbour_vectors::neighbour_vectors(const model_view& view, table vectors, similarity by)
    : view_(&view), by_(by), own_queries_(std::move(vectors)) {
  if (own_queries_.rows() == view.ids.size() && view.ids.size() > 0) return;
  throw invalid_input(fmt::format("view \"{}\" has {} nodes, but there are {} vectors", view.name, view.ids.size(),
                                  own_queries_.rows()));
}

const table& neighbour_vectors::candidates() const noexcept {
  if (!own_candidates_.empty()) return own_candidates_;
  return own_queries_.empty() ? *candidates_ : own_queries_;
}

std::vector<std::vector<scored_node>> similar_nodes(const neighbour_vectors& vectors, std::span<const node_id> nodes,
                                                    const neighbour_limits& limits) {
  check_ids(nodes, vectors.view());
  std::vector<node_id> all(nodes.empty() ? vectors.queries().rows() : 0);
  std::iota(all.begin(), all.end(), 0u);
  const std::span<const node_id> wanted = nodes.empty() ? all : nodes;
  std::vector<std::uint64_t> one_each(wanted.size() + 1);
  std::iota(one_each.begin(), one_each.end(), std::uint64_t{0});
  search_options how;
  how.k = limits.k, how.by = vectors.by(), how.filters = limits.filters, how.device = limits.device;
  how.excluded = {one_each, wanted};  // each node itself
  const table some = nodes.empty() ? table() : gather_rows(vectors.queries(), nodes);
  const table& queries = nodes.empty() ? vectors.queries() : some;
  if (limits.index != nullptr) return limits.index->search(queries, how, limits.width);
  return search_top_k(queries, vectors.candidates(), how);
}

std::vector<std::vector<scored_node>> similar_nodes(const model& m, std::span<const node_id> nodes,
                                                    const neighbour_query& query) {
  neighbour_limits limits;
  limits.k = query.k;
  return similar_nodes(neighbour_vectors(m, query), nodes, limits);
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
