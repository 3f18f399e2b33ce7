#pragma once
/// What the trainer itself keeps between rounds, beside what the backend does.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "m2grl/kernel/task_weights.hpp"
#include "m2grl/model.hpp"
#include "train/history.hpp"

namespace m2grl {

struct run_progress {
  explicit run_progress(std::size_t tasks) : last_round(tasks), epoch(tasks), task_pairs(tasks), history(tasks) {}

  std::uint64_t rounds = 0, pairs = 0;
  std::uint32_t epochs = 0, best_epoch = 0;
  double seconds = 0;                                 ///< of training alone
  double best_score = 0;                              ///< of the best epoch, where tables of one are kept
  bool ended = false;                                 ///< patience ran out
  std::vector<kernel::loss_tally> last_round;         ///< of a task each
  std::vector<kernel::loss_tally> epoch, last_epoch;  ///< of this epoch so far, of the one before; a task each
  std::vector<std::uint64_t> task_pairs;
  history_recorder history;
};

[[nodiscard]] nlohmann::json to_json(const run_progress& p);
/// Throws nlohmann::json::exception where it is not what to_json() gives; invalid_input where it speaks of another
/// number of tasks, or its history of other rounds.
[[nodiscard]] run_progress progress_from(const nlohmann::json& entry, std::size_t tasks);

[[nodiscard]] nlohmann::json to_json(const std::vector<task_state>& tasks);
[[nodiscard]] std::vector<task_state> task_states_from(const nlohmann::json& entry);

}  // namespace m2grl
