#include <fmt/format.h>

#include <algorithm>

#include "report/escape.hpp"
#include "report/plot.hpp"
#include "report/sections.hpp"

namespace m2grl::report {
namespace {

/// One line per task over the epochs.
std::string curves(const training_history& history, const table& values, const std::string& title, axis y) {
  std::vector<double> epochs{0};
  for (const std::uint64_t rounds : history.rounds) {
    epochs.push_back(static_cast<double>(rounds) / static_cast<double>(history.rounds_per_epoch));
  }
  axis x = axis_of("epoch", epochs);
  x.low = 0;
  x.high = epochs.back();
  plot picture(title, std::move(x), std::move(y));
  for (std::size_t t = 0; t < values.dim(); ++t) {
    std::vector<xy> points;
    for (std::size_t p = 0; p < values.rows(); ++p) points.push_back({epochs[p + 1], values[p][t]});
    picture.line(points, style_of(t));
  }
  return picture.svg();
}

std::vector<double> all_of(const table& t) {
  std::vector<double> values;
  for (std::size_t r = 0; r < t.rows(); ++r) values.insert(values.end(), t[r].begin(), t[r].end());
  return values;
}

/// By logarithm where the values allow it and span enough for it to help.
axis loss_axis(const std::vector<double>& losses) {
  const auto [least, most] = std::minmax_element(losses.begin(), losses.end());
  return axis_of("mean loss per positive pair, nats", losses, *least > 0 && *most > 6 * *least);
}

axis weight_axis(const std::vector<double>& weights) {
  const bool positive = *std::min_element(weights.begin(), weights.end()) > 0;
  return axis_of("weight ŵ in the update", weights, positive);
}

}  // namespace

std::string curves_section(const model& m) {
  const training_history& history = m.history;
  std::string body;
  if (history.empty() || m.tasks.empty()) {
    body = missing(
        "This model holds no history of its training: it was made without one, or by an older m2grl. "
        "Training it again keeps one.");
  } else {
    std::vector<legend_entry> entries;
    for (std::size_t t = 0; t < m.tasks.size(); ++t) {
      entries.push_back({style_of(t), escaped(m.tasks[t].name, 40), shape::circle, true});
    }
    const auto losses = all_of(history.losses), weights = all_of(history.weights);
    body = legend(entries) +
           figures(figure("Loss", curves(history, history.losses, "Loss of each task by epoch", loss_axis(losses))) +
                   figure("Weight",
                          curves(history, history.weights, "Weight of each task by epoch", weight_axis(weights))));
  }
  return section("curves", "Training",
                 "Each task is a view's skip-gram or, as item~category, the alignment of two views. Its learned weight "
                 "multiplies the learning rate: what stays hard to predict weighs less.",
                 body);
}

}  // namespace m2grl::report
