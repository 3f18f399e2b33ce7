/// A run that is cut anywhere goes on to the same bits; a file that is not whole, or of another run, is refused.
#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <thread>

#include "m2grl/error.hpp"
#include "support/process.hpp"
#include "train/checkpoint.hpp"
#include "train/checkpoint_runs.hpp"

using namespace m2grl;
using namespace checkpoint_runs;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// What the golden files hold the third round of.
struct golden_run {
  catalogue::inputs inputs;
  train_config cfg = small_config();

  golden_run() {
    catalogue::fill(inputs, 20, 4, 400, 12, 3);
    for (std::size_t at = 0; at < inputs.items.ids.size(); ++at) {  // the same from every compiler
      inputs.items.ids[at] = static_cast<node_id>(at * at / 7 % 20);
      inputs.categories.ids[at] = inputs.items.ids[at] % 4;
    }
    inputs.linked[0].options.shared = false;
    inputs.linked[0].options.projection = projection_kind::sigmoid;
    cfg.optimizer = optimizer_kind::adagrad;
  }
};

/// Reads all of it.
void read_whole(const fs::path& file) {
  checkpoint_reader in(file);
  for (std::size_t p = 0; p < in.parts().size(); ++p) (void)in.next();
}

}  // namespace

TEST_CASE("checkpoint: a run that is cut goes on to the same bits, whatever it trains") {
  catalogue::inputs c;
  fill(c);
  train_config cfg = small_config();
  SECTION("sessions") {}
  SECTION("AdaGrad, several passes of the alignment") {
    cfg.optimizer = optimizer_kind::adagrad;
    c.linked[0].options.projection = projection_kind::sigmoid;
  }
  SECTION("walks") { c.views[0].source = sequence_source::walks; }
  SECTION("tied tables, lazy Adam, one W each") {
    cfg.tied = true;
    cfg.align_optimizer = align_optimizer_kind::adam;
    c.linked[0].options.shared = false;
  }
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "model" / "checkpoint", true};
  const train_result whole = train_until(0, c, cfg);
  REQUIRE(whole.rounds >= 9);
  for (std::uint64_t cut = 1; cut < whole.rounds; ++cut) {
    fs::remove_all(folder / "model");
    const train_result begun = train_until(cut, c, cfg, kept);
    CHECK(begun.stopped);
    CHECK(begun.rounds == cut);
    const train_result rest = train_until(0, c, cfg, kept);
    CAPTURE(cut);
    CHECK(rest.resumed_from_round == cut);
    check_same(rest, whole);
  }
}

TEST_CASE("checkpoint: a weight policy of the caller's own sees the same losses") {
  catalogue::inputs c;
  fill(c);
  const train_config cfg = small_config();
  train_options own;
  own.task_weights = [](std::span<const task_state> tasks, std::span<double> weights) {
    for (std::size_t t = 0; t < tasks.size(); ++t) weights[t] = weights[t] / 2 + tasks[t].loss;
  };
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "checkpoint", true};
  const train_result whole = train_until(0, c, cfg, {}, own);
  for (const std::uint64_t cut : {1, 2, 5}) {
    fs::remove(kept.file);
    REQUIRE(train_until(cut, c, cfg, kept, own).stopped);
    check_same(train_until(0, c, cfg, kept, own), whole);
  }
}

TEST_CASE("checkpoint: a run may be cut after every round") {
  catalogue::inputs c;
  fill(c);
  const train_config cfg = small_config();
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "checkpoint", true};
  const train_result whole = train_until(0, c, cfg);
  train_result last;
  for (std::uint64_t round = 1; round <= whole.rounds + 1; ++round) last = train_until(round, c, cfg, kept);
  CHECK_FALSE(last.stopped);
  check_same(last, whole);
}

TEST_CASE("checkpoint: written every so many rounds, the last one stays") {
  catalogue::inputs c;
  fill(c);
  train_config cfg = small_config();
  cfg.checkpoint_steps = 4;
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "checkpoint", true};
  const train_result whole = train_until(0, c, cfg, kept);
  CHECK(whole.resumed_from_round == 0);
  CHECK(folder.names() == std::vector<std::string>{"checkpoint"});
  cfg.checkpoint_steps = 5;  // changes nothing of the result
  cfg.threads = 2;
  const train_result again = train_until(0, c, cfg, kept);
  CHECK(again.resumed_from_round == whole.rounds / 4 * 4);
  check_same(again, whole);
}

