#include <fmt/format.h>

#include "m2grl/error.hpp"
#include "model/check_model.hpp"
#include "report/escape.hpp"
#include "report/sections.hpp"

namespace m2grl {
namespace report {
namespace {

constexpr const char* sheet = R"(
:root { color-scheme: light; --ink: #1d2329; --soft: #5b6570; --line: #e3e6e9; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 28px 28px 56px; background: #fff; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; font-weight: 650; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; font-weight: 650; margin: 0 0 4px; }
nav { color: var(--soft); margin-bottom: 8px; }
nav a { color: #0b5c94; margin-right: 14px; text-decoration: none; }
section { border-top: 1px solid var(--line); padding: 22px 0 10px; }
p { margin: 6px 0 10px; }
p.read { color: var(--soft); max-width: 78ch; }
p.missing { background: #f6f7f8; border-left: 3px solid #b9c0c7; padding: 10px 14px; max-width: 78ch; }
code { font: 13px ui-monospace, "DejaVu Sans Mono", monospace; background: #eef0f2; padding: 1px 4px; border-radius: 3px; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(440px, 1fr)); gap: 18px 28px; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; margin: 2px 0 4px; overflow-wrap: anywhere; }
figcaption span, .legend span { color: var(--soft); font-weight: 400; }
figure > svg { display: block; width: 100%; height: auto; }
svg text { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #454e57; }
svg text.unit { font-size: 12px; fill: var(--ink); }
svg text.note { font-size: 11px; fill: #0b4a75; paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round; }
.grid { stroke: #e9ecee; stroke-width: 1; }
.axis { fill: none; stroke: #8a939c; stroke-width: 1; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 3px 20px; margin: 8px 0 12px; padding: 0; font-size: 13.5px; }
.legend li { display: flex; align-items: center; gap: 6px; overflow-wrap: anywhere; }
.legend svg { flex: none; }
.tables { display: flex; flex-wrap: wrap; gap: 8px 48px; align-items: flex-start; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 6px 0 14px; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 0 3px 22px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; color: var(--soft); }
td { vertical-align: top; }
td small { display: block; color: var(--soft); font-size: 11.5px; line-height: 1.3; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
@media print { body { max-width: none; } section, figure { break-inside: avoid; } }
)";

}  // namespace

std::string section(const std::string& id, const std::string& heading, const std::string& how_to_read,
                    const std::string& body) {
  const std::string read = how_to_read.empty() ? "" : fmt::format("<p class=\"read\">{}</p>\n", how_to_read);
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}{}</section>\n", id, heading, read, body);
}

std::string figure(const std::string& caption, const std::string& picture) {
  return fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", caption, picture);
}

std::string figures(const std::string& all) { return "<div class=\"figures\">\n" + all + "</div>\n"; }

std::string missing(const std::string& why) { return fmt::format("<p class=\"missing\">{}</p>\n", why); }

std::string html_table(const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"scroll\"><table>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out += "<tr>";
    for (const std::string& cell : rows[r]) out += fmt::format("<{0}>{1}</{0}>", r == 0 ? "th" : "td", cell);
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

}  // namespace report

std::string report_html(const model& m, const report_options& options) {
  if (const std::string fault = fault_of(m); !fault.empty()) {
    throw invalid_input(fmt::format("no report can be made: {}", fault));
  }
  if (options.map < 3) throw invalid_input(fmt::format("a map of {} nodes shows nothing: 3 at least", options.map));
  const std::string title = report::escaped(options.title.empty() ? "m2grl model" : options.title);
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n"
      "<nav><a href=\"#summary\">Model</a><a href=\"#curves\">Training</a><a href=\"#degrees\">Frequencies</a>"
      "<a href=\"#quality\">Next item</a><a href=\"#map\">Maps</a><a href=\"#discovery\">Diversity</a></nav>\n",
      title, report::sheet);
  page += report::summary_section(m) + report::curves_section(m) + report::degrees_section(m) +
          report::quality_section(m, options) + report::map_section(m, options) + report::discovery_section(m, options);
  return page + "</body>\n</html>\n";
}

}  // namespace m2grl
