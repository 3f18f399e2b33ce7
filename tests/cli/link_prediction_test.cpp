/// Two graphs over one set of nodes, from a typed edge list to figures, driven as a user drives it.
#include "shop.hpp"

using namespace m2grl::test;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// 64 nodes in 8 groups of 8: nodes of type "near" know the members of their row, of type "far" those of their column.
/// One edge in five of a group is held out, each with a pair of other groups beside it. Node "lonely" is in test alone.
struct grid {
  std::string train, test;

  grid() {
    for (int group = 0; group < 8; ++group) {
      for (int a = 0; a < 8; ++a) {
        for (int b = a + 1; b < 8; ++b) add(group, a, b);
      }
    }
    test += "near n0 lonely 1\nfar lonely n1 0\n";
  }
  void add(int group, int a, int b) {
    const bool held_out = (a + 2 * b + group) % 5 == 0;
    const int other = (group + 1 + a % 3) % 8;
    const auto near = [](int row, int column) { return fmt::format("n{}", 8 * row + column); };
    const auto far = [](int column, int row) { return fmt::format("n{}", 8 * row + column); };
    if (held_out) {
      test +=
          fmt::format("near {} {} 1\nnear {} {} 0\n", near(group, a), near(group, b), near(group, a), near(other, b));
      test += fmt::format("far {} {} 1\nfar {} {} 0\n", far(group, a), far(group, b), far(group, a), far(other, b));
    } else {
      train += fmt::format("near {} {}\nfar {} {}\n", near(group, a), near(group, b), far(group, a), far(group, b));
    }
  }
  static std::string config() {
    std::string text = "[data]\nedge_columns = \"type u v\"\n";
    for (const char* type : {"near", "far"}) {
      text += fmt::format("[[views]]\nname = \"{0}\"\nedges = \"train.txt\"\nedge_type = \"{0}\"\n", type);
      text += "sequences = \"walks\"\n";
    }
    return text +
           "[[links]]\nfrom = \"near\"\nto = \"far\"\nratio = 0.1\n"
           "[train]\ndim = 16\nepochs = 10\nthreads = 1\nwindow = 2\n[eval]\nk = [1, 10]\n";
  }
};

const temporary_folder& trained_grid() {
  static const temporary_folder folder;
  static const bool trained = [] {
    const grid g;
    write_file(folder / "train.txt", g.train);
    write_file(folder / "test.txt", g.test);
    write_file(folder / "grid.toml", grid::config());
    const auto result = command(folder, {"train", "grid.toml", "--out", "model", "--json", "train.json"});
    INFO(result.err);
    REQUIRE(result.code == 0);
    return true;
  }();
  (void)trained;
  return folder;
}

std::string fault(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"eval", "model", "--protocol", "link-prediction"});
  const auto result = command(trained_grid(), std::move(arguments));
  CHECK(result.code == 1);
  return result.err;
}

}  // namespace

TEST_CASE("link prediction: two aligned views of the same nodes, each with its own held-out edges") {
  const auto& folder = trained_grid();
  const json report = json::parse(read_file(folder / "train.json"));
  REQUIRE(report["tasks"].size() == 3);
  CHECK(report["tasks"][2]["name"] == "near~far");
  CHECK(report["tasks"][2]["pairs"] > 0);
  for (const json& view : report["views"]) CHECK(view["nodes"] == 64);

  const auto result = command(folder, {"eval", "model", "--protocol", "link-prediction", "--edges", "test.txt",
                                       "--known", "train.txt", "--json", "eval.json", "--resamples", "100"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  CHECK_THAT(result.out, Contains("2 with a node that the view does not know") && Contains("ROC-AUC") &&
                             Contains("near") && Contains("mean") && Contains("hits@10"));
  const json figures = json::parse(read_file(folder / "eval.json"));
  CHECK(figures["protocol"] == "link-prediction");
  CHECK(figures["resamples"] == 100);
  REQUIRE(figures["types"].size() == 2);
  for (const json& type : figures["types"]) {
    CHECK(type["score"] == "both");
    CHECK(type["candidates"] == 64);
    CHECK(type["unknown_edges"] == 1);
    CHECK(type["roc_auc"] > 0.97);
    CHECK(type["average_precision"] > 0.95);
    // Of a group's 8, the training's neighbours are passed over: few but the held-out are left.
    CHECK(type["hits@10"] > 0.9);
    CHECK(type["roc_auc_interval"][0] <= type["roc_auc"]);
    CHECK(type["hits_interval@1"][1] >= type["hits@1"]);
  }
  CHECK(figures["types"][0]["type"] == "near");
  CHECK(figures["types"][1]["view"] == "far");
  const double mean = (figures["types"][0]["mrr"].get<double>() + figures["types"][1]["mrr"].get<double>()) / 2;
  CHECK(figures["mean"]["mrr"].get<double>() == Approx(mean));
}

TEST_CASE("link prediction: ranks know more where known edges are passed over; one view alone; another score") {
  const auto& folder = trained_grid();
  const auto figures = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", "model", "--protocol", "link-prediction", "--edges", "test.txt", "--resamples",
                               "0", "--json", "-"});
    const auto result = command(folder, more);
    INFO(result.err);
    REQUIRE(result.code == 0);
    return json::parse(result.out);
  };
  const json unfiltered = figures({}), filtered = figures({"--known", "train.txt"});
  CHECK(unfiltered["mean"]["mrr"] < filtered["mean"]["mrr"]);
  CHECK(unfiltered["mean"]["roc_auc"] == filtered["mean"]["roc_auc"]);
  const json far = figures({"--view", "far", "--score", "cosine"});
  REQUIRE(far["types"].size() == 1);
  CHECK(far["types"][0]["view"] == "far");
  CHECK(far["types"][0]["score"] == "cosine");
  CHECK(far["other_edges"] == unfiltered["types"][0]["edges"]);
}

TEST_CASE("link prediction: composed search sees both views, node to node") {
  const auto result = command(trained_grid(), {"info", "model"});
  CHECK_THAT(result.out, Contains("near → far"));
}

TEST_CASE("link prediction: wrong edges are told with their place") {
  const auto& folder = trained_grid();
  CHECK_THAT(fault({}), Contains("--edges FILE"));
  CHECK_THAT(fault({"--edges", "none.txt"}), Contains("none.txt"));
  CHECK_THAT(fault({"--edges", "train.txt"}), Contains("train.txt:1:1: an edge is \"type u v label\", not 3 fields"));
  write_file(folder / "bad.txt", "near n0 n1 1\nwide n0 n1 0\n");
  CHECK_THAT(fault({"--edges", "bad.txt"}), Contains("bad.txt:2:1: edge type \"wide\" is none of \"near\", \"far\""));
  write_file(folder / "bad.txt", "near n0 n1 yes\n");
  CHECK_THAT(fault({"--edges", "bad.txt"}), Contains("bad.txt:1:12: label \"yes\" is neither 0 nor 1"));
  write_file(folder / "bad.txt", "near n0 n1 1\n");
  CHECK_THAT(fault({"--edges", "bad.txt"}), Contains("view \"near\": 1 positive and 0 negative edges"));
}
