#include "ingest/delimited_reader.hpp"

#include <random>

#include "files.hpp"
#include "naive_csv.hpp"

using namespace m2grl;
using namespace m2grl::test;
using namespace m2grl::ingest;

namespace {

using cells = std::vector<std::vector<std::string>>;

/// Every record's fields in the order of `wanted`, as the product reads them.
cells read_columns(const file_tree& files, const std::string& name, const std::vector<std::string>& wanted,
                   std::size_t workers, std::size_t block_bytes, const std::string& delimiter = "") {
  delimited_reader reader(files.path(), name, delimiter, "data.delimiter", block_bytes);
  std::vector<int> slots;
  for (const std::string& column : wanted) slots.push_back(reader.want(column, "test"));
  const auto blocks = parse_blocks<cells>(reader.blocks(), workers, [&](std::size_t, const text_block& block) {
    cells out;
    record r;
    for_each_record(block, reader.layout(), r, [&](const record& fields) {
      out.emplace_back();
      for (const int slot : slots) out.back().emplace_back(fields.values[static_cast<std::size_t>(slot)]);
    });
    return out;
  });
  cells all;
  for (const cells& block : blocks) all.insert(all.end(), block.begin(), block.end());
  return all;
}

std::string fault_in(const file_tree& files, const std::string& text, std::size_t workers, std::size_t block_bytes) {
  files.write("f.csv", text);
  return placed(fault_of([&] {
                  read_columns(files, "f.csv", {"a", "b"}, workers, block_bytes);
                }),
                files.path() / "f.csv");
}

}  // namespace

