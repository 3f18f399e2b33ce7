#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "m2grl/kernel/philox.hpp"
#include "number_text.hpp"
#include "report/categories.hpp"
#include "report/escape.hpp"
#include "report/plot.hpp"
#include "report/principal.hpp"
#include "report/sections.hpp"

namespace m2grl::report {
namespace {

constexpr double width = 540, height = 420;

/// Light to dark: seldom to often.
constexpr std::array<std::string_view, 5> sequence{"#A9C9E6", "#7FAFD8", "#4E90C4", "#2468A6", "#0B3C74"};

/// `most` of 0 … nodes − 1, ascending, each set of that size equally likely.
std::vector<node_id> sample(std::size_t nodes, std::size_t most, std::uint64_t seed) {
  std::vector<node_id> chosen;
  std::mt19937 random(static_cast<std::uint32_t>(seed ^ seed >> 32));
  for (std::size_t node = 0; node < nodes && chosen.size() < most; ++node) {
    const std::size_t needed = most - chosen.size();
    if (kernel::mulhi(static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(nodes - node)) < needed) {
      chosen.push_back(static_cast<node_id>(node));
    }
  }
  return chosen;
}

/// A unit is as long on both axes.
plot square_plot(const std::string& title, const projection& p) {
  std::vector<double> x, y;
  for (const xy& point : p.points) x.push_back(point.x), y.push_back(point.y);
  axis across = axis_of(fmt::format("component 1: {:.1f} % of the variance", 100 * p.shares[0]), x);
  axis up = axis_of(fmt::format("component 2: {:.1f} %", 100 * p.shares[1]), y);
  const double ratio = (width - 76) / (height - 56);  // of the inside: the plot's margins taken off
  const double span = std::max(across.high - across.low, (up.high - up.low) * ratio);
  const auto widen = [](axis& a, double to) {
    const double middle = (a.low + a.high) / 2;
    a.low = middle - to / 2, a.high = middle + to / 2;
  };
  widen(across, span);
  widen(up, span / ratio);
  return {title, std::move(across), std::move(up), width, height};
}

/// What a map's dots are coloured by.
struct colouring {
  std::vector<std::size_t> group;  ///< one per sampled node; groups.size(): none, drawn faint and first
  std::vector<legend_entry> groups;
};

colouring by_category(const model& m, const categories& found, std::size_t view, std::span<const node_id> nodes) {
  colouring c;
  for (std::size_t i = 0; i < found.largest.size(); ++i) {
    c.groups.push_back(
        {style_of(i), fmt::format("{} <span>{}</span>", escaped(m.views[found.view].ids.name(found.largest[i]), 28),
                                  text::plural(found.items[i], "item", "items"))});
  }
  for (const node_id node : nodes) {
    const auto at = std::find(found.largest.begin(), found.largest.end(), found.main[view][node]);
    c.group.push_back(static_cast<std::size_t>(at - found.largest.begin()));
  }
  return c;
}

/// Five groups of like size, by how often nodes occur.
colouring by_count(const vocabulary& ids, std::span<const node_id> nodes) {
  std::vector<std::uint64_t> counts;
  for (const node_id node : nodes) counts.push_back(ids.counts()[node]);
  std::vector<std::uint64_t> sorted = counts;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint64_t> bounds;  // the least count of each group
  for (std::size_t g = 0; g < sequence.size(); ++g) {
    const std::uint64_t bound = sorted[g * sorted.size() / sequence.size()];
    if (bounds.empty() || bound > bounds.back()) bounds.push_back(bound);
  }
  colouring c;
  for (std::size_t g = 0; g < bounds.size(); ++g) {
    const std::uint64_t most = g + 1 < bounds.size() ? bounds[g + 1] - 1 : sorted.back();
    const std::string range =
        bounds[g] == most ? text::grouped(most) : fmt::format("{}–{}", text::grouped(bounds[g]), text::grouped(most));
    const std::size_t shade = bounds.size() == 1 ? 2 : g * (sequence.size() - 1) / (bounds.size() - 1);
    c.groups.push_back({{sequence[shade], ""}, range + (g == 0 ? " occurrences" : "")});
  }
  for (const std::uint64_t count : counts) {
    const auto above = std::upper_bound(bounds.begin(), bounds.end(), count);
    c.group.push_back(static_cast<std::size_t>(above - bounds.begin()) - 1);
  }
  return c;
}

/// Groups one behind another, so that the faint rest lies lowest.
std::string drawn(const model_view& view, std::span<const node_id> nodes, const projection& p, const colouring& c) {
  plot picture = square_plot("Map of the view's input vectors", p);
  const double radius = nodes.size() <= 150 ? 4 : nodes.size() <= 600 ? 3 : 2.3;
  std::vector<std::size_t> order(nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto layer = [&](std::size_t i) { return c.group[i] == c.groups.size() ? 0 : 1; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return layer(a) < layer(b); });
  for (const std::size_t i : order) {
    const bool rest = c.group[i] == c.groups.size();
    picture.dot(p.points[i], rest ? faint : c.groups[c.group[i]].how.colour, radius, shape::circle,
                escaped(view.ids.name(nodes[i]), 40), rest ? 0.6 : 0.8);
  }
  return picture.svg();
}

std::string view_figure(const model& m, std::size_t v, const std::optional<categories>& found,
                        const report_options& options) {
  const model_view& view = m.views[v];
  const std::vector<node_id> nodes = sample(view.ids.size(), options.map, options.seed);
  const bool known =
      found && std::any_of(nodes.begin(), nodes.end(), [&](node_id node) { return found->main[v][node] != no_node; });
  const colouring c = known ? by_category(m, *found, v, nodes) : by_count(view.ids, nodes);
  const std::string size = nodes.size() == view.ids.size() ? text::plural(nodes.size(), "node", "nodes")
                                                           : fmt::format("{} of {} nodes", text::grouped(nodes.size()),
                                                                         text::grouped(view.ids.size()));
  const projection p = principal_components(view.tables.input, nodes);
  return figure(fmt::format("{} <span>{}</span>", escaped(view.name, 40), size),
                drawn(view, nodes, p, c) + (known ? "" : legend(c.groups)));
}

}  // namespace

std::string map_section(const model& m, const report_options& options) {
  const std::optional<categories> found = categories_of(m, palette.size());
  std::string body, all, colours = "Colour says how often a node occurs.";
  if (found) {
    const std::string name = escaped(m.views[found->view].name, 40);
    auto entries = by_category(m, *found, found->view, {}).groups;
    if (m.views[found->view].ids.size() > entries.size()) entries.push_back({{faint, ""}, "any other, or none"});
    body += legend(entries);
    colours = fmt::format(
        "Colours mark the largest nodes of view {}; a node of another view has the colour of most of its items.", name);
  }
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    if (m.views[v].ids.size() > 0) all += view_figure(m, v, found, options);
  }
  return section("map", "Maps",
                 "Input vectors, scaled to one length, on the two directions in which they vary most. Near on the map "
                 "need not be near in all dimensions: the axes say how much of the variance they show. Point at a dot "
                 "for its id. " +
                     colours,
                 body + figures(all));
}

}  // namespace m2grl::report
