/// Ranges of single values, by the description of the keys; what must hold between several keys.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/check_edges.hpp"
#include "config/edge_lists.hpp"
#include "config/keys.hpp"
#include "config/nearest.hpp"
#include "config/places.hpp"
#include "config/range_text.hpp"

namespace m2grl {
namespace config_keys {

void fail(const key_places& places, std::string path, const std::string& message) {
  for (;;) {
    const auto found = places.find(path);
    if (found != places.end()) throw invalid_input(found->second, message);
    if (path.empty()) throw invalid_input(message);
    const std::size_t dot = path.rfind('.');
    path.resize(dot == std::string::npos ? 0 : dot);
  }
}

namespace {

struct range_checker {
  const key_places& places;
  std::string path{};

  template <class Field>
  void operator()(std::string_view name, const Field& field, const limits& within = {}) const {
    check_range(join(path, name), field, within);
  }
  template <class Struct>
  void table(std::string_view name, const Struct& sub) const {
    range_checker inner{places, join(path, name)};
    describe(inner, sub);
  }
  template <class Struct>
  void tables(std::string_view name, const std::vector<Struct>& subs) const {
    for (std::size_t i = 0; i < subs.size(); ++i) table(fmt::format("{}.{}", name, i), subs[i]);
  }

 private:
  template <class Number>
  requires(std::is_arithmetic_v<Number> && !std::same_as<Number, bool>) void check_range(const std::string& key,
                                                                                         const Number& value,
                                                                                         const limits& within) const {
    if (within.hold(static_cast<double>(value))) return;
    fail(places, key, fmt::format("{} is {}, it must be {}", key, value, range_text(within)));
  }
  template <class Number>
  void check_range(const std::string& key, const std::vector<Number>& values, const limits& within) const {
    for (const Number& value : values) check_range(key, value, within);
  }
  template <class Number>
  void check_range(const std::string& key, const std::map<std::string, Number>& values, const limits& within) const {
    for (const auto& [name, value] : values) check_range(join(key, name), value, within);
  }
  void check_range(const std::string& key, const compose_part& part, const limits& within) const {
    check_range(fmt::format("{}, the weight of view \"{}\",", key, part.view), part.weight, within);
  }
  template <class Other>
  void check_range(const std::string&, const Other&, const limits&) const {}
};

/// What must hold between keys.
class relation_checker {
 public:
  relation_checker(const config& cfg, const key_places& places, bool from_files) : cfg_(cfg), places_(places) {
    const bool in_memory =
        cfg.data.events.empty() && cfg.data.sequences.empty() &&
        std::all_of(cfg.views.begin(), cfg.views.end(), [](const auto& v) { return v.edges.empty(); });
    check_sources_ = from_files || !in_memory;
  }

  void run() const {
    check_views();
    check_edge_lists(cfg_, places_);
    check_data();
    check_links();
    check_train();
    check_eval();
  }

 private:
  void require(bool holds, const std::string& path, const std::string& message) const {
    if (!holds) fail(places_, path, message);
  }

  [[nodiscard]] std::vector<std::string> view_names() const {
    std::vector<std::string> names;
    for (const view_config& view : cfg_.views) names.push_back(view.name);
    return names;
  }
  [[nodiscard]] std::size_t find_view(const std::string& name) const {
    return static_cast<std::size_t>(
        std::find_if(cfg_.views.begin(), cfg_.views.end(), [&](const auto& view) { return view.name == name; }) -
        cfg_.views.begin());
  }
  void require_view(const std::string& name, const std::string& path) const {
    if (find_view(name) < cfg_.views.size()) return;
    const auto names = view_names();
    const auto near = nearest(name, names);
    fail(places_, path,
         fmt::format("{} is \"{}\", which is no view; {}", path, name,
                     near.empty() ? fmt::format("the views are {}", fmt::join(names, ", "))
                                  : fmt::format("did you mean \"{}\"?", near)));
  }

  void check_views() const {
    require(!cfg_.views.empty() || !check_sources_, "views", "the configuration has no [[views]]");
    std::set<std::string> names;
    for (std::size_t v = 0; v < cfg_.views.size(); ++v) {
      const std::string path = fmt::format("views.{}", v);
      const view_config& view = cfg_.views[v];
      require(!view.name.empty(), path + ".name", path + ".name is empty: a view needs a name");
      // Names become file names (<view>.input.npy), parts of --compose and of task names ("item~category").
      const bool usable = std::none_of(view.name.begin(), view.name.end(), [](char c) {
        return (c >= 0 && c <= ' ') || std::string_view("/\\:,~.").find(c) != std::string_view::npos;
      });
      require(usable, path + ".name",
              fmt::format("{}.name is \"{}\": a view's name holds no blank and none of / \\ : , ~ .", path, view.name));
      require(names.insert(view.name).second, path + ".name", fmt::format("two views are named \"{}\"", view.name));
      if (check_sources_) check_source(view, v, path);
    }
  }

  void check_source(const view_config& view, std::size_t v, const std::string& path) const {
    const auto& data = cfg_.data;
    const bool has_log = !data.events.empty() || !data.sequences.empty();
    if (!view.edges.empty()) return;  // check_edge_lists()
    require(has_log, path, fmt::format("view \"{}\" needs a log (data.events or data.sequences) or edges", view.name));
    if (v == 0) {
      require(view.table.empty() && (view.column.empty() || view.column == data.item), path + ".column",
              "the first view is the item view: its column is data.item, leave column and table out");
      return;
    }
    require(!view.column.empty(), path, fmt::format("view \"{}\" names no column", view.name));
    if (view.table.empty()) {
      require(!data.events.empty(), path + ".column",
              fmt::format("view \"{}\" names no table, and data.sequences has no columns", view.name));
      require(view.separator.empty(), path + ".separator",
              fmt::format("view \"{}\" sets a separator: only columns of a table may hold several values", view.name));
      return;
    }
    std::vector<std::string> files;
    for (const auto& table : data.tables) files.push_back(table.file);
    require(std::find(files.begin(), files.end(), view.table) != files.end(), path + ".table",
            fmt::format("view \"{}\" names table \"{}\", which [[data.tables]] does not list{}", view.name, view.table,
                        files.empty() ? "" : fmt::format("; it lists {}", fmt::join(files, ", "))));
  }

