#include "ingest/edge_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "config/edge_lists.hpp"
#include "ingest/edge_file.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

/// The edges of one view; nodes are numbers of its set.
struct view_edges {
  std::size_t view = 0;
  std::vector<node_id> from, to;
  std::vector<double> weight;  ///< empty: 1 each
  [[nodiscard]] double weight_of(std::size_t i) const { return weight.empty() ? 1 : weight[i]; }
};

/// The nodes of several views, numbered as they come.
class node_set {
 public:
  /// Number of a file's node.
  node_id number(const edge_file& file, node_id node) {
    const node_id id = ids_.find_or_insert(file.nodes.key(node), file.nodes.text(node), next_++);
    if (id == names_.size()) names_.push_back(file.nodes.name(node));
    return id;
  }
  /// Gives a name that has none the next number.
  void add(const std::string& name) {
    const std::uint64_t key = make_key(name);
    const bool is_number = (key & text_key_bit) == 0;
    (void)ids_.find_or_insert(key, is_number ? std::string_view() : name, next_++);
    names_.push_back(name);
  }
  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  [[nodiscard]] const std::string& name(node_id id) const { return names_[id]; }

 private:
  id_table ids_;
  std::vector<std::string> names_;
  std::uint64_t next_ = 0;
};

std::string type_list(const edge_file& file) {
  constexpr node_id most = 10;
  std::vector<std::string> names;
  const auto count = static_cast<node_id>(file.types.size());
  for (node_id t = 0; t < std::min(count, most); ++t) names.push_back(fmt::format("\"{}\"", file.types.name(t)));
  return fmt::format("{}{}", fmt::join(names, ", "), count > most ? fmt::format(" and {} more", count - most) : "");
}

/// For each type of the file, the places in `edges` that take it; one row, for all edges, where there is no type.
std::vector<std::vector<std::size_t>> takers_of(const edge_file& file, const config& cfg, const std::string& path,
                                                const std::vector<view_edges>& edges) {
  std::vector<std::vector<std::size_t>> takers(std::max<std::size_t>(1, file.types.size()));
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const view_config& view = cfg.views[edges[e].view];
    if (view.edges != path) continue;
    bool found = false;
    for (node_id t = 0; t < takers.size(); ++t) {
      if (!view.edge_type.empty() && file.types.name(t) != view.edge_type) continue;
      takers[t].push_back(e);
      found = true;
    }
    if (!found) {
      throw invalid_input({file.name}, fmt::format("view \"{}\" asks for edges of type \"{}\"; the types are {}",
                                                   view.name, view.edge_type, type_list(file)));
    }
  }
  return takers;
}

/// Hands a file's edges out to the views that take them; returns how many none took.
std::uint64_t take_edges(const edge_file& file, const std::vector<std::vector<std::size_t>>& takers, node_set& nodes,
                         std::vector<view_edges>& edges) {
  std::uint64_t unused = 0;
  std::vector<node_id> number(file.nodes.size(), no_node);
  const auto number_of = [&](node_id node) {
    if (number[node] == no_node) number[node] = nodes.number(file, node);
    return number[node];
  };
  for (std::size_t i = 0; i < file.size(); ++i) {
    const auto& taken_by = takers[file.type.empty() ? 0 : file.type[i]];
    unused += taken_by.empty() ? 1 : 0;
    for (const std::size_t e : taken_by) {
      edges[e].from.push_back(number_of(file.from[i]));
      edges[e].to.push_back(number_of(file.to[i]));
      if (!file.weight.empty()) edges[e].weight.push_back(file.weight[i]);
    }
  }
  return unused;
}

std::vector<double> degrees(const view_edges& edges, std::size_t nodes) {
  std::vector<double> degree(nodes, 0);
  for (std::size_t i = 0; i < edges.from.size(); ++i) {
    degree[edges.from[i]] += edges.weight_of(i);
    degree[edges.to[i]] += edges.weight_of(i);
  }
  return degree;
}

