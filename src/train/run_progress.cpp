#include "train/run_progress.hpp"

#include <fmt/format.h>

#include "m2grl/error.hpp"
#include "model/bounded_json.hpp"

namespace m2grl {
namespace {

using files::count_from, files::get_count;
using nlohmann::json;

json to_json(const std::vector<kernel::loss_tally>& tallies) {
  json list = json::array();
  for (const kernel::loss_tally& t : tallies) list.push_back({t.loss, t.pairs, t.non_finite});
  return list;
}

/// `list`: one entry for each task.
const json& checked(const json& list, std::size_t tasks) {
  if (list.size() == tasks) return list;
  throw invalid_input(fmt::format("its progress speaks of {} tasks, the run has {}", list.size(), tasks));
}

std::vector<kernel::loss_tally> tallies_from(const json& list, std::size_t tasks) {
  std::vector<kernel::loss_tally> tallies;
  for (const json& t : checked(list, tasks)) {
    tallies.push_back({t.at(0).get_ref<const std::int64_t&>(), count_from(t.at(1)), t.at(2).get<bool>()});
  }
  return tallies;
}

}  // namespace

json to_json(const run_progress& p) {
  const history_recorder::contents recorded = p.history.recorded();
  json points = json::array();
  for (const auto& point : recorded.points) {
    points.push_back({{"rounds", point.rounds}, {"tallies", to_json(point.tallies)}, {"weights", point.weights}});
  }
  return {{"rounds", p.rounds},
          {"pairs", p.pairs},
          {"epochs", p.epochs},
          {"best_epoch", p.best_epoch},
          {"seconds", p.seconds},
          {"best_score", p.best_score},
          {"ended", p.ended},
          {"last_round", to_json(p.last_round)},
          {"epoch", to_json(p.epoch)},
          {"last_epoch", to_json(p.last_epoch)},
          {"task_pairs", p.task_pairs},
          {"history", {{"rounds_per_point", recorded.rounds_per_point}, {"points", std::move(points)}}}};
}

run_progress progress_from(const json& entry, std::size_t tasks) {
  run_progress p(tasks);
  get_count(entry.at("rounds"), p.rounds);
  get_count(entry.at("pairs"), p.pairs);
  get_count(entry.at("epochs"), p.epochs);
  get_count(entry.at("best_epoch"), p.best_epoch);
  entry.at("seconds").get_to(p.seconds);
  entry.at("best_score").get_to(p.best_score);
  entry.at("ended").get_to(p.ended);
  // Older checkpoints lack it.
  if (entry.contains("last_round")) p.last_round = tallies_from(entry.at("last_round"), tasks);
  p.epoch = tallies_from(entry.at("epoch"), tasks);
  if (!entry.at("last_epoch").empty()) p.last_epoch = tallies_from(entry.at("last_epoch"), tasks);
  for (std::size_t task = 0; const json& pairs : checked(entry.at("task_pairs"), tasks)) {
    get_count(pairs, p.task_pairs[task++]);
  }
  history_recorder::contents recorded;
  const json& history = entry.at("history");
  get_count(history.at("rounds_per_point"), recorded.rounds_per_point);
  for (const json& point : history.at("points")) {
    recorded.points.push_back({count_from(point.at("rounds")), tallies_from(point.at("tallies"), tasks),
                               checked(point.at("weights"), tasks).get<std::vector<double>>()});
  }
  if (!p.history.go_on_from(std::move(recorded), p.rounds)) {
    throw invalid_input(fmt::format("its history is not one of {} rounds", p.rounds));
  }
  return p;
}

json to_json(const std::vector<task_state>& tasks) {
  json list = json::array();
  for (const task_state& t : tasks) list.push_back({t.name, t.loss, t.weight, t.log_variance, t.pairs});
  return list;
}

std::vector<task_state> task_states_from(const json& entry) {
  std::vector<task_state> tasks;
  for (const json& t : entry) {
    task_state& state = tasks.emplace_back();
    t.at(0).get_to(state.name);
    t.at(1).get_to(state.loss);
    t.at(2).get_to(state.weight);
    t.at(3).get_to(state.log_variance);
    get_count(t.at(4), state.pairs);
  }
  return tasks;
}

}  // namespace m2grl
