#pragma once
/// Data sets by the names of their nodes.

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "m2grl/dataset.hpp"
#include "naive_dataset.hpp"

namespace m2grl::test {

inline std::vector<std::vector<std::string>> spelled(const vocabulary& ids, const ragged& rows) {
  std::vector<std::vector<std::string>> result;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    result.emplace_back();
    for (const node_id id : rows[r]) result.back().push_back(ids.name(id));
  }
  return result;
}

inline std::map<std::pair<std::string, std::string>, std::uint64_t> spelled(const std::vector<std::string>& from,
                                                                            const vocabulary& to,
                                                                            const link_data& link) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> result;
  REQUIRE(link.targets.size() == from.size());
  REQUIRE(link.counts.size() == link.targets.ids.size());
  for (node_id a = 0; a < from.size(); ++a) {
    for (std::uint64_t i = link.targets.offsets[a]; i < link.targets.offsets[a + 1]; ++i) {
      REQUIRE(result.emplace(std::pair(from[a], to.name(link.targets.ids[i])), link.counts[i]).second);
    }
  }
  return result;
}

inline std::map<std::pair<std::string, std::string>, std::uint64_t> spelled(const dataset& data,
                                                                            const link_data& link) {
  return spelled(data.views[link.from].ids.names(), data.views[link.to].ids, link);
}

inline std::vector<naive_query> spelled(const vocabulary& ids, const query_set& queries, const cold_items& cold) {
  const auto histories = spelled(ids, queries.histories);
  REQUIRE(histories.size() == queries.size());
  std::vector<naive_query> result;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    const std::uint32_t row = queries.cold_targets.empty() ? no_node : queries.cold_targets.at(q);
    result.push_back({histories[q], queries.targets[q] == no_node ? "" : ids.name(queries.targets[q]),
                      row == no_node ? "" : cold.ids.at(row)});
    if (cold.size() > 0) {
      for (const node_id id : queries.cold_histories[q]) {
        result.back().cold_history.push_back(id < ids.size() ? ids.name(id) : cold.ids.at(id - ids.size()));
      }
    }
    if (queries.past.size() == 0) continue;
    for (std::uint64_t i = queries.past.offsets[q]; i < queries.past.offsets[q + 1]; ++i) {
      result.back().past.emplace_back(ids.name(queries.past.ids[i]), queries.past_seconds.at(i));
    }
  }
  return result;
}

}  // namespace m2grl::test