TEST_CASE("checkpoint: the best epoch's tables and the patience go on") {
  catalogue::inputs c;
  fill(c);
  train_config cfg = small_config();
  cfg.epochs = 6;
  cfg.patience = 2;
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "checkpoint", true};
  const auto scorer = [] {  // the second epoch is the best
    train_options options;
    options.validate = [epoch = 0](const embeddings&) mutable {
      static const double scores[] = {0.1, 0.3, 0.2, 0.1, 0.1, 0.1};
      return scores[epoch++];
    };
    return options;
  };
  const train_result whole = train_until(0, c, cfg, {}, scorer());
  REQUIRE(whole.best_epoch == 2);
  REQUIRE(whole.epochs == 4);
  const std::uint64_t per_epoch = whole.rounds / 4;
  REQUIRE(train_until(3 * per_epoch - 1, c, cfg, kept, scorer()).stopped);
  train_options later;
  later.validate = [](const embeddings&) { return 0.2; };
  const train_result rest = train_until(0, c, cfg, kept, later);
  CHECK(rest.best_epoch == 2);
  check_same(rest, whole);
}

TEST_CASE("checkpoint: another run is refused, and by what") {
  catalogue::inputs c;
  fill(c);
  train_config cfg = small_config();
  const test::temporary_folder folder;
  const checkpoint_options kept{folder / "checkpoint", true};
  REQUIRE(train_until(2, c, cfg, kept).stopped);
  const auto refused = [&](const std::string& why) {
    CHECK_THROWS_WITH(train_until(0, c, cfg, kept), Contains("cannot go on from this checkpoint") && Contains(why));
  };
  SECTION("an option") {
    cfg.negatives = 2;
    refused("negatives = 1");
  }
  SECTION("a view") {
    c.items.ids[7] = (c.items.ids[7] + 1) % 120;
    c.views[0].sequences = c.items;
    refused("view \"item\"");
  }
  SECTION("a link") {
    c.linked[0].options.bias = !c.linked[0].options.bias;
    refused("link \"");
  }
  SECTION("without resume it begins anew") {
    const train_result anew = train_until(0, c, cfg, {folder / "checkpoint", false});
    CHECK(anew.resumed_from_round == 0);
    check_same(anew, train_until(0, c, cfg));
  }
}

TEST_CASE("checkpoint: an option that is not named has its default") {
  const run_description kept{{"train.dim = 4"}, {"view \"item\""}};
  CHECK(difference_of(kept, {{"train.dim = 4", "train.window = 5"}, {"view \"item\""}}).empty());
  CHECK(difference_of({{"train.dim = 4", "train.window = 5"}, {"view \"item\""}}, kept).empty());
  CHECK(difference_of(kept, {{"train.dim = 4", "train.window = 6"}, {"view \"item\""}}) ==
        "it was written with train.window = 5, this run has train.window = 6");
  CHECK(difference_of({{"train.dim = 4", "train.gone = 1"}, {"view \"item\""}}, kept) ==
        "it was written with train.gone = 1, this run has no train.gone");
  CHECK(difference_of(kept, {{"train.dim = 4"}, {"view \"item\"", "link"}}) ==
        "it was written with nothing more, this run has link");
}

TEST_CASE("checkpoint: files of every version that was ever written are read, and gone on with") {
  const golden_run golden;
  const catalogue::inputs& c = golden.inputs;
  const train_config& cfg = golden.cfg;
  const test::temporary_folder folder;
  fs::copy_file(fs::path("tests/train/golden") / "checkpoint-1", folder / "checkpoint");
  const train_result rest = train_until(0, c, cfg, {folder / "checkpoint", true});
  const train_result whole = train_until(0, c, cfg);
  CHECK(rest.resumed_from_round == 2);
  CHECK(rest.rounds == whole.rounds);
  CHECK(rest.pairs == whole.pairs);
  // Other machines round otherwise: near, not the same bits.
  for (std::size_t v = 0; v < 2; ++v) {
    for (std::size_t i = 0; i < whole.learned.views[v].input.rows(); ++i) {
      for (std::size_t d = 0; d < cfg.dim; ++d) {
        CHECK(double(rest.learned.views[v].input[i][d]) ==
              Approx(double(whole.learned.views[v].input[i][d])).epsilon(1e-3).margin(1e-5));
      }
    }
  }
}

