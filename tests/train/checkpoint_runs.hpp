#pragma once
/// Small runs that are cut, and whether two came to the same.

#include <catch2/catch.hpp>
#include <stop_token>

#include "train/catalogue.hpp"

namespace checkpoint_runs {

using namespace m2grl;

/// A few rounds an epoch.
inline void fill(catalogue::inputs& c) { catalogue::fill(c, 120, 8, 2000, 12, 3); }

inline train_config small_config() {
  train_config cfg = catalogue::small_config();
  cfg.dim = 4;
  cfg.epochs = 3;
  cfg.negatives = 1;
  cfg.window = 1;
  cfg.subsample = 1e-4;
  cfg.deterministic = true;
  cfg.checkpoint_seconds = 0;
  return cfg;
}

/// Trains until `rounds` rounds are done, and is then stopped; 0: to the end.
inline train_result train_until(std::uint64_t rounds, const catalogue::inputs& c, const train_config& cfg,
                                const checkpoint_options& checkpoints = {}, train_options options = {}) {
  std::stop_source stop;
  options.device = device_kind::cpu;
  options.checkpoints = checkpoints;
  options.stop = stop.get_token();
  options.on_progress = [&](const progress& now) {
    if (now.round == rounds) stop.request_stop();
  };
  return train(cfg, c.views, c.linked, options);
}

inline bool same_history(const training_history& a, const training_history& b) {
  return a.rounds == b.rounds && catalogue::same_bits(a.losses, b.losses) && catalogue::same_bits(a.weights, b.weights);
}

inline void check_same(const train_result& a, const train_result& b) {
  CHECK(catalogue::same_bits(a.learned, b.learned));
  CHECK(same_history(a.learned.history, b.learned.history));
  CHECK(a.pairs == b.pairs);
  CHECK(a.rounds == b.rounds);
  CHECK(a.epochs == b.epochs);
  CHECK(a.best_epoch == b.best_epoch);
}

}  // namespace checkpoint_runs
