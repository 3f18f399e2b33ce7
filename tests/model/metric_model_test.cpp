/// A model keeps its metric; one without is written as before.
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include <m2grl/error.hpp>
#include <m2grl/export.hpp>
#include <m2grl/metric.hpp>

#include "model/forge.hpp"
#include "model/model_equal.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

metric_model random_metric(const model& m) {
  std::mt19937 random(9);
  metric_model metric;
  metric.options.view = "category";
  metric.options.instance = metric_instance::input;
  metric.options.dim = 5;
  metric.options.margin = 0.1;
  metric.options.window = 3;
  metric.options.negatives = 7;
  metric.options.same_category = 1.0 / 3;
  metric.options.alpha = 0.75;
  metric.options.epochs = 2;
  metric.options.batch = 99;
  metric.options.learning_rate = 0.0123;
  metric.options.seed = 0xFFFFFFFFFFFFFFFF;
  metric.matrix = test::random_table(5, metric_dim(m, metric_instance::input), random);
  metric.loss = 0.625;
  metric.pairs = 123456789012;
  return metric;
}

std::string manifest_of(const std::filesystem::path& dir) {
  std::ifstream stream(dir / "model.json");
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("model: the metric round-trips, and its vectors with it") {
  const test::temporary_directory folder;
  model m = test::small_model();
  m.metric = random_metric(m);
  save_model(m, folder.path() / "model");
  const model read = load_model(folder.path() / "model");
  test::check_equal(m, read);
  REQUIRE(read.metric);
  CHECK(read.metric->options == m.metric->options);
  CHECK(read.metric->loss == m.metric->loss);
  CHECK(read.metric->pairs == m.metric->pairs);
  CHECK(test::same_bits(read.metric->matrix, m.metric->matrix));
  CHECK(test::same_bits(metric_vectors(read), metric_vectors(m)));
  CHECK_THAT(manifest_of(folder.path() / "model"), Contains("\"version\": 2"));
}

TEST_CASE("model: a metric of both instances round-trips") {
  const test::temporary_directory folder;
  model m = test::small_model();
  m.metric = random_metric(m);
  std::mt19937 random(10);
  m.metric->options.instance = metric_instance::both;
  m.metric->matrix = test::random_table(5, metric_dim(m, metric_instance::both), random);
  save_model(m, folder.path() / "model");
  CHECK(load_model(folder.path() / "model").metric->options.instance == metric_instance::both);
}

TEST_CASE("model: a metric's count that its option cannot hold is refused") {
  const test::temporary_directory folder;
  model m = test::small_model();
  m.metric = random_metric(m);
  save_model(m, folder.path() / "model");
  test::forge_manifest(folder.path() / "model",
                       [](layout::json& j) { j["metric"]["epochs"] = (std::uint64_t{1} << 32) + 2; });
  CHECK_THROWS_WITH(load_model(folder.path() / "model"), Contains("4294967298 is too large"));
}

TEST_CASE("model: without a metric the format stays version 1") {
  const test::temporary_directory folder;
  save_model(test::small_model(), folder.path() / "model");
  CHECK_THAT(manifest_of(folder.path() / "model"), Contains("\"version\": 1"));
  CHECK_FALSE(load_model(folder.path() / "model").metric);
}

TEST_CASE("model: a metric that does not fit is neither written nor used") {
  const test::temporary_directory folder;
  model m = test::small_model();
  m.metric = random_metric(m);
  SECTION("rows") {
    m.metric->matrix = table(4, metric_dim(m, metric_instance::input));
    CHECK_THROWS_WITH(save_model(m, folder.path() / "model"), Contains("the metric has a matrix [4, "));
  }
  SECTION("shape") {
    m.metric->matrix = table(5, 3);
    CHECK_THROWS_WITH(save_model(m, folder.path() / "model"), Contains("the metric has a matrix [5, 3]"));
    CHECK_THROWS_WITH(metric_vectors(m), Contains("the metric maps 3 dimensions"));
  }
  SECTION("values") {
    m.metric->matrix[2][1] = NAN;
    CHECK_THROWS_WITH(save_model(m, folder.path() / "model"), Contains("the metric's matrix: row 2, column 1 is nan"));
  }
  SECTION("view") {
    m.metric->options.view = "shop";
    CHECK_THROWS_WITH(save_model(m, folder.path() / "model"), Contains("the metric cannot be used"));
  }
  SECTION("a damaged file") {
    save_model(m, folder.path() / "model");
    std::fstream file(folder.path() / "model" / "metric.npy", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-1, std::ios::end);
    file.put('\x7f');
    file.close();
    CHECK_THROWS_WITH(load_model(folder.path() / "model"), Contains("metric.npy: the file is damaged"));
  }
}

TEST_CASE("export: the metric's vectors, on request") {
  const test::temporary_directory folder;
  model m = test::small_model();
  CHECK_THROWS_WITH(export_vectors(m, folder.path() / "none", vector_format::npy, {}, true),
                    Contains("the model has no metric"));
  m.metric = random_metric(m);
  export_vectors(m, folder.path() / "out", vector_format::word2vec, {}, true);
  std::ifstream stream(folder.path() / "out" / "metric.txt");
  std::size_t rows = 0, dim = 0;
  std::string id;
  float first = 0;
  stream >> rows >> dim >> id >> first;
  CHECK(rows == 40);
  CHECK(dim == 5);
  CHECK(id == "i0");
  CHECK(first == metric_vectors(m)[0][0]);
  CHECK(std::filesystem::exists(folder.path() / "out" / "metric.ids"));
  export_vectors(m, folder.path() / "one", vector_format::safetensors, {}, true);
  std::ifstream file(folder.path() / "one" / "vectors.safetensors", std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  CHECK_THAT(bytes.str(), Contains("\"metric\":{\"dtype\":\"F32\",\"shape\":[40,5]"));
  float last = 0;  // the metric's rows come last
  const std::string end = bytes.str().substr(bytes.str().size() - sizeof last);
  std::memcpy(&last, end.data(), sizeof last);
  CHECK(last == metric_vectors(m)[39][4]);
}
