/// The page: whole, closed, escaped, and true to the model.
#include <catch2/catch.hpp>
#include <set>

#include "m2grl/error.hpp"
#include "m2grl/evaluate.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/report.hpp"
#include "support/small_model.hpp"

using namespace m2grl;
using Catch::Matchers::Contains;

namespace {

/// Walks over every tag of a page whose elements are all closed, as XML's. Returns their names.
std::multiset<std::string> checked_tags(const std::string& page) {
  std::multiset<std::string> names;
  std::vector<std::string> open;
  REQUIRE(page.rfind("<!DOCTYPE html>\n", 0) == 0);
  for (std::size_t at = page.find('<', 1); at != std::string::npos; at = page.find('<', at)) {
    const std::size_t end = page.find('>', at);
    REQUIRE(end != std::string::npos);
    const std::string tag = page.substr(at + 1, end - at - 1);
    INFO(tag);
    REQUIRE(tag.find('<') == std::string::npos);
    REQUIRE(std::count(tag.begin(), tag.end(), '"') % 2 == 0);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.front() == '/') {
      REQUIRE_FALSE(open.empty());
      REQUIRE("/" + open.back() == tag);
      open.pop_back();
    } else {
      names.insert(name);
      if (tag.back() != '/') open.push_back(name);
    }
    at = end;
  }
  CHECK(open.empty());
  return names;
}

/// The text of one section.
std::string section_of(const std::string& page, const std::string& id) {
  const std::size_t begin = page.find("<section id=\"" + id + "\">");
  REQUIRE(begin != std::string::npos);
  return page.substr(begin, page.find("</section>", begin) - begin);
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

metric_model some_metric(const model& m) {
  std::mt19937 random(5);
  metric_model metric;
  metric.options.view = "category";
  metric.options.dim = 6;
  metric.matrix = test::random_table(6, metric_dim(m, metric_instance::input), random);
  return metric;
}

}  // namespace

TEST_CASE("report: every section, well formed, nothing from elsewhere") {
  model m = test::small_model();
  m.metric = some_metric(m);
  const std::string page = report_html(m, {.title = "a shop"});
  const auto tags = checked_tags(page);
  for (const char* id : {"summary", "curves", "degrees", "quality", "map", "discovery"}) {
    CHECK(occurrences(page, "id=\"" + std::string(id) + "\"") == 1);
    CHECK(occurrences(page, "href=\"#" + std::string(id) + "\"") == 1);
  }
  for (const char* foreign : {"script", "link", "img", "iframe", "image", "use", "object"})
    CHECK(tags.count(foreign) == 0);
  for (const char* foreign : {"http", "src=", "url(", "@import"}) CHECK(page.find(foreign) == std::string::npos);
  CHECK_THAT(page, Contains("<title>a shop</title>") && Contains("<h1>a shop</h1>"));
  CHECK(tags.count("figure") == 2 + 2 + 2 + 2);
  CHECK(page.find("nan") == std::string::npos);
  CHECK(page.find("class=\"missing\"") == std::string::npos);
  CHECK(page == report_html(m, {.title = "a shop"}));
}

TEST_CASE("report: curves have a point for each of the history's") {
  const model m = test::small_model();
  const std::string curves = section_of(report_html(m), "curves");
  CHECK(occurrences(curves, "<path d=\"M") == 4 + 2);  // two tasks on two plots, and in the legend
  CHECK(occurrences(curves, " L") == 4 * 3);
  CHECK_THAT(curves, Contains("item~category"));
}

TEST_CASE("report: the table says what the evaluation says") {
  const model m = test::small_model();
  for (const bool validation : {false, true}) {
    const std::string quality = section_of(report_html(m, {.validation = validation}), "quality");
    const auto found = evaluate_next_item(m, validation, m.cfg.eval);
    char text[64];
    const metrics_at_k& first = found.model.at.front();
    std::snprintf(text, sizeof text, "<td>views composed</td><td>%.4f", first.hit_rate);
    CHECK_THAT(quality, Contains(text));
    std::snprintf(text, sizeof text, "<small>%.4f–%.4f</small>", first.hit_rate_interval.low,
                  first.hit_rate_interval.high);
    CHECK((quality.find(text) != std::string::npos) == (first.hit_rate_interval.low < first.hit_rate_interval.high));
    std::snprintf(text, sizeof text, "<td>%.4f</td></tr>", found.random.mrr);
    CHECK_THAT(quality, Contains(text));
    CHECK_THAT(quality, Contains(validation ? "1 query of the validation" : "3 queries of the test"));
  }
}

