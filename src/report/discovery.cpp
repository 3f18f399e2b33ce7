#include "m2grl/discovery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "number_text.hpp"
#include "report/escape.hpp"
#include "report/plot.hpp"
#include "report/sections.hpp"

namespace m2grl::report {
namespace {

/// How a row of the evaluation is drawn.
struct look {
  const char* scores;
  const char* name;
  std::size_t colour;
  shape form;
};
constexpr look looks[] = {{"item", "item view alone", 6, shape::triangle},
                          {"composed", "composed", 1, shape::square},
                          {"new_only", "composed, the history's categories ruled out", 2, shape::diamond},
                          {"mix", "composed, mixed with the metric: λ", 0, shape::circle}};

const look& look_of(const discovery_row& row) {
  return *std::find_if(std::begin(looks), std::end(looks), [&](const look& l) { return row.scores == l.scores; });
}

using rate_of = estimate discovery_at_k::*;
using value_of = double discovery_at_k::*;

/// A rate against what diversity it comes with.
std::string trade_off(const discovery_evaluation& found, rate_of rate, const std::string& y_label, value_of value,
                      const std::string& x_label) {
  std::vector<double> x, y;
  std::vector<xy> curve;
  for (const discovery_row& row : found.rows) {
    const discovery_at_k& at = row.at.front();
    x.push_back(at.*value);
    y.insert(y.end(), {(at.*rate).between.low, (at.*rate).value, (at.*rate).between.high});
    if (row.scores == "mix") curve.push_back({at.*value, (at.*rate).value});
  }
  plot picture(y_label + " against " + x_label, axis_of(x_label, x), axis_of(y_label, y), 540, 360);
  picture.line(curve, style_of(0), 1.2);
  for (const discovery_row& row : found.rows) {
    const discovery_at_k& at = row.at.front();
    const look& l = look_of(row);
    const std::string_view colour = style_of(l.colour).colour;
    picture.interval(at.*value, (at.*rate).between.low, (at.*rate).between.high, colour);
    picture.dot(
        {at.*value, (at.*rate).value}, colour, row.scores == "mix" ? 3.5 : 5, l.form,
        fmt::format("{}: {:.4f}", row.scores == "mix" ? fmt::format("λ = {:.1f}", row.mix) : l.name, (at.*rate).value));
  }
  for (std::size_t i = 0; i < curve.size(); ++i) {  // first and last first, then those between, if there is room
    const std::size_t mix = i == 0 ? 0 : i == 1 ? curve.size() - 1 : i - 1;
    const double lambda = found.rows[found.rows.size() - curve.size() + mix].mix;
    picture.label(curve[mix], fmt::format("{:g}", lambda));
  }
  return picture.svg();
}

std::string numbers(const discovery_evaluation& found) {
  const std::uint32_t k = found.rows.front().at.front().k;
  std::vector<std::vector<std::string>> rows{{fmt::format("k = {}", k), "HR", "95 %", "discovery HR", "95 %",
                                              "categories", "distance", "novelty, bits", "outside"}};
  const auto interval = [](const estimate& r) { return fmt::format("{:.4f}–{:.4f}", r.between.low, r.between.high); };
  const auto number = [](double value) { return fmt::format("{:.4f}", value); };
  for (const discovery_row& row : found.rows) {
    const discovery_at_k& at = row.at.front();
    rows.push_back({row.scores == "mix" ? fmt::format("λ = {:.1f}", row.mix) : look_of(row).name,
                    number(at.hit_rate.value), interval(at.hit_rate), number(at.discovery_hit_rate.value),
                    interval(at.discovery_hit_rate), number(at.category_coverage), number(at.intra_list_distance),
                    fmt::format("{:.2f}", at.novelty), number(at.outside_share)});
  }
  return html_table(rows);
}

std::string pictures(const model& m, const report_options& options) {
  discovery_options asked;
  for (int tenth = 0; m.metric && tenth <= 10; ++tenth) asked.mix.push_back(tenth / 10.0);
  eval_config how = m.cfg.eval;
  how.k.resize(1);
  const discovery_evaluation found = evaluate_discovery(m, options.validation, how, asked);
  std::vector<legend_entry> entries;
  for (const look& l : looks) {
    if (m.metric || l.scores != std::string_view("mix")) entries.push_back({style_of(l.colour), l.name, l.form});
  }
  const std::string k = std::to_string(how.k.front()), view = escaped(found.view, 40);
  const std::string wish =
      m.metric ? ""
               : missing(
                     "The model has no metric, so there is no curve from the composed score to diversity: "
                     "<code>m2grl metric MODEL</code> learns one.");
  return fmt::format("<p>{} of the {} split, {} of them into a {} that is new to the user.</p>\n",
                     text::plural(found.queries, "query", "queries"), found.split,
                     text::grouped(found.discovery_queries), view) +
         wish + legend(entries) +
         figures(
             figure("All queries",
                    trade_off(found, &discovery_at_k::hit_rate, "hit rate@" + k, &discovery_at_k::intra_list_distance,
                              "distance of two items of a list, 1 − cosine")) +
             figure("Discovery queries", trade_off(found, &discovery_at_k::discovery_hit_rate,
                                                   "discovery hit rate@" + k, &discovery_at_k::outside_share,
                                                   fmt::format("share of a list outside the last item's {}", view)))) +
         numbers(found);
}

}  // namespace

std::string discovery_section(const model& m, const report_options& options) {
  const bool asked = (options.validation ? m.validation : m.test).size() > 0;
  const bool linked =
      std::any_of(m.links.begin(), m.links.end(), [](const link_data& link) { return link.from == 0 && link.to != 0; });
  const std::string body =
      !asked    ? no_queries(m, options.validation)
      : !linked ? missing(
                      "The items are linked to no other view, so no event is known to lead into a new category: a "
                      "view with <code>column</code>, and a link to it, make that known.")
                : pictures(m, options);
  return section("discovery", "Hit rate and diversity",
                 "What lists gain or lose in hits when they lean to other categories. Up is better, right is more "
                 "diverse; vertical bars are 95 % intervals. λ = 0 is the composed score, λ = 1 the metric alone.",
                 body);
}

}  // namespace m2grl::report
