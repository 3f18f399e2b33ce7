#include "ingest/edge_list.hpp"

#include <map>
#include <random>

#include "files.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

using named_edges = std::map<std::pair<std::string, std::string>, double>;

named_edges entries(const view_data& view) {
  named_edges result;
  for (node_id u = 0; u < view.graph.nodes(); ++u) {
    for (std::uint64_t e = view.graph.offsets[u]; e < view.graph.offsets[u + 1]; ++e) {
      result[{view.ids.name(u), view.ids.name(view.graph.columns[e])}] = view.graph.weight(e, u);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("random edge lists agree with maps, for every block size and worker count") {
  const bool weighted = GENERATE(false, true);
  const bool directed = GENERATE(false, true);
  std::mt19937_64 random(weighted * 2 + directed + 10);
  named_edges expected;
  std::map<std::string, double> degree;
  std::vector<std::string> order;
  std::string text = "# a comment, with words\n";
  constexpr const char* separators[] = {" ", "\t", ",", ", ", "  \t"};
  constexpr const char* prefixes[] = {"", "", "-", "0", "n", "99999999999999999999"};
  for (int i = 0; i < 700; ++i) {
    std::string ends[2];
    for (auto& end : ends) {
      const std::size_t n = random() % (1 + random() % 80);
      end = std::string(prefixes[n % 6]).append(std::to_string(n));
    }
    const double weight = weighted ? static_cast<double>(1 + random() % 20) : 1;
    const char* separator = separators[random() % 5];
    text += std::string(random() % 9 == 0 ? " " : "").append(ends[0]).append(separator).append(ends[1]);
    if (weighted) text += separator + std::to_string(weight);
    text += random() % 3 == 0 ? "\r\n" : "\n";
    if (random() % 20 == 0) text += random() % 2 == 0 ? "\n" : "#\n";
    expected[{ends[0], ends[1]}] += weight;
    if (!directed && ends[0] != ends[1]) expected[{ends[1], ends[0]}] += weight;
    for (const auto& end : ends) {
      if (degree.find(end) == degree.end()) order.push_back(end);
      degree[end] += weight;
    }
  }
  text += "last" + std::string(separators[1]) + "line";  // no line end
  if (weighted) text += " 2";
  expected[{"last", "line"}] = weighted ? 2 : 1;
  if (!directed) expected[{"line", "last"}] = weighted ? 2 : 1;
  for (const char* end : {"last", "line"}) order.push_back(end), degree[end] = weighted ? 2 : 1;
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) { return degree[a] > degree[b]; });
  std::vector<std::uint64_t> counts;
  for (const auto& name : order) counts.push_back(static_cast<std::uint64_t>(degree[name]));

  const file_tree files;
  files.write("edges.txt", text);
  data_config data;
  data.root = files.path();
  view_config view;
  view.name = "node";
  view.edges = "edges.txt";
  view.directed = directed;
  for (const std::size_t workers : {1, 2, 3, 7}) {
    for (const std::size_t block_bytes : {1, 10, 37, 500, 1 << 19}) {
      CAPTURE(workers, block_bytes, weighted, directed);
      std::uint64_t edges = 0;
      const view_data got = ingest::read_edge_view(data, view, workers, edges, block_bytes);
      CHECK(edges == 701);
      CHECK(got.name == "node");
      CHECK(got.sequences.size() == 0);
      CHECK(got.ids.names() == order);
      CHECK(got.ids.counts() == counts);
      CHECK((entries(got) == expected));
    }
  }
}

TEST_CASE("fractional degrees are rounded, never to 0") {
  const file_tree files;
  files.write("e", "a b 0.25\nb c 2.5\n");
  data_config data;
  data.root = files.path();
  view_config view;
  view.edges = "e";
  std::uint64_t edges = 0;
  const view_data got = ingest::read_edge_view(data, view, 1, edges);
  CHECK(got.ids.names() == std::vector<std::string>{"b", "c", "a"});
  CHECK(got.ids.counts() == std::vector<std::uint64_t>{3, 3, 1});
}

TEST_CASE("edge lists alone are a data set whose events are its edges") {
  const file_tree files;
  files.write("e", "1 2\n2 3\n");
  config cfg;
  cfg.data.root = files.path();
  cfg.views.resize(1);
  cfg.views[0].name = "node";
  cfg.views[0].edges = "e";
  const dataset data = load_dataset(cfg);
  CHECK(data.report.events_read == 2);
  CHECK(data.report.events_kept == 2);
  CHECK(data.test.size() == 0);
  CHECK(data.views[0].ids.names() == std::vector<std::string>{"2", "1", "3"});
}
