#include "ingest/text_source.hpp"
#include "ingest/block_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <random>

#include "files.hpp"

using namespace m2grl;
using namespace m2grl::test;
using ingest::block_reader;
using ingest::text_block;
using ingest::text_source;

namespace {

std::string read_all(text_source& source, std::size_t step) {
  std::string all, buffer(step, '\0');
  while (const std::size_t got = source.read(buffer.data(), step)) all.append(buffer, 0, got);
  return all;
}

std::string read_all(const file_tree& files, const std::string& name, std::size_t step = 4096) {
  text_source source(files.path(), name);
  return read_all(source, step);
}

std::string random_text(std::size_t bytes, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text;
  while (text.size() < bytes) text += std::to_string(random() % 5000) + (random() % 9 == 0 ? "\n" : ",");
  return text;
}

}  // namespace

TEST_CASE("plain files come back byte for byte, the byte order mark aside") {
  const file_tree files;
  const std::string text = random_text(GENERATE(0, 1, 2, 3, 4, 5, 300000), 1);
  const bool mark = GENERATE(false, true);
  files.write("f", (mark ? "\xef\xbb\xbf" : "") + text);
  CHECK(read_all(files, "f", GENERATE(1, 7, 65536)) == text);
}

TEST_CASE("workers are useful where there are blocks for them, and lose none") {
  const file_tree files;
  files.write("f", "one\ntwo\nthree\n");
  files.write("empty", "");
  const auto read = [&](const std::string& name, std::size_t asked, std::size_t block_bytes) {
    block_reader reader(text_source(files.path(), name), '\0', block_bytes);
    const std::size_t useful = reader.useful_workers(asked);
    std::string all;
    for (text_block block; reader.next(block);) all.append(block.text_begin(), block.text_end());
    return std::pair(useful, all);
  };
  const std::string text = "one\ntwo\nthree\n";
  CHECK(read("f", 4, 1000) == std::pair(std::size_t{1}, text));
  CHECK(read("f", 4, 8) == std::pair(std::size_t{4}, text));
  CHECK(read("f", 1, 8) == std::pair(std::size_t{1}, text));
  CHECK(read("empty", 4, 8) == std::pair(std::size_t{1}, std::string()));
}

TEST_CASE("UTF-16 is refused") {
  const file_tree files;
  files.write("le", std::string_view("\xff\xfeu\0s\0", 6));
  files.write("be", std::string_view("\xfe\xff\0u\0s", 6));
  for (const char* name : {"le", "be"}) {
    CHECK(placed(fault_of([&] { read_all(files, name); }), files.path() / name) ==
          "1:1: the text is UTF-16; it must be UTF-8");
  }
}

TEST_CASE("files that cannot be read name their path and the cause") {
  const file_tree files;
  CHECK_THROWS_AS(text_source(files.path(), "absent.csv"), io_error);
  CHECK_THROWS_WITH(text_source(files.path(), "absent.csv"),
                    Catch::Contains((files.path() / "absent.csv").string()) && Catch::Contains("No such file"));
  std::filesystem::create_directory(files.path() / "folder");
  CHECK_THROWS_AS(text_source(files.path(), "folder"), io_error);
  CHECK_THROWS_WITH(text_source(files.path(), "folder"), Catch::Contains("folder") && Catch::Contains("directory"));
  CHECK_THROWS_WITH(text_source(files.path(), ""), "the name of an input file is empty");
  if (::geteuid() == 0) return;  // the superuser may read everything
  files.write("locked", "a");
  std::filesystem::permissions(files.path() / "locked", std::filesystem::perms::none);
  CHECK_THROWS_WITH(text_source(files.path(), "locked"), Catch::Contains("locked") && Catch::Contains("denied"));
}

namespace {

/// Puts a file in the place of standard input while it lives.
class standard_input_from {
 public:
  explicit standard_input_from(const std::filesystem::path& file) : before_(::dup(STDIN_FILENO)) {
    const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(opened >= 0);
    REQUIRE(::dup2(opened, STDIN_FILENO) == STDIN_FILENO);
    (void)::close(opened);
  }
  ~standard_input_from() {
    (void)::dup2(before_, STDIN_FILENO);
    (void)::close(before_);
  }