TEST_CASE("random tables agree with a character-by-character reader, for every block size and worker count") {
  const std::uint64_t seed = GENERATE(range(1, 13));
  std::mt19937_64 random(seed);
  csv_style style;
  style.delimiter = seed % 3 == 0 ? '\t' : seed % 3 == 1 ? ',' : ';';
  style.line_end = seed % 2 == 0 ? "\r\n" : "\n";
  style.last_line_end = seed % 4 < 2;
  style.mark = seed % 5 == 0;
  style.blank_lines = seed % 6 < 3;
  const cells table = random_cells(random, 1 + random() % 300, 2 + random() % 4, style.delimiter);
  const std::string text = write_csv(table, style, random);
  const file_tree files;
  files.write("f.csv", text);
  REQUIRE(naive_csv(text, style.delimiter) == table);  // the writer and the oracle agree

  std::vector<std::size_t> order(table[0].size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  std::vector<std::string> wanted;
  cells expected(table.size() - 1);
  for (const std::size_t column : order) {
    wanted.push_back(table[0][column]);
    for (std::size_t r = 1; r < table.size(); ++r) expected[r - 1].push_back(table[r][column]);
  }
  for (const std::size_t block_bytes : {1, 2, 3, 17, 64, 1000, 1 << 19}) {
    for (const std::size_t workers : {1, 2, 3, 7}) {
      CAPTURE(seed, block_bytes, workers);
      CHECK((read_columns(files, "f.csv", wanted, workers, block_bytes, std::string(1, style.delimiter)) == expected));
    }
  }
}

TEST_CASE("the delimiter is a tab for .tsv, else a comma") {
  const file_tree files;
  files.write("f.tsv", "a\tb\n1,5\t2\n");
  CHECK(read_columns(files, "f.tsv", {"b", "a"}, 1, 100) == cells{{"2", "1,5"}});
#ifdef M2GRL_HAS_ZLIB
  files.write("f.tsv.gz", gzip("a\tb\n1,5\t2\n"));
  CHECK(read_columns(files, "f.tsv.gz", {"b", "a"}, 1, 100) == cells{{"2", "1,5"}});
#endif
  files.write("f.txt", "a,b\n1\t5,2");
  CHECK(read_columns(files, "f.txt", {"b", "a"}, 1, 100) == cells{{"2", "1\t5"}});
  for (const char* bad : {"ab", "\"", "\n", "\r"}) {
    CHECK_THROWS_WITH(read_columns(files, "f.txt", {"a"}, 1, 100, bad),
                      Catch::Contains("data.delimiter must be one character"));
  }
}

TEST_CASE("a header alone is a table without records") {
  const file_tree files;
  for (const char* text : {"a,b", "a,b\n", "a,b\r\n", "\xef\xbb\xbf\"a\",\"b\"\n\n\r\n"}) {
    files.write("f.csv", text);
    CHECK(read_columns(files, "f.csv", {"a", "b"}, 2, GENERATE(1, 3, 100)).empty());
  }
}

TEST_CASE("a quote within an unquoted field is a plain character") {
  const file_tree files;
  files.write("f.csv", "a,b\n5\" disk,x\n\"7\"\" disk\",\"y\nz\"\n");
  for (const std::size_t block_bytes : {1, 5, 12, 100}) {
    CHECK(read_columns(files, "f.csv", {"a", "b"}, 2, block_bytes) == cells{{"5\" disk", "x"}, {"7\" disk", "y\nz"}});
  }
}

TEST_CASE("faults name line and column, whatever the blocks and workers") {
  const file_tree files;
  const std::size_t block_bytes = GENERATE(1, 4, 9, 64, 1 << 19);
  const std::size_t workers = GENERATE(1, 2, 3, 7);
  std::string good;
  for (int i = 0; i < 50; ++i) good += "1,2,3\n";
  const std::string begin = "a,b,c\n" + good;
  const auto fault = [&](const std::string& rest) { return fault_in(files, begin + rest, workers, block_bytes); };
  CHECK(fault("4,5\n" + good) == "52:4: a value is missing: the line has 2 of the header's 3 fields");
  CHECK(fault("4,5,6,7\n" + good) == "52:7: the line has more fields than the header, which has 3");
  CHECK(fault("\n\r\n4,5") == "54:4: a value is missing: the line has 2 of the header's 3 fields");
  CHECK(fault("4,\"5\nx\",6\n1,2\n") == "54:4: a value is missing: the line has 2 of the header's 3 fields");
  CHECK(fault("4,\"5\"x,6\n" + good) == "52:6: there is text behind the closing quote");
  CHECK(fault("4,\"5,6\n" + good) == "52:3: the quoted field that begins here is never closed");
  CHECK(fault(std::string("4,\0,6\n", 6) + good) == "52:3: there is a NUL byte: the file is not UTF-8 text");
  CHECK(fault("1,2\n" + good + "1\n") == "52:4: a value is missing: the line has 2 of the header's 3 fields");
}

TEST_CASE("faults of the header") {
  const file_tree files;
  const auto fault = [&](const std::string& text) { return fault_in(files, text, 1, 64); };
  CHECK(fault("") == " the file is empty: it has no header line");
  CHECK(fault("\xef\xbb\xbf") == " the file is empty: it has no header line");
  CHECK(fault("a,\"b\n") == "1:3: the quoted field that begins here is never closed");
  CHECK(fault("x,b\n1,2\n") == "1: there is no column \"a\" (test); the columns are \"x\", \"b\"");
  CHECK(fault("a;b\n1;2\n") ==
        "1: there is no column \"a\" (test); the columns are \"a;b\"; the line seems to be split by "
        "';', not by ',': set data.delimiter");
  CHECK_THAT(fault("a\tb\tc\n"), Catch::EndsWith("split by a tab, not by ',': set data.delimiter"));
  CHECK(fault("a,b,a\n") == "1: column \"a\" (test) occurs twice");
  CHECK(fault(std::string("\x7f"
                          "ELF\0\0\n\0",
                          8)) == "1:5: there is a NUL byte: the file is not UTF-8 text");
  std::string wide = "c0";
  for (int i = 1; i < 100; ++i) wide += ",c" + std::to_string(i);
  CHECK_THAT(fault(wide + "\n"), Catch::EndsWith("\"c29\", … (100 in all)"));
}

TEST_CASE("of several faults the first in the text is told, whatever the order in which they are found") {
  const file_tree files;
  files.write("f.csv", "a,b\n");
  const block_reader reader(text_source(files.path(), "f.csv"), ',');
  fault_log log;
  const auto found = [&](std::uint64_t index) {
    text_block block{index, {'1', ',', '2', '\n'}, 0, 3};
    log.add_lines(index, 1);
    log.add_fault(block, {block.text_begin() + 2, "of block " + std::to_string(index)});
  };
  log.add_lines(0, 1);
  for (const std::uint64_t index : {2, 1, 3}) found(index);
  CHECK(placed(fault_of([&] { log.rethrow(reader); }), files.path() / "f.csv") == "2:3: of block 1");
#ifdef M2GRL_HAS_ZLIB
  const std::string packed = gzip("a,b\n1,2\n");
  files.write("f.csv.gz", packed.substr(0, packed.size() - 4));
  block_reader cut(text_source(files.path(), "f.csv.gz"), ',', 4);
  for (text_block block; cut.next(block);) {
  }
  REQUIRE(cut.source_fault());
  CHECK(placed(fault_of([&] { log.rethrow(cut); }), files.path() / "f.csv.gz") == "2:3: of block 1");
#endif
}

TEST_CASE("two roles of one column read it once") {
  const file_tree files;
  files.write("f.csv", "a,b\n1,2\n");
  delimited_reader reader(files.path(), "f.csv", "", "test", 64);
  CHECK(reader.want("b", "one") == reader.want("b", "two"));
}

TEST_CASE("damaged compressed data names its file, unless the text before it has a fault") {
#ifdef M2GRL_HAS_ZLIB
  const file_tree files;
  std::string text = "a,b\n";
  std::mt19937_64 random(9);
  for (int i = 0; i < 40000; ++i) text += std::to_string(random()) + ",2\n";
  const std::size_t workers = GENERATE(1, 2, 7);
  const auto fault = [&](const std::string& packed) {
    files.write("f.csv.gz", packed);
    return placed(fault_of([&] { read_columns(files, "f.csv.gz", {"a"}, workers, 1000); }), files.path() / "f.csv.gz");
  };
  std::string packed = gzip(text);
  packed.resize(packed.size() - 100);
  CHECK(fault(packed) == " the gzip data is cut short");
  text.insert(4, "9\n");
  packed = gzip(text);
  packed.resize(packed.size() - 100);
  CHECK(fault(packed) == "2:2: a value is missing: the line has 1 of the header's 2 fields");
  // So short that the cut is met while the faulty line's own block is read.
  packed = gzip("a,b\n9\n");
  packed.resize(packed.size() - 4);
  CHECK(fault(packed) == " the gzip data is cut short");
#endif
}
