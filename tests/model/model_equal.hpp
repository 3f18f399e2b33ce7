#pragma once
/// Compares two models part by part, tables bit by bit.

#include <catch2/catch.hpp>
#include <cstring>

#include "m2grl/model.hpp"

namespace m2grl::test {

inline bool same_bits(const table& a, const table& b) {
  if (a.rows() != b.rows() || a.dim() != b.dim()) return false;
  return a.empty() || std::memcmp(a.data(), b.data(), a.bytes()) == 0;  // padding included
}

inline void check_queries(const query_set& a, const query_set& b) {
  CHECK(a.histories.offsets == b.histories.offsets);
  CHECK(a.histories.ids == b.histories.ids);
  CHECK(a.targets == b.targets);
  CHECK(a.cold_targets == b.cold_targets);
  CHECK(a.cold_histories.offsets == b.cold_histories.offsets);
  CHECK(a.cold_histories.ids == b.cold_histories.ids);
  CHECK(a.past.offsets == b.past.offsets);
  CHECK(a.past.ids == b.past.ids);
  CHECK(a.past_seconds == b.past_seconds);
}

inline void check_links(const std::vector<link_data>& a, const std::vector<link_data>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t l = 0; l < a.size(); ++l) {
    CHECK(a[l].from == b[l].from);
    CHECK(a[l].to == b[l].to);
    CHECK(a[l].targets.offsets == b[l].targets.offsets);
    CHECK(a[l].targets.ids == b[l].targets.ids);
    CHECK(a[l].counts == b[l].counts);
  }
}

inline void check_report(const ingest_report& a, const ingest_report& b) {
  CHECK(a.events_read == b.events_read);
  CHECK(a.events_kept == b.events_kept);
  CHECK(a.users == b.users);
  CHECK(a.sessions == b.sessions);
  CHECK(a.seconds == b.seconds);
  REQUIRE(a.dropped.size() == b.dropped.size());
  for (std::size_t d = 0; d < a.dropped.size(); ++d) {
    CHECK(a.dropped[d].rule == b.dropped[d].rule);
    CHECK(a.dropped[d].count == b.dropped[d].count);
  }
}

inline void check_equal(const model& a, const model& b) {
  CHECK(to_toml(a.cfg) == to_toml(b.cfg));
  REQUIRE(a.views.size() == b.views.size());
  for (std::size_t v = 0; v < a.views.size(); ++v) {
    CHECK(a.views[v].name == b.views[v].name);
    CHECK(a.views[v].ids.names() == b.views[v].ids.names());
    CHECK(a.views[v].ids.counts() == b.views[v].ids.counts());
    CHECK(same_bits(a.views[v].tables.input, b.views[v].tables.input));
    CHECK(same_bits(a.views[v].tables.output, b.views[v].tables.output));
  }
  check_links(a.links, b.links);
  CHECK(a.cold.ids == b.cold.ids);
  check_links(a.cold.links, b.cold.links);
  REQUIRE(a.relations.size() == b.relations.size());
  for (std::size_t r = 0; r < a.relations.size(); ++r) {
    CHECK(a.relations[r].from == b.relations[r].from);
    CHECK(a.relations[r].to == b.relations[r].to);
    CHECK(a.relations[r].projection == b.relations[r].projection);
    CHECK(a.relations[r].bias == b.relations[r].bias);
    CHECK(same_bits(a.relations[r].w_from, b.relations[r].w_from));
    CHECK(same_bits(a.relations[r].w_to, b.relations[r].w_to));
  }
  REQUIRE(a.tasks.size() == b.tasks.size());
  for (std::size_t t = 0; t < a.tasks.size(); ++t) {
    CHECK(a.tasks[t].name == b.tasks[t].name);
    CHECK(a.tasks[t].log_variance == b.tasks[t].log_variance);
    CHECK(a.tasks[t].weight == b.tasks[t].weight);
    CHECK(a.tasks[t].loss == b.tasks[t].loss);
    CHECK(a.tasks[t].pairs == b.tasks[t].pairs);
  }
  CHECK(a.history.rounds_per_epoch == b.history.rounds_per_epoch);
  CHECK(a.history.rounds == b.history.rounds);
  CHECK(same_bits(a.history.losses, b.history.losses));
  CHECK(same_bits(a.history.weights, b.history.weights));
  check_queries(a.validation, b.validation);
  check_queries(a.test, b.test);
  check_report(a.report, b.report);
}

}  // namespace m2grl::test
