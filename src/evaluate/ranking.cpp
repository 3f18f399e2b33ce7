#include "evaluate/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evaluate/bootstrap.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ranking {

const char* split_name(bool validation) { return validation ? "validation" : "test"; }

const query_set& held_out_queries(const model& m, bool validation) {
  const query_set& held_out = validation ? m.validation : m.test;
  if (held_out.size() > 0) return held_out;
  const split_kind kind = m.cfg.split.kind;
  const char* const why = kind == split_kind::none
                              ? "it was trained with split.kind = \"none\", which holds nothing out"
                          : kind == split_kind::last ? "no user had the three events that split.kind = \"last\" needs"
                          : validation ? "it was trained with split.kind = \"time\", which holds out a test only"
                                       : "no session after the boundary of split.kind = \"time\" has two events";
  throw invalid_input(fmt::format("the model holds no {} queries: {}", split_name(validation), why));
}

std::uint32_t largest(std::span<const std::uint32_t> k) {
  if (k.empty()) throw invalid_input("no k to evaluate at");
  if (*std::min_element(k.begin(), k.end()) == 0) throw invalid_input("k is 0, it must be at least 1");
  return *std::max_element(k.begin(), k.end());
}

void check_queries(const query_set& held_out, std::size_t nodes) {
  if (held_out.histories.size() != held_out.targets.size()) {
    throw invalid_input(
        fmt::format("{} histories for {} held-out targets", held_out.histories.size(), held_out.targets.size()));
  }
  const auto outside = [&](node_id id) { return id >= nodes; };
  const auto& ids = held_out.histories.ids;
  if (const auto found = std::find_if(ids.begin(), ids.end(), outside); found != ids.end()) {
    throw invalid_input(fmt::format("a history holds node {}, which is not among the {} nodes", *found, nodes));
  }
  for (std::size_t q = 0; q < held_out.size(); ++q) {
    if (held_out.targets[q] != no_node && outside(held_out.targets[q])) {
      throw invalid_input(fmt::format("the target of query {} is node {}, which is not among the {} nodes", q,
                                      held_out.targets[q], nodes));
    }
  }
}

void assign_unique(std::span<const node_id> history, std::vector<node_id>& seen) {
  seen.assign(history.begin(), history.end());
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
}

void shown_nodes::show(std::span<const node_id> ranked) {
#pragma omp critical(m2grl_shown_nodes)
  for (std::uint32_t place = 0; place < ranked.size(); ++place) {
    best_[ranked[place]] = std::min(best_[ranked[place]], place);
  }
}

double shown_nodes::coverage(std::uint32_t k) const {
  const auto shown = std::count_if(best_.begin(), best_.end(), [&](auto place) { return place < k; });
  return static_cast<double>(shown) / std::max<double>(1, static_cast<double>(best_.size()));
}

ranking_metrics summarise(std::span<const std::uint64_t> ranks, std::span<const std::uint32_t> ks,
                          const shown_nodes& shown, const resampling& intervals) {
  // One column a figure: 1 / rank, then hit and gain at each k.
  std::vector<std::vector<double>> columns(1 + 2 * ks.size(), std::vector<double>(ranks.size(), 0.0));
  for (std::size_t q = 0; q < ranks.size(); ++q) {
    if (ranks[q] == miss) continue;
    const auto rank = static_cast<double>(ranks[q]);
    columns[0][q] = 1 / rank;
    for (std::size_t i = 0; i < ks.size(); ++i) {
      if (ranks[q] > ks[i]) continue;
      columns[1 + 2 * i][q] = 1;
      columns[2 + 2 * i][q] = 1 / std::log2(rank + 1);
    }
  }
  const auto figures = bootstrap_means(columns, intervals);
  ranking_metrics m;
  m.queries = ranks.size();
  m.mrr = figures[0].value;
  m.mrr_interval = figures[0].between;
  for (std::size_t i = 0; i < ks.size(); ++i) {
    const estimate &hit_rate = figures[1 + 2 * i], &ndcg = figures[2 + 2 * i];
    m.at.push_back({ks[i], hit_rate.value, ndcg.value, shown.coverage(ks[i]), hit_rate.between, ndcg.between});
  }
  return m;
}

}  // namespace m2grl::ranking

namespace m2grl {

const metrics_at_k& ranking_metrics::at_k(std::uint32_t k) const {
  for (const metrics_at_k& m : at) {
    if (m.k == k) return m;
  }
  throw invalid_input(fmt::format("metrics were not computed at k = {}", k));
}

}  // namespace m2grl