 private:
  int before_;
};

}  // namespace

TEST_CASE("\"-\" is standard input, whatever its form") {
  const file_tree files;
  const std::string text = random_text(200000, 2);
  files.write("plain", text);
#ifdef M2GRL_HAS_ZLIB
  files.write("gzip", gzip(text));
#endif
#ifdef M2GRL_HAS_ZSTD
  files.write("zstd", zstd(text));
#endif
  for (const auto& entry : std::filesystem::directory_iterator(files.path())) {
    const standard_input_from redirected(entry.path());
    text_source source(files.path(), "-");
    CHECK(source.name() == "standard input");
    CHECK(read_all(source, 5000) == text);
  }
}

#ifdef M2GRL_HAS_ZLIB
TEST_CASE("gzip: members one after another, padding, a mark within") {
  const file_tree files;
  const std::string a = random_text(400000, 3), b = random_text(10, 4);
  const std::string packed = gzip(a) + gzip("") + gzip(b);
  files.write("members", packed);
  files.write("padded", packed + std::string(1 << 18, '\0'));
  files.write("marked", gzip("\xef\xbb\xbf" + a));
  files.write("none", gzip(""));
  const std::size_t step = GENERATE(1, 1000, 1 << 20);
  CHECK(read_all(files, "members", step) == a + b);
  CHECK(read_all(files, "padded", step) == a + b);
  CHECK(read_all(files, "marked", step) == a);
  CHECK(read_all(files, "none", step).empty());
}

TEST_CASE("gzip that is cut short, damaged or followed by garbage is refused, never silently shortened") {
  const file_tree files;
  const std::string packed = gzip(random_text(300000, 5));
  const auto fault = [&](const std::string& bytes) {
    files.write("f.gz", bytes);
    return std::string(fault_of([&] { read_all(files, "f.gz"); }).what())
        .substr((files.path() / "f.gz").string().size());
  };
  for (const std::size_t kept :
       {std::size_t{2}, std::size_t{12}, packed.size() / 2, packed.size() - 8, packed.size() - 1}) {
    CHECK(fault(packed.substr(0, kept)) == ": the gzip data is cut short");
  }
  CHECK(fault(packed + packed.substr(0, packed.size() - 1)) == ": the gzip data is cut short");
  CHECK(fault(packed + "tail") == ": there is garbage after the gzip data");
  CHECK(fault(packed + std::string(200000, '\0') + "x") == ": there is garbage after the gzip data");
  std::string damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // the checksum
  CHECK_THAT(fault(damaged), Catch::Contains("the gzip data is damaged"));
}
#endif

#ifdef M2GRL_HAS_ZSTD
TEST_CASE("zstd: frames one after another") {
  const file_tree files;
  const std::string a = random_text(700000, 6), b = random_text(10, 7);
  files.write("frames", zstd(a) + zstd("") + zstd(b));
  CHECK(read_all(files, "frames", GENERATE(1, 1000, 1 << 20)) == a + b);
}

TEST_CASE("zstd that is cut short or damaged is refused, never silently shortened") {
  const file_tree files;
  const std::string packed = zstd(random_text(300000, 8));
  const auto fault = [&](const std::string& bytes) {
    files.write("f.zst", bytes);
    return std::string(fault_of([&] { read_all(files, "f.zst"); }).what())
        .substr((files.path() / "f.zst").string().size());
  };
  for (const std::size_t kept : {std::size_t{4}, std::size_t{12}, packed.size() / 2, packed.size() - 1}) {
    CHECK(fault(packed.substr(0, kept)) == ": the zstd data is cut short");
  }
  CHECK(fault(packed + packed.substr(0, packed.size() - 1)) == ": the zstd data is cut short");
  CHECK_THAT(fault(packed + "garbage behind it"), Catch::Contains("the zstd data is damaged"));
  std::string damaged = packed;
  for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 64; ++i) damaged[i] ^= 0x55;
  CHECK_THAT(fault(damaged), Catch::Contains("the zstd data is "));
}
#endif
