#include "m2grl/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ingest/block_reader.hpp"
#include "ingest/find_link.hpp"
#include "ingest/unknown_names.hpp"
#include "m2grl/error.hpp"
#include "m2grl/recommend.hpp"

namespace m2grl {

node_selection::node_selection(const model& m, std::size_t view)
    : model_(m), view_(view), never_(m.views.at(view).ids.size(), 0) {}

std::vector<node_id> node_selection::linked(std::size_t other, std::string_view value) const {
  const model_view& view = model_.views[other];
  const node_id target = view.ids.find(value);
  if (target == no_node) throw invalid_input(fmt::format("view \"{}\" has no node \"{}\"", view.name, value));
  if (other == view_) return {target};
  const link_data* link = find_link(model_.links, view_, other);
  if (link == nullptr) {
    throw invalid_input(fmt::format("view \"{}\" is not linked to view \"{}\"", model_.views[view_].name, view.name));
  }
  std::vector<node_id> nodes;
  for (node_id node = 0; node < link->targets.size(); ++node) {
    const auto targets = link->targets[node];
    if (std::find(targets.begin(), targets.end(), target) != targets.end()) nodes.push_back(node);
  }
  return nodes;
}

void node_selection::only(std::string_view other, std::string_view value) {
  const std::size_t view = view_index(model_, other);
  const auto nodes = linked(view, value);
  auto found = std::find_if(only_.begin(), only_.end(), [&](const allowed& a) { return a.view == view; });
  if (found == only_.end()) {
    only_.push_back({view, std::vector<std::uint8_t>(never_.size(), 0)});
    found = std::prev(only_.end());
  }
  for (const node_id node : nodes) found->nodes[node] = 1;
}

void node_selection::never(std::string_view other, std::string_view value) {
  never(linked(view_index(model_, other), value));
}

void node_selection::never(std::span<const node_id> ids) {
  any_never_ = true;
  for (const node_id id : ids) {
    if (id >= never_.size()) {
      const model_view& view = model_.views[view_];
      throw invalid_input(fmt::format("{} is no node of view \"{}\", which has {}", id, view.name, never_.size()));
    }
    never_[id] = 1;
  }
}

std::vector<node_id> node_selection::flags() const {
  std::vector<node_id> flags(never_.size());
  for (std::size_t node = 0; node < flags.size(); ++node) {
    flags[node] = never_[node] == 0 &&
                  std::all_of(only_.begin(), only_.end(), [&](const allowed& a) { return a.nodes[node] != 0; });
  }
  return flags;
}

flag_filter::flag_filter(const node_selection& selection) {
  if (selection.everything()) return;
  flags_ = selection.flags();
  selected_.ids = {1};
  selected_.end_row();
  filters_.push_back({flags_, selected_, category_filter::rule::only});
}

namespace {

void add_node(std::string_view line, const vocabulary& ids, listed_nodes& list) {
  if (line.empty()) return;
  ++list.lines;
  if (const node_id id = ids.find(line); id != no_node) return list.nodes.push_back(id);
  ++list.unknown_lines;
  ingest::note_unknown(list.unknown, line);
}

}  // namespace

listed_nodes read_nodes(const vocabulary& ids, const std::string& file) {
  ingest::block_reader reader(ingest::text_source({}, file), '\0');
  listed_nodes list;
  (void)ingest::parse_blocks<int>(reader, 1, [&](std::size_t, const ingest::text_block& block) {
    ingest::for_each_line(block, [&](std::string_view line) { add_node(line, ids, list); });
    return 0;
  });
  return list;
}

}  // namespace m2grl
