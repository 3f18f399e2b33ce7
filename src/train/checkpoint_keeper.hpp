#pragma once
/// When a run is kept, what of it, and how it goes on.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "train/backend.hpp"
#include "train/checkpoint.hpp"
#include "train/run_progress.hpp"
#include "train/schedule.hpp"

namespace m2grl {

/// A copy, tables and all.
[[nodiscard]] embeddings copy_of(const embeddings& e);

class checkpoint_keeper {
 public:
  /// Writes none where `how` names no file.
  checkpoint_keeper(const problem& p, const schedule& s, device_kind device, const checkpoint_options& how);

  /// Whether there is one to go on from, and it is wanted.
  [[nodiscard]] bool resumes() const;
  /// Throws io_error; invalid_input where the file is damaged, or of another run, and why.
  void resume(backend& b, run_progress& done, embeddings& best) const;

  /// Whether one is wanted after `rounds` rounds.
  [[nodiscard]] bool due(std::uint64_t rounds) const;
  /// Copies all that the run needs; it is written while training goes on. No round may be in flight.
  void keep(backend& b, const run_progress& done, embeddings& best);
  /// Until the last one is written.
  void wait();

 private:
  using clock = std::chrono::steady_clock;

  const problem& problem_;
  const checkpoint_options& how_;
  std::string device_;
  run_description run_;
  checkpoint_writer writer_;
  clock::time_point last_ = clock::now();
};

}  // namespace m2grl