TEST_CASE("report: a map has a dot for each node, coloured by the categories of most items") {
  const model m = test::small_model();
  const std::string map = section_of(report_html(m), "map");
  CHECK(occurrences(map, "<title>") == 40 + 6);
  CHECK(occurrences(map, "<title>i3</title>") == 1);
  CHECK_THAT(map, Contains("c0 <span>") && Contains("c5 <span>"));
  CHECK_THAT(map, !Contains("occurrences"));
  const std::string few = section_of(report_html(m, {.map = 10}), "map");
  CHECK(occurrences(few, "<title>") == 10 + 6);
  CHECK_THAT(few, Contains("10 of 40 nodes"));
  CHECK_THROWS_AS(report_html(m, {.map = 2}), invalid_input);
}

TEST_CASE("report: ids, names and rules are text, whatever they hold") {
  model m = test::small_model();
  for (model_view& view : m.views) {
    std::vector<std::string> ids;
    for (const std::string& id : view.ids.names()) ids.push_back("<script>" + id + "\"'&\xff\n</title>");
    view.ids = vocabulary(ids, view.ids.counts());
    view.name = "<script>" + view.name;
  }
  for (task_state& task : m.tasks) task.name = "</svg><script>";
  m.report.dropped.front().rule = "<script>rule";
  m.cfg.eval.compose.clear();
  const std::string page = report_html(m, {.title = "</title><script>"});
  CHECK(checked_tags(page).count("script") == 0);
  CHECK_THAT(page, Contains("&lt;script&gt;i7&quot;&#39;&amp;\uFFFD\uFFFD&lt;/title&gt;"));
  CHECK_THAT(page, Contains("&lt;script&gt;rule") && Contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
}

TEST_CASE("report: says what is not there, and what would make it") {
  model m = test::small_model();
  SECTION("no metric") {
    CHECK_THAT(section_of(report_html(m), "discovery"),
               Contains("class=\"missing\"") && Contains("m2grl metric MODEL"));
  }
  SECTION("no history") {
    m.history = {};
    CHECK_THAT(section_of(report_html(m), "curves"), Contains("class=\"missing\"") && Contains("no history"));
  }
  SECTION("no test queries") {
    m.test = {};
    CHECK_THAT(section_of(report_html(m), "quality"), Contains("1 query: --split validation shows them"));
  }
  SECTION("no queries, no links, one view") {
    m.test = m.validation = {};
    m.links.clear();
    m.relations.clear();
    m.views.pop_back();
    const std::string page = report_html(m);
    (void)checked_tags(page);
    for (const char* id : {"quality", "discovery"}) CHECK_THAT(section_of(page, id), Contains("no held-out events"));
    CHECK_THAT(section_of(page, "map"), Contains(" occurrences"));
  }
  SECTION("queries, but no links") {
    m.links.clear();
    m.relations.clear();
    m.cfg.eval.compose.clear();
    CHECK_THAT(section_of(report_html(m), "discovery"), Contains("linked to no other view"));
  }
  SECTION("a view without nodes") {
    m.views[1] = test::random_view("category", {}, 17, *std::make_unique<std::mt19937>(1));
    m.links.front().targets = {};
    m.links.front().counts.clear();
    for (int i = 0; i < 40; ++i) m.links.front().targets.end_row();
    const std::string page = report_html(m);
    (void)checked_tags(page);
    CHECK(page.find("nan") == std::string::npos);
  }
}

TEST_CASE("report: a damaged model is refused") {
  model m = test::small_model();
  m.history.losses[1][1] = INFINITY;
  CHECK_THROWS_WITH(report_html(m), Contains("no report can be made: the history's losses: row 1, column 1 is inf"));
}