/// Writes the file that a version of the format is known by: test_checkpoint "[golden]" where a new one comes.
TEST_CASE("checkpoint: write a golden file", "[.][golden]") {
  const golden_run golden;
  REQUIRE(train_until(2, golden.inputs, golden.cfg, {fs::path("tests/train/golden") / "checkpoint", false}).stopped);
}

TEST_CASE("checkpoint: a file that is not whole is told, whatever happened to it") {
  const test::temporary_folder folder;
  const fs::path file = folder / "checkpoint";
  checkpoint c;
  c.device = "cpu";
  c.run = {{"train.dim = 4"}, {"view \"item\""}};
  c.trainer = {{"progress", 1}};
  c.parts = {{"a", std::vector<std::byte>(300, std::byte{7})}, {"empty", {}}, {"b", std::vector<std::byte>(40)}};
  write_checkpoint(c, file);
  checkpoint_reader in(file);
  CHECK(in.run().options == c.run.options);
  CHECK(in.run().inputs == c.run.inputs);
  REQUIRE(in.parts().size() == 3);
  for (const kept_part& part : c.parts) CHECK(in.next() == part.bytes);
  const std::string whole = test::read_file(file);
  SECTION("every bit") {
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      std::string flipped = whole;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      test::write_file(file, flipped);
      CAPTURE(bit);
      CHECK_THROWS_AS(read_whole(file), invalid_input);
    }
  }
  SECTION("every length") {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      test::write_file(file, whole.substr(0, size));
      CAPTURE(size);
      CHECK_THROWS_AS(read_whole(file), invalid_input);
    }
    test::write_file(file, whole + '\0');
    CHECK_THROWS_WITH(read_whole(file), Contains("1 bytes follow its last part"));
  }
  SECTION("a newer version") {
    std::string newer = whole;
    newer[8] = 2;
    test::write_file(file, newer);
    CHECK_THROWS_WITH(read_whole(file), Contains("format version 2, this m2grl reads 1"));
  }
}

TEST_CASE("checkpoint: what a killed run left beside it goes with the next one") {
  const test::temporary_folder folder;
  test::write_file(folder / ".checkpoint.partial-0123", "cut");
  test::write_file(folder / ".checkpoints", "another's");
  checkpoint c;
  c.device = "cpu";
  write_checkpoint(c, folder / "checkpoint");
  CHECK(folder.names() == std::vector<std::string>{".checkpoints", "checkpoint"});
}

TEST_CASE("checkpoint: ten thousand flipped bits of a run's file are found") {
  const test::temporary_folder folder;
  const fs::path file = folder / "checkpoint";
  std::size_t flips = 10000;
  SECTION("of a run") {
    catalogue::inputs c;
    fill(c);
    REQUIRE(train_until(2, c, small_config(), {file, true}).stopped);
  }
  SECTION("of several blocks") {
    checkpoint c;
    c.parts = {{"a", std::vector<std::byte>((std::size_t{5} << 19) + 3, std::byte{7})}, {"b", {}}};
    write_checkpoint(c, file);
    flips = 200;
  }
  REQUIRE_NOTHROW(read_whole(file));
  const std::size_t size = fs::file_size(file);
  std::mt19937_64 random(5);
  std::size_t missed = 0;
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  for (std::size_t f = 0; f < flips; ++f) {
    const auto at = static_cast<std::streamoff>(random() % size);
    const char before = static_cast<char>(bytes.seekg(at).peek());
    bytes.seekp(at).put(static_cast<char>(before ^ (1 << random() % 8))).flush();
    try {
      read_whole(file);
      ++missed;
    } catch (const invalid_input&) {
    }
    bytes.seekp(at).put(before).flush();
  }
  CHECK(missed == 0);
  CHECK_NOTHROW(read_whole(file));
}

TEST_CASE("checkpoint: where it cannot be written the run ends with that error, and the old one stands") {
  catalogue::inputs c;
  fill(c);
  train_config cfg = small_config();
  const test::temporary_folder folder;
  test::write_file(folder / "taken", "a file where a folder should be");
  CHECK_THROWS_AS(train_until(2, c, cfg, {folder / "taken" / "checkpoint", true}), io_error);
  REQUIRE(train_until(2, c, cfg, {folder / "checkpoint", true}).stopped);
  const std::string before = test::read_file(folder / "checkpoint");
  CHECK(folder.names() == std::vector<std::string>{"checkpoint", "taken"});
  CHECK(test::read_file(folder / "checkpoint") == before);
}
