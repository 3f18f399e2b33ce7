/// Eight threads that each train, save, load and search over and over, at once: each result is that of one thread
/// alone.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "amount.hpp"
#include "m2grl/model.hpp"
#include "m2grl/search.hpp"
#include "support/process.hpp"
#include "support/small_model.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;

namespace {

constexpr int threads = 8;

struct result {
  embeddings learned;
  std::vector<std::vector<scored_node>> nearest;
};

/// Everything that the library makes and drops: a training's threads, files, OpenMP's teams, the BLAS.
result run_once(const catalogue::inputs& c, std::uint64_t seed, const std::filesystem::path& file) {
  train_config cfg = catalogue::small_config();
  cfg.dim = 8;
  cfg.epochs = 1;
  cfg.seed = seed;
  cfg.threads = 2;
  cfg.deterministic = true;
  train_options options;
  options.device = device_kind::cpu;
  options.checkpoints.file = file;
  cfg.checkpoint_steps = 1;
  result r;
  r.learned = train(cfg, c.views, c.linked, options).learned;
  r.nearest = search_top_k(r.learned.views[0].input, r.learned.views[0].output, 5);
  return r;
}

}  // namespace

TEST_CASE("load: eight threads make and drop contexts, each with the result of one alone") {
  const int rounds = test::amount("M2GRL_LOAD_CONTEXTS", 100);
  catalogue::inputs c;
  catalogue::fill(c, 40, 4, 60, 6, 3);
  const test::temporary_folder folder;
  std::vector<result> wanted;
  for (int t = 0; t < threads; ++t) wanted.push_back(run_once(c, t, folder / "alone"));
  REQUIRE_FALSE(catalogue::same_bits(wanted[0].learned, wanted[1].learned));
  std::atomic<int> wrong{0}, failed{0}, done{0};
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        const auto& expected = wanted[static_cast<std::size_t>(t)];
        const auto file = folder / ("checkpoint" + std::to_string(t));
        for (int i = 0; i < rounds; ++i) try {
            const result got = run_once(c, t, file);
            const bool same = catalogue::same_bits(got.learned, expected.learned) && got.nearest == expected.nearest;
            wrong += same ? 0 : 1;
            ++done;
          } catch (const std::exception&) {
            ++failed;
          }
      });
    }
  }
  CHECK(failed == 0);
  CHECK(wrong == 0);
  CHECK(done == threads * rounds);
}

TEST_CASE("load: eight threads save and load models of their own") {
  const int rounds = test::amount("M2GRL_LOAD_CONTEXTS", 100) / 10;
  const test::temporary_folder folder;
  const model m = test::small_model(20, 4);
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        const auto place = folder / ("m" + std::to_string(t));
        for (int i = 0; i < rounds; ++i) try {
            save_model(m, place, true);
            const model read = load_model(place);
            wrong += catalogue::same_bits(read.views[0].tables.input, m.views[0].tables.input) ? 0 : 1;
          } catch (const std::exception&) {
            ++wrong;
          }
      });
    }
  }
  CHECK(wrong == 0);
  CHECK(folder.names().size() == threads);
}
