/// Text that cannot be used is refused by its place and its fault, in little memory, however long it is.
#include <algorithm>

#include "ingest/files.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/link_prediction.hpp"
#include "m2grl/node_classification.hpp"
#include "m2grl/recommend.hpp"
#include "m2grl/selection.hpp"
#include "refusal.hpp"
#include "texts.hpp"

using namespace m2grl;
using namespace m2grl::test;

namespace {

struct text_readers : file_tree {
  vocabulary nodes{numbered("i", 12), std::vector<std::uint64_t>(12, 1)};
  model m = small_model(12, 4);

  [[nodiscard]] std::string file() const { return (path() / "given").string(); }
  [[nodiscard]] config empty_config() const {
    config cfg;
    cfg.data.root = path();
    cfg.train.threads = 1;
    cfg.views.resize(1);
    cfg.views[0].name = "item";
    return cfg;
  }
  void read_log(const std::string& name = "given") const {
    config cfg = empty_config();
    cfg.data.events = name;
    cfg.data.user = "user", cfg.data.item = "item", cfg.data.time = "time", cfg.data.event_type = "type";
    cfg.data.event_weights = {{"view", 1}, {"skip", 0}};
    (void)load_dataset(cfg);
  }
  void read_table() const {
    write("events.csv", "user,item\n1,a\n1,b\n");
    config cfg = empty_config();
    cfg.data.events = "events.csv";
    cfg.data.user = "user", cfg.data.item = "item";
    cfg.data.tables.push_back({"given", "id", ""});
    cfg.views.resize(2);
    cfg.views[1].name = "category", cfg.views[1].table = "given", cfg.views[1].column = "category";
    (void)load_dataset(cfg);
  }
  void read_edges() const {
    config cfg = empty_config();
    cfg.views[0].edges = "given";
    (void)load_dataset(cfg);
  }
  void read_sequences() const {
    config cfg = empty_config();
    cfg.data.sequences = "given";
    (void)load_dataset(cfg);
  }

  template <std::size_t Count>
  void check_all(const bad_text (&texts)[Count], const std::function<void()>& read) const {
    for (const bad_text& bad : texts) {
      write("given", bad.text);
      CAPTURE(std::string(bad.text));
      check_refused(read, std::string(bad.words));
    }
  }
  /// `line` over and over, as one packed file; never in memory as a whole.
  void write_bomb(std::string_view line, std::size_t mebibytes) const;
};

constexpr const char* too_long = "the line is longer than 16 MiB";

}  // namespace

TEST_CASE_METHOD(text_readers, "hostile: configurations") {
  for (const bad_text& bad : bad_configs) {
    CAPTURE(std::string(bad.text));
    check_refused([&] { (void)parse_config(bad.text, "c.toml"); }, std::string(bad.words));
  }
}

TEST_CASE_METHOD(text_readers, "hostile: configurations that would take much memory, or much of the stack") {
  const auto repeated = [](const std::string& part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += part;
    return text;
  };
  const auto refused = [](const std::string& text, const char* words) {
    check_refused([&] { (void)parse_config(text, "c.toml"); }, words);
  };
  refused("x = 1\n" + repeated("a.", 100000) + "b = 1\n", "c.toml:2: a key has more than 32 parts");
  refused("[" + repeated("\"a\" . ", 80000) + "b]\n", "c.toml:1: a key has more than 32 parts");
  refused("x = " + repeated("[", 100000), "c.toml:1");
  refused(repeated("x = {", 100000), "c.toml:1");
  refused("x = " + repeated("{a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x = ", 200) + "1" + repeated("}", 200),
          "unknown key \"x\"");
  refused("x = [" + repeated("0,", 260000) + "]", "unknown key \"x\"");
  refused(repeated("[[views]]\n", 52000), "views.0.name is empty");
  refused(repeated("#\n", 300000), "the configuration is longer than 512 KiB");
  CHECK(refusal_of([&] {
          (void)parse_config(repeated("# ......................................\n", 9) + "[data]\nevents = \"" +
                                 repeated("../", 99) + "e\"\n" + "user = 'u' # " + repeated(".", 99) +
                                 "\nitem = \"i\"\n[[views]]\nname = \"item\"\n",
                             "c.toml");
        }) == "accepted");
  check_refused([] { (void)load_config("/dev/zero"); }, "the configuration is longer than 512 KiB");
}

