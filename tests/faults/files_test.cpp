/// Whatever call fails while something is written: what stood there stands, or the new one does, whole; the error says
/// where; nothing is left behind; the next write succeeds.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <functional>
#include <map>
#include <string>

#include "m2grl/error.hpp"
#include "m2grl/export.hpp"
#include "m2grl/index.hpp"
#include "m2grl/model.hpp"
#include "model/directory.hpp"
#include "support/process.hpp"
#include "support/small_model.hpp"
#include "system_calls.hpp"
#include "train/checkpoint.hpp"

using namespace m2grl;
using namespace m2grl::test;
namespace fs = std::filesystem;

namespace {

#ifdef M2GRL_ASAN
constexpr int stride = 2;  // of the calls that fail in turn
#else
constexpr int stride = 1;
#endif

using contents = std::map<std::string, std::string>;  // of a folder, by name

/// A thing that is written in a folder: version 0 or 1 of it.
struct written_thing {
  std::function<void(const fs::path& folder, int version)> write;
  std::function<void(const fs::path& folder)> read;  ///< all of it; throws where it is damaged
};

std::size_t open_files() {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) count += entry.path().empty() ? 0 : 1;
  return count;
}

checkpoint checkpoint_of_version(int version) {
  checkpoint c;
  c.device = "cpu";
  c.run.options = {"train.dim = 4"};
  c.trainer = {{"version", version}};
  c.parts = {{"a", std::vector<std::byte>(3'000'000, std::byte(version))}, {"empty", {}}, {"b", {std::byte(3)}}};
  return c;
}

void read_checkpoint(const fs::path& file) {
  checkpoint_reader in(file);
  for (std::size_t p = 0; p < in.parts().size(); ++p) (void)in.next();
}

written_thing thing_named(const std::string& name) {
  static const model models[] = {small_model(40, 6, 1), small_model(40, 6, 2)};
  static const vector_index indexes[] = {
      vector_index(models[0].views[0].tables.input, {.threads = 1}),
      vector_index(models[0].views[0].tables.input, {.neighbours = 5, .threads = 1})};
  if (name == "checkpoint") {
    return {[](const fs::path& f, int v) { write_checkpoint(checkpoint_of_version(v), f / "m" / "checkpoint"); },
            [](const fs::path& f) { read_checkpoint(f / "m" / "checkpoint"); }};
  }
  if (name == "model") {
    return {[](const fs::path& f, int v) { save_model(models[v], f / "m", true); },
            [](const fs::path& f) { (void)load_model(f / "m"); }};
  }
  if (name == "index") {
    return {[](const fs::path& f, int v) { indexes[v].save(f / "index"); },
            [](const fs::path& f) { (void)vector_index::load(f / "index", models[0].views[0].tables.input); }};
  }
  REQUIRE(name == "vectors");  // one file, for several are renamed one after the other
  return {[](const fs::path& f, int v) { export_vectors(models[v], f / "v", vector_format::safetensors); },
          [](const fs::path&) {}};
}

/// Everything of both versions, whole.
struct expected {
  contents old_one, new_one;
};

/// Runs write(folder, 1) over version 0 with these faults. Returns whether it was written; checks all that is promised.
bool survives(const written_thing& thing, const expected& whole, system_faults faults) {
  const temporary_folder folder;
  thing.write(folder.path(), 0);
  const std::size_t files = open_files();
  bool done = false, other_error = false;
  std::string message;
  set_faults(faults);
  try {
    thing.write(folder.path(), 1);
    done = true;
  } catch (const io_error& fault) {
    message = fault.what();
  } catch (const std::exception& fault) {
    other_error = true;
    message = fault.what();
  }
  clear_faults();
  CAPTURE(faults.fail_at, faults.error, faults.from_then_on, message);
  CHECK_FALSE(other_error);
  if (!done) {
    const bool names_place = message.find(folder.path().string()) != std::string::npos ||
                             message.find("the index in memory") != std::string::npos;
    CHECK(names_place);
  }
  const contents found = contents_of(folder.path());
  CHECK((found == whole.new_one || (!done && found == whole.old_one)));
  CHECK_NOTHROW(thing.read(folder.path()));
  CHECK(open_files() == files);
  CHECK_NOTHROW(thing.write(folder.path(), 1));
  CHECK(contents_of(folder.path()) == whole.new_one);
  return done;
}

expected whole_of(const written_thing& thing) {
  expected whole;
  for (contents* version : {&whole.old_one, &whole.new_one}) {
    const temporary_folder folder;
    thing.write(folder.path(), version == &whole.old_one ? 0 : 1);
    *version = contents_of(folder.path());
  }
  REQUIRE(whole.old_one != whole.new_one);
  return whole;
}

/// With every call failing in turn.
void check_every_call(const std::string& name, system_faults faults) {
  const written_thing thing = thing_named(name);
  const expected whole = whole_of(thing);
  const temporary_folder folder;
  thing.write(folder.path(), 0);
  set_faults({.writes_only = faults.writes_only, .plain_renames = faults.plain_renames});
  thing.write(folder.path(), 1);
  const std::uint64_t calls = clear_faults();
  std::uint64_t failures = 0;
  const int step = calls < 10 ? 1 : stride;
  for (faults.fail_at = 1; faults.fail_at <= calls; faults.fail_at += step)
    failures += survives(thing, whole, faults) ? 0 : 1;
  CAPTURE(name, calls);
  CHECK(failures >= 2);
}

}  // namespace

TEST_CASE("faults: every system call of a write fails once") {
  const std::string name = GENERATE("checkpoint", "model", "vectors", "index");
  check_every_call(name, {.error = EIO});
}

TEST_CASE("faults: the disk is full from any write on") {
  const std::string name = GENERATE("checkpoint", "model", "vectors", "index");
  check_every_call(name, {.error = ENOSPC, .writes_only = true, .from_then_on = true});
}

TEST_CASE("faults: every call fails where names cannot be exchanged in one step") {
  check_every_call("model", {.error = EIO, .plain_renames = true});
}

TEST_CASE("faults: where names cannot go back either, the old model is found beside its place") {
  const written_thing thing = thing_named("model");
  bool done = false;
  int aside = 0;
  for (std::uint64_t n = 1; !done; ++n) {
    const temporary_folder folder;
    thing.write(folder.path(), 0);
    set_faults({.fail_at = n, .error = EIO, .from_then_on = true, .plain_renames = true});
    try {
      thing.write(folder.path(), 1);
      done = true;
    } catch (const io_error&) {
    }
    clear_faults();
    fs::path found = folder.path() / "m";
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      if (!entry.path().filename().string().starts_with(".m.replaced-") || fs::exists(found)) continue;
      found = entry.path();
      ++aside;
    }
    CAPTURE(n);
    CHECK_NOTHROW(load_model(found));
  }
  CHECK(aside > 0);
}

TEST_CASE("faults: short writes and interruptions change nothing") {
  const std::string name = GENERATE("checkpoint", "model", "vectors", "index");
  const written_thing thing = thing_named(name);
  const expected whole = whole_of(thing);
  CAPTURE(name);
  for (const std::uint32_t every : {0u, 2u, 3u, 5u}) {
    CHECK(survives(thing, whole, {.short_writes = true, .interrupt_every = every}));
  }
}
