/// Wherever memory runs out, the caller is told so, nothing leaks, no file is left half written, and the same call
/// works afterwards, to the same result.
#include <catch2/catch.hpp>
#include <string>

#include "m2grl/dataset.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/export.hpp"
#include "m2grl/graph.hpp"
#include "m2grl/index.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/recommend.hpp"
#include "model/directory.hpp"
#include "search/score_rows.hpp"
#include "support/process.hpp"
#include "support/small_model.hpp"
#include "train/catalogue.hpp"
#include "without_memory.hpp"

using namespace m2grl;
using namespace m2grl::test;
namespace fs = std::filesystem;

namespace {

template <class T>
void append(std::string& bytes, const std::vector<T>& values) {
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}
std::string bytes_of_table(const table& t) { return {reinterpret_cast<const char*>(t.data()), t.bytes()}; }
std::string bytes_of_graph(const csr_graph& g) {
  std::string bytes;
  append(bytes, g.offsets), append(bytes, g.columns), append(bytes, g.cumulative);
  return bytes;
}
std::string bytes_of_lists(const std::vector<std::vector<scored_node>>& lists) {
  std::string bytes;
  for (const auto& list : lists) append(bytes, list);
  return bytes;
}
std::string bytes_of_learned(const embeddings& e) {
  std::string bytes;
  for (const view_tables& view : e.views) bytes += bytes_of_table(view.input) + bytes_of_table(view.output);
  for (const relation& r : e.relations) bytes += bytes_of_table(r.w_from) + bytes_of_table(r.w_to);
  return bytes;
}

config shop(const temporary_folder& folder) {
  std::string events = "user,item,time\n", items = "id,category\n";
  for (int u = 0; u < 40; ++u) {
    for (int e = 0; e < 5; ++e) {
      events += "u" + std::to_string(u) + ",item number " + std::to_string((7 * u + e) % 30) + "," +
                std::to_string(100 * u + e) + "\n";
    }
  }
  for (int i = 0; i < 30; ++i) items += "item number " + std::to_string(i) + ",c" + std::to_string(i % 4) + "\n";
  write_file(folder / "events.csv", events);
  write_file(folder / "items.csv", items);
  config cfg = parse_config(
      "[data]\nevents = \"events.csv\"\nuser = \"user\"\nitem = \"item\"\ntime = \"time\"\n"
      "[[data.tables]]\nfile = \"items.csv\"\nkey = \"id\"\n[[views]]\nname = \"item\"\n"
      "[[views]]\nname = \"category\"\ncolumn = \"category\"\ntable = \"items.csv\"\n"
      "[[links]]\nfrom = \"item\"\nto = \"category\"\n[split]\nkind = \"last\"\n"
      "[train]\ndim = 8\nepochs = 2\nthreads = 2\ndeterministic = true\ncheckpoint_steps = 1\n"
      "[eval]\ncompose = \"item,category:0.5\"\nk = [1, 3]\n",
      "shop.toml");
  cfg.data.root = folder.path().string();
  return cfg;
}

std::string bytes_of_data(const dataset& data) {
  std::string bytes;
  for (const view_data& view : data.views) {
    for (const std::string& id : view.ids.names()) bytes += id + '\n';
    append(bytes, view.sequences.ids), append(bytes, view.sequences.offsets);
    bytes += bytes_of_graph(view.graph);
  }
  for (const link_data& link : data.links) append(bytes, link.targets.ids), append(bytes, link.counts);
  append(bytes, data.test.histories.ids), append(bytes, data.test.targets);
  return bytes;
}

/// Names of files that are not whole.
void check_no_partial(const fs::path& folder) {
  for (const auto& [name, bytes] : contents_of(folder)) {
    CAPTURE(name, bytes.size());
    REQUIRE(name.find("partial") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("memory runs out while data is read") {
  const temporary_folder folder;
  const config cfg = shop(folder);
  check_operation(
      "load_dataset", [&] { return load_dataset(cfg); }, bytes_of_data);
}

TEST_CASE("memory runs out while a graph is built") {
  catalogue::inputs c;
  catalogue::fill(c, 60, 6, 200, 8, 3);
  std::vector<std::uint32_t> weights(c.items.ids.size());
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::uint32_t>(1 + i % 3);
  const std::vector<double> edge_weights(c.items.ids.size(), 0.5);
  check_operation(
      "transitions", [&] { return build_transition_graph(c.items, 60, false); }, bytes_of_graph);
  check_operation(
      "weighted", [&] { return build_transition_graph(c.items, 60, true, weights); }, bytes_of_graph);
  const std::vector<node_id> to(c.items.ids.rbegin(), c.items.ids.rend());
  check_operation(
      "edges", [&] { return build_edge_graph(c.items.ids, to, {}, 60, false); }, bytes_of_graph);
  check_operation(
      "weighted edges", [&] { return build_edge_graph(c.items.ids, to, edge_weights, 60, true); }, bytes_of_graph);
}

TEST_CASE("memory runs out in training") {
  const temporary_folder folder;
  const config cfg = shop(folder);
  const dataset data = load_dataset(cfg);
  train_options options;
  options.device = device_kind::cpu;
  const auto run = [&] { return train(cfg, data, options); };
  const auto bytes = [](const train_result& result) { return bytes_of_learned(result.learned); };
  SECTION("without checkpoints") { check_operation("train", run, bytes); }
  SECTION("a checkpoint each round") {
    options.checkpoints.file = folder / "checkpoint";
    check_operation("train, kept", run, bytes, leaks::in_json, [&] { check_no_partial(folder.path()); });
  }
  SECTION("a checkpoint each round, failures told") {
    std::uint64_t told = 0;
    options.checkpoints.file = folder / "checkpoint";
    options.checkpoints.on_failure = [&](const std::string&) { ++told; };
    check_operation("train, told", run, bytes, leaks::in_json, [&] { check_no_partial(folder.path()); });
    CHECK(told > 3);
  }
  SECTION("walks, AdaGrad") {
    config walks = cfg;
    walks.views[0].sequences = sequence_source::walks;
    walks.views[0].walks.per_node = 1;
    walks.views[0].walks.length = 5;
    walks.train.optimizer = optimizer_kind::adagrad;
    check_operation(
        "train, walks", [&] { return train(walks, data, options); }, bytes);
  }
}

TEST_CASE("memory runs out while a model is saved, loaded, exported") {
  const temporary_folder folder;
  const model m = small_model();
  const auto tidy = [&] { check_no_partial(folder.path()); };
  const auto nothing = [](int) { return std::string(); };
  const auto save = [&] { return save_model(m, folder / "m", true), 0; };
  check_operation("save_model", save, nothing, leaks::in_json, [&] {
    tidy();
    (void)load_model(folder / "m");
  });
  check_operation(
      "load_model", [&] { return load_model(folder / "m"); },
      [](const model& loaded) { return bytes_of_table(loaded.views[0].tables.input); });
  for (const vector_format format : {vector_format::word2vec, vector_format::safetensors}) {
    check_operation(
        "export_vectors", [&] { return export_vectors(m, folder / "v", format, m.cfg.eval.compose), 0; }, nothing,
        leaks::in_json, tidy);
  }
}

TEST_CASE("memory runs out in lists of recommendations") {
  const model m = small_model(300);
  const table& t = m.views[0].tables.input;
  check_operation(
      "recommend", [&] { return recommend(m, m.test.histories, 5, m.cfg.eval); }, bytes_of_lists);
  check_operation(
      "search_top_k", [&] { return search_top_k(t, t, 7); }, bytes_of_lists);
  check_operation(
      "evaluate_next_item",
      [&] {
        return evaluate_next_item(m, false, m.cfg.eval, {50, 1});
      },
      [](const next_item_evaluation& e) { return std::to_string(e.model.mrr); });
  check_operation(
      "for_each_score_row",
      [&] {
        std::vector<float> first(t.rows());
        for_each_score_row(t, t, [&](std::size_t q, std::span<float> s, visitor_scratch&) { first[q] = s[0]; });
        return first;
      },
      [](const std::vector<float>& first) { return std::to_string(first.front()); });
}

TEST_CASE("memory runs out around an index") {
  const temporary_folder folder;
  const table t = small_model(60).views[0].tables.input.clone();
  const vector_index index(t, {.threads = 1});
  const search_options how;
  const auto search = [&](const vector_index& built) { return bytes_of_lists(built.search(t, how)); };
  check_operation(
      "build", [&] { return vector_index(t, {.threads = 1}); }, search, leaks::in_hnswlib);
  check_operation(
      "search", [&] { return index.search(t, how); }, bytes_of_lists, leaks::in_hnswlib);
  check_operation(
      "save", [&] { return index.save(folder / "index"), 0; }, [](int) { return std::string(); }, leaks::none,
      [&] { check_no_partial(folder.path()); });
  check_operation(
      "load", [&] { return vector_index::load(folder / "index", t); }, search, leaks::in_hnswlib);
}

TEST_CASE("memory runs out while a metric is trained") {
  const model m = small_model(60);
  ragged sequences;
  for (node_id i = 0; i < 50; ++i) {
    for (node_id j = 0; j < 5; ++j) sequences.ids.push_back((i * 7 + j * 5) % 60);
    sequences.end_row();
  }
  metric_options options;
  options.dim = 8;
  options.epochs = 1;
  check_operation(
      "train_metric", [&] { return train_metric(m, sequences, options); },
      [](const metric_model& made) { return bytes_of_table(made.matrix); });
}