TEST_CASE_METHOD(text_readers, "hostile: logs and tables") {
  check_all(bad_logs, [&] { read_log(); });
  check_all(bad_tables, [&] { read_table(); });
  check_all(bad_sequences, [&] { read_sequences(); });
}

TEST_CASE_METHOD(text_readers, "hostile: edges") {
  check_all(bad_edges, [&] { read_edges(); });
  check_all(bad_labelled_edges, [&] { (void)read_labelled_edges(m, {file(), "type u v label", ""}); });
}

TEST_CASE_METHOD(text_readers, "hostile: histories, labels, lists of nodes") {
  check_all(bad_histories, [&] { (void)read_histories(nodes, file(), {}, 1); });
  check_all(bad_labels, [&] { (void)read_labels(nodes, file()); });
  check_all(bad_node_lists, [&] { (void)read_nodes(nodes, file()); });
}

TEST_CASE_METHOD(text_readers, "hostile: lines without end") {
  std::string text = "user,item,time,type\n1,a,1,view\n";
  const std::size_t header = text.size();
  text.resize(std::size_t{40} << 20, 'x');
  write("given", text);
  check_refused([&] { read_log(); }, "given:3:1: " + std::string(too_long));
  text[header] = '"';
  for (std::size_t i = header + 30; i < text.size(); i += 40) text[i] = '\n';  // within the quotes
  write("given", text);
  check_refused([&] { read_log(); }, "given:3:1: " + std::string(too_long));
  write("given", text.substr(header + 1, 100) + std::string(text.size(), 'y'));
  check_refused([&] { read_edges(); }, "an edge is \"u v\"");
  write("given", std::string(text.size(), ','));
  check_refused([&] { read_log(); }, too_long);
  check_refused([&] { read_edges(); }, too_long);
  check_refused([&] { (void)read_nodes(nodes, file()); }, too_long);
  check_refused([&] { (void)read_labels(nodes, file()); }, too_long);
  check_refused([&] { (void)read_histories(nodes, file(), {}, 1); }, too_long);
  write("given", std::string(100000, ','));
  check_refused([&] { read_log(); }, "given:1:65537: the header has more than 65536 columns");
}

#if defined(M2GRL_HAS_ZLIB) && defined(M2GRL_HAS_ZSTD)
void text_readers::write_bomb(std::string_view line, std::size_t mebibytes) const {
  std::string mebibyte;
  while (mebibyte.size() + line.size() <= (std::size_t{1} << 20)) mebibyte += line;
  const std::string part = GENERATE(true, false) ? gzip(mebibyte) : zstd(mebibyte);  // members one after another
  std::string packed;
  for (std::size_t i = 0; i < mebibytes; ++i) packed += part;
  write("given", packed);
}

TEST_CASE_METHOD(text_readers,
                 "hostile: a packed file that unpacks to much is streamed, and refused once a line has no end") {
  SECTION("without line ends") {
    write_bomb("x", 1024);
    const std::function<void()> reads[] = {[&] { read_log(); },
                                           [&] { read_edges(); },
                                           [&] { read_sequences(); },
                                           [&] { (void)read_nodes(nodes, file()); },
                                           [&] { (void)read_labels(nodes, file()); },
                                           [&] { (void)read_histories(nodes, file(), {}, 1); }};
    for (const auto& read : reads) check_refused(read, "given:1:1: " + std::string(too_long));
  }
  SECTION("of blank lines") {
    write_bomb("               \n", 72);
    check_refused([&] { read_edges(); }, "the file holds no edges");
    check_refused([&] { (void)read_labels(nodes, file()); }, "there are no labels");
    write_bomb("\n", 72);
    CHECK(refusal_of([&] { CHECK(read_nodes(nodes, file()).lines == 0); }) == "accepted");
  }
}
#endif