std::uint64_t count_of(double degree) {
  constexpr double most = 9e18;  // < 2^63
  return degree == 0 ? 0 : static_cast<std::uint64_t>(std::llround(std::clamp(degree, 1.0, most)));
}

/// Numbers the nodes of a set, but for the `known` first, anew by their degree in all its views, and builds the views.
void finish_set(const config& cfg, const node_set& nodes, std::size_t known, std::vector<view_edges>& edges,
                edge_views& out) {
  const std::size_t n = nodes.size();
  std::vector<std::vector<double>> degree;
  std::vector<double> total(n, 0);
  for (const view_edges& e : edges) {
    degree.push_back(degrees(e, n));
    for (std::size_t i = 0; i < n; ++i) total[i] += degree.back()[i];
  }
  std::vector<node_id> order(n), place(n);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin() + static_cast<std::ptrdiff_t>(known), order.end(),
                   [&](node_id a, node_id b) { return total[a] > total[b]; });
  for (std::size_t i = 0; i < n; ++i) place[order[i]] = static_cast<node_id>(i);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    std::vector<std::string> names;
    std::vector<std::uint64_t> counts;
    for (const node_id node : order) {
      names.push_back(nodes.name(node));
      counts.push_back(count_of(degree[e][node]));
    }
    for (node_id& node : edges[e].from) node = place[node];
    for (node_id& node : edges[e].to) node = place[node];
    const view_config& view = cfg.views[edges[e].view];
    view_data& built = out.views[edges[e].view];
    built.name = view.name;
    built.ids = vocabulary(std::move(names), std::move(counts));
    built.graph = build_edge_graph(edges[e].from, edges[e].to, edges[e].weight, n, view.directed);
    edges[e] = {};
  }
}

edge_columns columns_of(const config& cfg) {
  edge_columns columns = parse_edge_columns(cfg.data.edge_columns);
  for (const view_config& view : cfg.views) {
    if (view.edges.empty() || view.edge_type.empty() || columns.type != no_column) continue;
    throw invalid_input(
        fmt::format("view \"{}\" asks for edges of type \"{}\", but data.edge_columns names no type column", view.name,
                    view.edge_type));
  }
  return columns;
}

}  // namespace

edge_views read_edge_views(const config& cfg, const load_options& options, std::size_t workers,
                           std::size_t block_bytes) {
  const edge_file_options how{columns_of(cfg), {}, workers, block_bytes};
  edge_views out;
  out.views.resize(cfg.views.size());
  std::vector<bool> done(cfg.views.size(), false);
  for (std::size_t first = 0; first < cfg.views.size(); ++first) {
    if (cfg.views[first].edges.empty() || done[first]) continue;
    std::vector<view_edges> edges;
    std::vector<std::string> files;  // of the set, each once
    const vocabulary* known = nullptr;
    for (std::size_t v = first; v < cfg.views.size(); ++v) {
      if (!share_nodes(cfg.views[first], cfg.views[v])) continue;
      done[v] = true;
      edges.push_back({v, {}, {}, {}});
      if (known == nullptr) known = known_ids(options, cfg.views[v].name);
      if (std::find(files.begin(), files.end(), cfg.views[v].edges) == files.end()) files.push_back(cfg.views[v].edges);
    }
    node_set nodes;
    if (known != nullptr) {
      for (const std::string& name : known->names()) nodes.add(name);
    }
    const std::size_t before = nodes.size();
    for (const std::string& path : files) {
      const edge_file file = read_edge_file(cfg.data.root, path, how);
      out.edges += file.size();
      out.unused += take_edges(file, takers_of(file, cfg, path, edges), nodes, edges);
    }
    finish_set(cfg, nodes, before, edges, out);
  }
  return out;
}

link_data link_nodes(const view_data& from, const view_data& to) {
  link_data link;
  link.targets.offsets.reserve(from.ids.size() + 1);
  for (node_id node = 0; node < from.ids.size(); ++node) {
    if (to.ids.counts()[node] > 0) {
      link.targets.ids.push_back(node);
      link.counts.push_back(1);
    }
    link.targets.end_row();
  }
  return link;
}

}  // namespace m2grl::ingest
