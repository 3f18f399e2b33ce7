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
  config cfg;
  cfg.data.root = files.path();
  cfg.views.resize(1);
  cfg.views[0].name = "node";
  cfg.views[0].edges = "edges.txt";
  cfg.views[0].directed = directed;
  for (const std::size_t workers : {1, 2, 3, 7}) {
    for (const std::size_t block_bytes : {1, 10, 37, 500, 1 << 19}) {
      CAPTURE(workers, block_bytes, weighted, directed);
      const ingest::edge_views read = ingest::read_edge_views(cfg, {}, workers, block_bytes);
      CHECK(read.edges == 701);
      CHECK(read.unused == 0);
      const view_data& got = read.views.at(0);
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
  config cfg;
  cfg.data.root = files.path();
  cfg.views.resize(1);
  cfg.views[0].edges = "e";
  const view_data got = ingest::read_edge_views(cfg, {}, 1).views.at(0);
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

namespace {

/// Views of typed edges "type u v weight", as a map of maps would have them.
struct typed_graphs {
  std::map<std::string, named_edges> of_type;
  std::map<std::string, std::map<std::string, double>> degree;
  std::map<std::string, double> total;
  std::vector<std::string> order;

  void add(const std::string& type, const std::string& u, const std::string& v, double weight) {
    of_type[type][{u, v}] += weight;
    if (u != v) of_type[type][{v, u}] += weight;
    for (const auto& end : {u, v}) {
      if (total.find(end) == total.end()) order.push_back(end);
      degree[type][end] += weight;
      total[end] += weight;
    }
  }
};

config two_types(const file_tree& files) {
  config cfg;
  cfg.data.root = files.path();
  cfg.data.edge_columns = "type u v weight";
  cfg.views.resize(2);
  cfg.views[0].name = "bought", cfg.views[1].name = "viewed";
  cfg.views[0].edge_type = "b", cfg.views[1].edge_type = "v";
  for (auto& view : cfg.views) view.edges = "e", view.sequences = sequence_source::walks;
  return cfg;
}

}  // namespace

TEST_CASE("views of one typed list share their ids: node i is the same in each, for every block size") {
  std::mt19937_64 random(5);
  typed_graphs expected;
  std::string text;
  int unused = 0;
  for (int i = 0; i < 600; ++i) {
    const std::string type = std::vector<std::string>{"b", "v", "other"}[random() % 3];
    // "b" alone has nodes above 40, "v" alone those below 10.
    const auto low = type == "b" ? 10u : 0u, high = type == "v" ? 40u : 60u;
    std::string u = "n", v = "n";
    u += std::to_string(low + random() % (high - low)), v += std::to_string(low + random() % (high - low));
    if (type == "other") u += "-unused", ++unused;
    const auto weight = static_cast<double>(1 + random() % 5);
    text += type;
    text += " ";
    text += u;
    text += ",";
    text += v + "\t" + std::to_string(static_cast<int>(weight)) + "\n";
    if (type != "other") expected.add(type, u, v, weight);
  }
  std::stable_sort(expected.order.begin(), expected.order.end(),
                   [&](const auto& a, const auto& b) { return expected.total[a] > expected.total[b]; });
  const file_tree files;
  files.write("e", text);
  const config cfg = two_types(files);
  for (const std::size_t block_bytes : {1, 50, 1 << 19}) {
    const ingest::edge_views got = ingest::read_edge_views(cfg, {}, 3, block_bytes);
    CHECK(got.edges == 600);
    CHECK(got.unused == static_cast<std::uint64_t>(unused));
    REQUIRE(got.views.size() == 2);
    for (std::size_t v = 0; v < 2; ++v) {
      const std::string& type = cfg.views[v].edge_type;
      const view_data& view = got.views[v];
      CHECK(view.name == cfg.views[v].name);
      CHECK(view.ids.names() == expected.order);
      CHECK((entries(view) == expected.of_type[type]));
      for (node_id i = 0; i < view.ids.size(); ++i) {
        CHECK(static_cast<double>(view.ids.counts()[i]) == expected.degree[type][view.ids.name(i)]);
      }
    }
  }
}

TEST_CASE("links of views that share nodes: node to node, where the other view has an edge") {
  const file_tree files;
  files.write("e", "b x y 1\nv y z 1\nb y x 2\nc q q 1\n");
  const dataset data = load_dataset(two_types(files));
  CHECK(data.views[0].ids.names() == std::vector<std::string>{"y", "x", "z"});
  CHECK(data.views[0].ids.counts() == std::vector<std::uint64_t>{3, 3, 0});
  CHECK(data.views[1].ids.counts() == std::vector<std::uint64_t>{1, 0, 1});
  REQUIRE(data.links.size() == 1);  // from the first view to every other of its nodes, without being asked for
  CHECK(data.links[0].from == 0);
  CHECK(data.links[0].to == 1);
  CHECK(data.links[0].targets.offsets == std::vector<std::uint64_t>{0, 1, 1, 2});
  CHECK(data.links[0].targets.ids == std::vector<node_id>{0, 2});
  CHECK(data.links[0].counts == std::vector<std::uint32_t>{1, 1});
  CHECK(data.report.events_read == 4);
  CHECK(data.report.events_kept == 3);
  REQUIRE(data.report.dropped.size() == 1);
  CHECK(data.report.dropped[0].count == 1);
}

TEST_CASE("sets of nodes span files, and part what one file would join") {
  const file_tree files;
  files.write("e", "b x y 1\n");
  files.write("f", "v z 7 1\nv z x 1\n");
  config cfg = two_types(files);
  cfg.views[1].edges = "f";
  CHECK(load_dataset(cfg).views[1].ids.names() == std::vector<std::string>{"z", "7", "x"});
  CHECK(load_dataset(cfg).links.empty());
  cfg.views[0].nodes = cfg.views[1].nodes = "product";
  const dataset joined = load_dataset(cfg);
  for (const auto& view : joined.views) CHECK(view.ids.names() == std::vector<std::string>{"x", "z", "y", "7"});
  CHECK(joined.links.size() == 1);
  cfg.views[1].edges = "e", cfg.views[1].edge_type = "b", cfg.views[1].nodes = "other";
  CHECK(load_dataset(cfg).links.empty());
}

TEST_CASE("beside a log, views that share nodes are linked node to node where that is asked for") {
  const file_tree files;
  files.write("events.csv", "user,item\n1,x\n1,y\n2,y\n2,x\n");
  files.write("e", "b x y 1\nv y z 1\n");
  config cfg = two_types(files);
  cfg.data.events = "events.csv", cfg.data.user = "user", cfg.data.item = "item";
  cfg.views.insert(cfg.views.begin(), view_config{});
  cfg.views[0].name = "item";
  cfg.links.resize(1);
  cfg.links[0].from = "bought", cfg.links[0].to = "viewed";
  const dataset data = load_dataset(cfg);
  REQUIRE(data.links.size() == 1);
  CHECK(data.links[0].from == 1);
  CHECK(data.links[0].to == 2);
  CHECK(data.views[1].ids.names() == std::vector<std::string>{"y", "x", "z"});
  CHECK(data.links[0].targets.ids == std::vector<node_id>{0, 2});
}

TEST_CASE("known nodes of a set come from the first of its views that was known") {
  const file_tree files;
  files.write("e", "b x y 1\nv y z 1\n");
  const config cfg = two_types(files);
  const vocabulary known({"z", "old"}, {1, 1});
  const dataset data = load_dataset(cfg, {.known = {{"bought", &known}, {"viewed", &known}}});
  for (const auto& view : data.views) CHECK(view.ids.names() == std::vector<std::string>{"z", "old", "y", "x"});
}

TEST_CASE("columns that are passed over, and views of all types") {
  const file_tree files;
  files.write("e", "9 x t 5 y\n8 y u 5 z\n");
  config cfg = two_types(files);
  cfg.data.edge_columns = "- u type - v";
  cfg.views[0].edge_type.clear(), cfg.views[1].edge_type = "u";
  const dataset data = load_dataset(cfg);
  // The edge that both views take counts in both for the order of the nodes.
  CHECK(data.views[0].ids.names() == std::vector<std::string>{"y", "z", "x"});
  CHECK(data.views[0].ids.counts() == std::vector<std::uint64_t>{2, 1, 1});
  CHECK(data.views[1].ids.counts() == std::vector<std::uint64_t>{1, 1, 0});
}
