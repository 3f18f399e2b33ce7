/// Where the command writes: files, links, pipes, and its own folder for the length of a tour.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "shop.hpp"

using namespace m2grl::test;
using nlohmann::json;
namespace fs = std::filesystem;

TEST_CASE("a pipe is written to, and stays one") {
  const temporary_folder folder;
  const fs::path pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int end = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);  // what is written stays in the pipe until it is read
  REQUIRE(end >= 0);
  const run_result told = command(folder, {"info", (trained_shop() / "model").string(), "--json", "pipe"});
  CHECK(told.code == 0);
  std::string got(std::size_t{1} << 16, '\0');
  got.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(end, got.data(), got.size()))));
  (void)::close(end);
  REQUIRE_FALSE(got.empty());
  CHECK(json::parse(got).contains("views"));
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("/dev/stdout is standard output, a file's too, and takes nothing from what stands there") {
  const temporary_folder folder;
  const std::string model = (trained_shop() / "model").string();
  const run_result told =
      run({"/bin/sh", "-c", "{ echo before; \"$0\" info \"$1\" --json /dev/stdout; echo after; } > out", M2GRL_BINARY,
           model},
          folder.path());
  CHECK(told.code == 0);
  const std::string out = read_file(folder / "out");
  CHECK(out.starts_with("before\n"));
  CHECK(out.ends_with("after\n"));
  CHECK_THAT(out, Catch::Matchers::Contains("\"views\": ["));
}

TEST_CASE("a link stays one, and what it leads to is replaced") {
  const temporary_folder folder;
  fs::create_directory(folder / "far");
  write_file(folder / "far" / "info.json", "old");
  fs::create_symlink("far/info.json", folder / "link");
  const run_result told = command(folder, {"info", (trained_shop() / "model").string(), "--json", "link"});
  CHECK(told.code == 0);
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(json::parse(read_file(folder / "far" / "info.json")).contains("views"));
  CHECK(std::distance(fs::directory_iterator(folder / "far"), fs::directory_iterator()) == 1);
}

TEST_CASE("demo: without --out its pictures are all that it leaves") {
  const temporary_folder folder;
  const run_result told = run({"/usr/bin/env", "TMPDIR=" + folder.path().string(), M2GRL_BINARY, "demo", "--users",
                               "300", "--items", "200", "--categories", "12", "--brands", "10"},
                              folder.path());
  CHECK(told.code == 0);
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder.path())) left.insert(entry.path().extension().string());
  CHECK(left == std::set<std::string>{".html"});
  CHECK_THAT(told.out, Catch::Matchers::Contains("m2grl demo --out DIR keeps"));
}