  void check_delimiter(const std::string& path, const std::string& delimiter) const {
    const bool usable =
        delimiter.empty() || (delimiter.size() == 1 && delimiter != "\"" && delimiter != "\n" && delimiter != "\r");
    require(
        usable, path,
        fmt::format("{} is \"{}\", it must be one character that is neither a quote nor a line end", path, delimiter));
  }

  void check_data() const {
    const data_config& d = cfg_.data;
    require(d.events.empty() || d.sequences.empty(), "data.sequences",
            "data.events and data.sequences are both set: the log comes from one of them");
    if (!d.events.empty()) {
      require(!d.item.empty(), "data.item", "data.item does not name the item column");
      require(!d.user.empty() || !d.session.empty(), "data.user", "neither data.user nor data.session names a column");
      require(d.min_dwell_seconds == 0 || !d.dwell.empty(), "data.min_dwell_seconds",
              "data.min_dwell_seconds is set, but data.dwell names no column");
      require(d.event_type.empty() || !d.event_weights.empty(), "data.event_type",
              "data.event_type names a column, but [data.event_weights] gives no weight");
    }
    require(d.event_weights.empty() || !d.event_type.empty(), "data.event_weights",
            "data.event_weights is set, but data.event_type names no column");
    check_delimiter("data.delimiter", d.delimiter);
    std::set<std::string> files;
    for (std::size_t t = 0; t < d.tables.size(); ++t) {
      const std::string path = fmt::format("data.tables.{}", t);
      require(!d.tables[t].file.empty(), path + ".file", path + ".file is empty");
      check_delimiter(path + ".delimiter", d.tables[t].delimiter);
      require(!d.tables[t].key.empty(), path + ".key", path + ".key is empty: it names the table's column of item ids");
      require(files.insert(d.tables[t].file).second, path + ".file",
              fmt::format("table \"{}\" is listed twice", d.tables[t].file));
    }
    require(cfg_.split.kind != split_kind::time || !d.time.empty(), "split.kind",
            "split.kind is \"time\", but data.time names no column");
  }

  void check_links() const {
    std::set<std::pair<std::string, std::string>> seen;
    for (std::size_t l = 0; l < cfg_.links.size(); ++l) {
      const link_config& link = cfg_.links[l];
      const std::string path = fmt::format("links.{}", l);
      for (const auto& [key, name] : {std::pair{".from", link.from}, std::pair{".to", link.to}}) {
        require(!name.empty(), path + key, path + key + " names no view");
        require_view(name, path + key);
      }
      check_edge_link(cfg_.views[find_view(link.from)], cfg_.views[find_view(link.to)], path, places_);
      require(link.from != link.to, path + ".to", fmt::format("{} links view \"{}\" to itself", path, link.from));
      require(seen.emplace(link.from, link.to).second, path,
              fmt::format("\"{}\" and \"{}\" are linked twice", link.from, link.to));
    }
  }

  void check_train() const {
    const train_config& t = cfg_.train;
    require(t.min_learning_rate <= t.learning_rate, "train.min_learning_rate",
            fmt::format("train.min_learning_rate is {}, it must be at most train.learning_rate ({})",
                        t.min_learning_rate, t.learning_rate));
    require(t.patience == 0 || cfg_.split.kind == split_kind::last, "train.patience",
            "train.patience needs validation queries: only split.kind = \"last\" holds some out");
    std::vector<std::string> tasks = view_names();
    for (const link_config& link : cfg_.links) tasks.push_back(link.from + '~' + link.to);
    for (const auto& [name, weight] : t.fixed_weights) {
      require(std::find(tasks.begin(), tasks.end(), name) != tasks.end(), "train.fixed_weights." + name,
              fmt::format("train.fixed_weights names \"{}\", which is no task; the tasks are {}", name,
                          fmt::join(tasks, ", ")));
    }
  }

  void check_eval() const {
    const eval_config& e = cfg_.eval;
    require(!e.k.empty(), "eval.k", "eval.k is empty, it must list at least one k");
    std::set<std::string> seen;
    for (const compose_part& part : e.compose) {
      require_view(part.view, "eval.compose");
      require(seen.insert(part.view).second, "eval.compose",
              fmt::format("eval.compose names view \"{}\" twice", part.view));
      const std::size_t v = find_view(part.view);
      require(v == 0 || cfg_.views[v].edges.empty() || share_nodes(cfg_.views[0], cfg_.views[v]), "eval.compose",
              fmt::format("eval.compose names view \"{}\", which comes from an edge list of other nodes than the first "
                          "view: no item is linked to it",
                          part.view));
    }
  }

  const config& cfg_;
  const key_places& places_;
  bool check_sources_ = true;
};

}  // namespace

void check(const config& cfg, const key_places& places, bool from_files) {
  range_checker ranges{places};
  describe(ranges, cfg);
  relation_checker(cfg, places, from_files).run();
}

}  // namespace config_keys

void validate(const config& cfg) { config_keys::check(cfg, {}, true); }

}  // namespace m2grl
