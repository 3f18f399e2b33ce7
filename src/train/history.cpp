#include "train/history.hpp"

#include <algorithm>

namespace m2grl {

history_recorder::history_recorder(std::size_t tasks, std::size_t capacity) : tasks_(tasks), capacity_(capacity) {}

void history_recorder::add(std::span<const kernel::loss_tally> tallies, std::span<const task_state> states) {
  point round{1, {tallies.begin(), tallies.end()}, {}};
  for (const task_state& state : states) round.weights.push_back(state.weight);
  if (!points_.empty() && points_.back().rounds < rounds_per_point_) return join(points_.back(), round);
  if (points_.size() == capacity_) halve();  // every point is full here
  points_.push_back(std::move(round));
}

bool history_recorder::go_on_from(contents recorded, std::uint64_t rounds) {
  if (recorded.rounds_per_point == 0 || recorded.points.size() > capacity_) return false;
  std::uint64_t left = rounds;
  for (const point& p : recorded.points) {
    const bool full = &p == &recorded.points.back() || p.rounds == recorded.rounds_per_point;
    if (p.rounds == 0 || p.rounds > std::min(left, recorded.rounds_per_point) || !full) return false;
    left -= p.rounds;
  }
  if (left != 0) return false;
  rounds_per_point_ = recorded.rounds_per_point;
  points_ = std::move(recorded.points);
  return true;
}

void history_recorder::join(point& to, const point& next) {
  to.rounds += next.rounds;
  for (std::size_t t = 0; t < to.tallies.size(); ++t) {
    to.tallies[t] += next.tallies[t];
    to.weights[t] += next.weights[t];
  }
}

void history_recorder::halve() {
  for (std::size_t p = 0; p < points_.size() / 2; ++p) {
    point pair = std::move(points_[2 * p]);
    join(pair, points_[2 * p + 1]);
    points_[p] = std::move(pair);
  }
  points_.resize(points_.size() / 2);
  rounds_per_point_ *= 2;
}

training_history history_recorder::history(std::uint64_t rounds_per_epoch) const {
  training_history history;
  if (points_.empty()) return history;
  history.rounds_per_epoch = rounds_per_epoch;
  history.losses = table(points_.size(), tasks_);
  history.weights = table(points_.size(), tasks_);
  for (std::uint64_t rounds = 0; const point& p : points_) history.rounds.push_back(rounds += p.rounds);
  for (std::size_t t = 0; t < tasks_; ++t) {
    double loss = 0;  // of a point without a pair: the last one known, at the begin the first one
    for (std::size_t p = points_.size(); p-- > 0;) {
      if (points_[p].tallies[t].pairs > 0) loss = points_[p].tallies[t].mean();
    }
    for (std::size_t p = 0; p < points_.size(); ++p) {
      if (points_[p].tallies[t].pairs > 0) loss = points_[p].tallies[t].mean();
      history.losses[p][t] = static_cast<float>(loss);
      history.weights[p][t] = static_cast<float>(points_[p].weights[t] / static_cast<double>(points_[p].rounds));
    }
  }
  return history;
}

}  // namespace m2grl
