#include "report/categories.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "m2grl/metric.hpp"

namespace m2grl::report {
namespace {

const link_data* link_to(const model& m, std::size_t view) {
  const auto found = std::find_if(m.links.begin(), m.links.end(),
                                  [&](const link_data& link) { return link.from == 0 && link.to == view; });
  return found == m.links.end() ? nullptr : &*found;
}

/// Of each node of a view, the category of most of the items that are linked to it; of equals the lowest.
std::vector<node_id> by_items(const link_data& link, std::size_t nodes, const std::vector<node_id>& of_item) {
  std::vector<std::map<node_id, std::uint64_t>> tallies(nodes);
  for (std::size_t item = 0; item < link.targets.size(); ++item) {
    if (of_item[item] == no_node) continue;
    for (const node_id node : link.targets[item]) ++tallies[node][of_item[item]];
  }
  std::vector<node_id> main;
  for (const auto& tally : tallies) {
    const auto most =
        std::max_element(tally.begin(), tally.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    main.push_back(most == tally.end() ? no_node : most->first);
  }
  return main;
}

void find_largest(categories& found, std::size_t nodes, std::size_t most) {
  std::vector<std::uint64_t> items(nodes);
  for (const node_id category : found.main.front()) {
    if (category != no_node) ++items[category];
  }
  found.largest.resize(nodes);
  std::iota(found.largest.begin(), found.largest.end(), 0u);
  std::stable_sort(found.largest.begin(), found.largest.end(),
                   [&](node_id a, node_id b) { return items[a] > items[b]; });
  found.largest.resize(std::min(nodes, most));
  for (const node_id category : found.largest) found.items.push_back(items[category]);
}

}  // namespace

std::optional<categories> categories_of(const model& m, std::size_t most) {
  const bool linked =
      std::any_of(m.links.begin(), m.links.end(), [](const link_data& link) { return link.from == 0 && link.to != 0; });
  if (!linked) return std::nullopt;
  const std::string name = category_view(m, m.metric ? m.metric->options.view : "");
  categories found;
  while (m.views[found.view].name != name) ++found.view;
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    const std::size_t nodes = m.views[v].ids.size();
    std::vector<node_id> main(nodes, no_node);
    if (v == 0) {
      main = main_nodes(m, name);
    } else if (v == found.view) {
      std::iota(main.begin(), main.end(), 0u);
    } else if (const link_data* link = link_to(m, v)) {
      main = by_items(*link, nodes, found.main.front());
    }
    found.main.push_back(std::move(main));
  }
  find_largest(found, m.views[found.view].ids.size(), most);
  return found;
}

}  // namespace m2grl::report
