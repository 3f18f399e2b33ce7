/// Configurations written as TOML and read again.
#include <catch2/catch.hpp>
#include <limits>

#include "config_text.hpp"

using namespace m2grl;
using namespace m2grl::test;
using Catch::Matchers::Contains;

namespace {

/// A configuration in which no value is the default.
config unusual() {
  config c;
  c.data.root = "some folder/\"quoted\"";
  c.data.events = "e\\v\tents.csv";
  c.data.delimiter = ";";
  c.data.user = "user 'id'";
  c.data.item = "商品";
  c.data.time = "t";
  c.data.session = "s";
  c.data.dwell = "d";
  c.data.event_type = "kind";
  c.data.unit = time_unit::nanoseconds;
  c.data.event_weights = {{"view", 0}, {"buy now.", 4000000000u}};
  c.data.tables = {{"items.tsv", "id"}, {"shops.csv", "item", "|"}};
  c.data.edge_columns = "- u v type";
  c.data.session_gap_seconds = 0.1;
  c.data.min_dwell_seconds = 1.0 / 3;
  c.data.min_count = 7;
  c.data.max_user_events = 1ull << 40;
  view_config item, category, edges;
  item.name = "item";
  category.name = "category";
  category.column = "cat";
  category.table = "shops.csv";
  category.separator = "|";
  category.directed = true;
  category.merge_repeats = true;
  category.min_count = 3;
  category.sequences = sequence_source::walks;
  category.walks = {walk_kind::node2vec, 11, 41, 0.25, 4};
  edges.name = "graph";
  edges.edges = "edges.txt";
  edges.edge_type = "also bought";
  edges.nodes = "product";
  edges.sequences = sequence_source::walks;
  edges.walks.kind = walk_kind::uniform;
  c.views = {item, category, edges};
  c.links = {{"item", "category", projection_kind::sigmoid, 64, false, false, 0.3}};
  c.split = {split_kind::time, 0.77, -12, 4, session_queries::prefix};
  auto& t = c.train;
  t.dim = 33, t.epochs = 3, t.seed = std::numeric_limits<std::uint64_t>::max(), t.threads = 2, t.deterministic = true;
  t.learning_rate = 0.1 + 0.2, t.min_learning_rate = 1e-300, t.warmup = 0.01, t.optimizer = optimizer_kind::adagrad;
  t.align_optimizer = align_optimizer_kind::adam, t.tied = true, t.init_scale = 7.5;
  t.window = 16, t.side = window_side::past, t.size = window_size::fixed, t.negatives = 31;
  t.sampler = negative_sampler::log_uniform, t.alpha = 0.4, t.mask_context_negatives = true, t.logit_limit = 5.5,
  t.subsample = 1e-5;
  t.task_weights = weight_policy::fixed, t.task_weight_rate = 0.06, t.align_rate = 0.7, t.align_matrix_rate = 0.2;
  t.fixed_weights = {{"item", 2}, {"item~category", 0.125}};
  c.eval.compose = {{"item", 2}, {"category", 1.0 / 7}};
  c.eval.k = {1, 50};
  c.eval.history = 9;
  c.eval.decay = 0.9;
  c.eval.input_similarity = 0.25;
  return c;
}

void same(const data_config& a, const data_config& b) {
  CHECK(a.root == b.root);
  CHECK(a.events == b.events);
  CHECK(a.sequences == b.sequences);
  CHECK(a.delimiter == b.delimiter);
  CHECK(a.user == b.user);
  CHECK(a.item == b.item);
  CHECK(a.time == b.time);
  CHECK(a.session == b.session);
  CHECK(a.dwell == b.dwell);
  CHECK(a.event_type == b.event_type);
  CHECK(a.unit == b.unit);
  CHECK(a.event_weights == b.event_weights);
  CHECK(a.edge_columns == b.edge_columns);
  CHECK(a.session_gap_seconds == b.session_gap_seconds);
  CHECK(a.min_dwell_seconds == b.min_dwell_seconds);
  CHECK(a.min_count == b.min_count);
  CHECK(a.max_user_events == b.max_user_events);
  REQUIRE(a.tables.size() == b.tables.size());
  for (std::size_t i = 0; i < a.tables.size(); ++i) {
    CHECK(a.tables[i].file == b.tables[i].file);
    CHECK(a.tables[i].key == b.tables[i].key);
    CHECK(a.tables[i].delimiter == b.tables[i].delimiter);
  }
}

void same(const view_config& a, const view_config& b) {
  CHECK(a.name == b.name);
  CHECK(a.column == b.column);
  CHECK(a.table == b.table);
  CHECK(a.separator == b.separator);
  CHECK(a.edges == b.edges);
  CHECK(a.edge_type == b.edge_type);
  CHECK(a.nodes == b.nodes);
  CHECK(a.directed == b.directed);
  CHECK(a.merge_repeats == b.merge_repeats);
  CHECK(a.min_count == b.min_count);
  CHECK(a.sequences == b.sequences);
  CHECK(a.walks.kind == b.walks.kind);
  CHECK(a.walks.per_node == b.walks.per_node);
  CHECK(a.walks.length == b.walks.length);
  CHECK(a.walks.p == b.walks.p);
  CHECK(a.walks.q == b.walks.q);
}

void same(const link_config& a, const link_config& b) {
  CHECK(a.from == b.from);
  CHECK(a.to == b.to);
  CHECK(a.projection == b.projection);
  CHECK(a.relation_dim == b.relation_dim);
  CHECK(a.shared == b.shared);
  CHECK(a.bias == b.bias);
  CHECK(a.ratio == b.ratio);
}

void same(const train_config& a, const train_config& b) {
  CHECK(a.dim == b.dim);
  CHECK(a.epochs == b.epochs);
  CHECK(a.seed == b.seed);
  CHECK(a.threads == b.threads);
  CHECK(a.deterministic == b.deterministic);
  CHECK(a.learning_rate == b.learning_rate);
  CHECK(a.min_learning_rate == b.min_learning_rate);
  CHECK(a.warmup == b.warmup);
  CHECK(a.optimizer == b.optimizer);
  CHECK(a.tied == b.tied);
  CHECK(a.init_scale == b.init_scale);
  CHECK(a.align_optimizer == b.align_optimizer);
  CHECK(a.window == b.window);
  CHECK(a.side == b.side);
  CHECK(a.size == b.size);
  CHECK(a.negatives == b.negatives);
  CHECK(a.sampler == b.sampler);
  CHECK(a.alpha == b.alpha);
  CHECK(a.mask_context_negatives == b.mask_context_negatives);
  CHECK(a.logit_limit == b.logit_limit);
  CHECK(a.subsample == b.subsample);
  CHECK(a.task_weights == b.task_weights);
  CHECK(a.task_weight_rate == b.task_weight_rate);
  CHECK(a.align_rate == b.align_rate);
  CHECK(a.align_matrix_rate == b.align_matrix_rate);
  CHECK(a.fixed_weights == b.fixed_weights);
  CHECK(a.patience == b.patience);
}

void same(const config& a, const config& b) {
  same(a.data, b.data);
  REQUIRE(a.views.size() == b.views.size());
  for (std::size_t v = 0; v < a.views.size(); ++v) same(a.views[v], b.views[v]);
  REQUIRE(a.links.size() == b.links.size());
  for (std::size_t l = 0; l < a.links.size(); ++l) same(a.links[l], b.links[l]);
  CHECK(a.split.kind == b.split.kind);
  CHECK(a.split.quantile == b.split.quantile);
  CHECK(a.split.boundary == b.split.boundary);
  CHECK(a.split.test_events == b.split.test_events);
  CHECK(a.split.queries == b.split.queries);
  same(a.train, b.train);
  REQUIRE(a.eval.compose.size() == b.eval.compose.size());
  for (std::size_t p = 0; p < a.eval.compose.size(); ++p) {
    CHECK(a.eval.compose[p].view == b.eval.compose[p].view);
    CHECK(a.eval.compose[p].weight == b.eval.compose[p].weight);
  }
  CHECK(a.eval.k == b.eval.k);
  CHECK(a.eval.history == b.eval.history);
  CHECK(a.eval.decay == b.eval.decay);
  CHECK(a.eval.input_similarity == b.eval.input_similarity);
}

}  // namespace

