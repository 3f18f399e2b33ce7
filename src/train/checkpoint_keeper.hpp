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
  /// Copies all that the run needs; it is written while training goes on. No round may be in flight. Tells or throws
  /// what hindered it, or the one before.
  void keep(backend& b, const run_progress& done, embeddings& best);
  /// Tells or throws why the last one could not be written, if that is known by now.
  void poll();
  /// Until the last one is written; whether it stands.
  bool wait();

 private:
  using clock = std::chrono::steady_clock;
  [[nodiscard]] checkpoint copied(backend& b, const run_progress& done, embeddings& best) const;
  template <class Work>
  void attempt(const Work& work);

  const problem& problem_;
  const checkpoint_options& how_;
  std::string device_;
  run_description run_;
  checkpoint_writer writer_;
  clock::time_point last_ = clock::now();
  bool stands_ = false;  // the last one, unless it turns out that it could not be written
};

}  // namespace m2grl
