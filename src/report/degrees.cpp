#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "number_text.hpp"
#include "report/escape.hpp"
#include "report/plot.hpp"
#include "report/sections.hpp"

namespace m2grl::report {
namespace {

/// (v, how many are ≥ v) for the values v that occur; of many only those a 200th of the axis apart. 0 is left out.
std::vector<xy> at_least(std::vector<std::uint64_t> values) {
  std::sort(values.begin(), values.end());
  std::vector<xy> points;
  const double step =
      values.empty() ? 0 : std::log(static_cast<double>(std::max<std::uint64_t>(values.back(), 2))) / 200;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool first_of_its_kind = i == 0 || values[i] != values[i - 1];
    if (values[i] == 0 || !first_of_its_kind) continue;
    const xy point{static_cast<double>(values[i]), static_cast<double>(values.size() - i)};
    if (points.empty() || values[i] == values.back() || std::log(point.x / points.back().x) >= step) {
      points.push_back(point);
    }
  }
  return points;
}

/// How many items are linked to each node of a view; empty where no link leads from the items to it.
std::vector<std::uint64_t> items_linked(const model& m, std::size_t view) {
  std::vector<std::uint64_t> items;
  for (const link_data& link : m.links) {
    if (link.from != 0 || link.to != view) continue;
    items.assign(m.views[view].ids.size(), 0);
    for (const node_id node : link.targets.ids) ++items[node];
    break;
  }
  return items;
}

std::string view_figure(const model& m, std::size_t v) {
  const model_view& view = m.views[v];
  std::vector<std::vector<xy>> series{at_least(view.ids.counts()), at_least(items_linked(m, v))};
  std::vector<double> x, y;
  for (const auto& points : series) {
    for (const xy& point : points) x.push_back(point.x), y.push_back(point.y);
  }
  const char* what = series[1].empty() ? "x: occurrences" : "x: occurrences, or items linked";
  plot picture("How often the nodes of a view occur", axis_of(what, x, true),
               axis_of("nodes with at least x", y, true));
  for (std::size_t s = 0; s < series.size(); ++s) {
    picture.line(series[s], style_of(s), 1.2);
    for (const xy& point : series[s]) picture.dot(point, style_of(s).colour, 2.2);
  }
  const auto& counts = view.ids.counts();
  const auto never = static_cast<std::uint64_t>(std::count(counts.begin(), counts.end(), 0u));
  const std::string unseen = never == 0 ? "" : fmt::format("; {} never occur", text::grouped(never));
  return figure(fmt::format("{} <span>{}{}</span>", escaped(view.name, 40),
                            text::plural(view.ids.size(), "node", "nodes"), unseen),
                picture.svg());
}

}  // namespace

std::string degrees_section(const model& m) {
  std::string all;
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    if (m.views[v].ids.size() > 0) all += view_figure(m, v);
  }
  const std::vector<legend_entry> entries{
      {style_of(0), "occurrences in training (of an edge list: edges, or the sum of their weights)"},
      {style_of(1), "items linked to the node"}};
  return section("degrees", "Frequencies",
                 "How many nodes have at least x of something, both axes by logarithm. A straight line is a power law: "
                 "few nodes have most events. A steep begin on the left means many nodes that are rarely seen.",
                 legend(std::span(entries).first(m.links.empty() ? 1 : 2)) + figures(all));
}

}  // namespace m2grl::report