TEST_CASE("to_toml: every key comes back, bit for bit") {
  config c = unusual();
  same(parse_config(to_toml(c), "c.toml"), c);
  CHECK(to_toml(parse_config(to_toml(c), "c.toml")) == to_toml(c));  // keys that same() may not know

  c.data.events.clear();  // the keys that exclude one another
  c.data.sequences = "walks.txt";
  c.data.event_type.clear();
  c.data.event_weights.clear();
  c.split = {split_kind::last, 0.5, std::nullopt, 3};
  c.train.patience = 4;
  same(parse_config(to_toml(c), "c.toml"), c);

  const config least = parse_config(with(""), "c.toml");
  same(parse_config(to_toml(least), "c.toml"), least);
}

// There is nothing to read it from, which only a run on files needs.
TEST_CASE("to_toml: a configuration of data in memory comes back") {
  config in_memory;
  CHECK_THROWS_WITH(validate(in_memory), "the configuration has no [[views]]");
  in_memory.views.resize(2);
  in_memory.views[0].name = "item";
  in_memory.views[1].name = "shop";
  CHECK_THROWS_WITH(validate(in_memory), Contains("view \"item\" needs a log"));
  same(parse_config(to_toml(in_memory), "c.toml"), in_memory);
  same(parse_config(to_toml(config{}), "c.toml"), config{});
  CHECK_NOTHROW(validate(unusual()));
}
