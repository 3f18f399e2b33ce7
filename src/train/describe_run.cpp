#include "train/describe_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "config/keys.hpp"
#include "model/files.hpp"

namespace m2grl {
namespace {

template <class T>
std::uint64_t checksum_of(std::span<const T> values) {
  files::running_checksum sum;
  sum.add(values.data(), values.size_bytes());
  return sum.value();
}

/// Options that only say where, how often, or by how many workers.
bool leaves_the_result(const std::string& line) {
  static const char* const keys[] = {"threads =", "checkpoint_seconds =", "checkpoint_steps ="};
  return std::any_of(std::begin(keys), std::end(keys), [&](const char* key) { return line.rfind(key, 0) == 0; });
}

std::vector<std::string> options_of(const train_config& cfg) {
  config whole;
  whole.train = cfg;
  std::istringstream text(to_toml(whole));
  std::vector<std::string> lines;
  bool within = false;
  for (std::string line; std::getline(text, line);) {
    if (line.rfind('[', 0) == 0) within = line.rfind("[train", 0) == 0;
    if (within && !line.empty() && !leaves_the_result(line)) lines.push_back(line);
  }
  return lines;
}

std::string line_of(const view_task& view) {
  const view_input& in = view.input;
  std::string line = fmt::format("view \"{}\": {} nodes of counts {:016x}, {} items, {} positions", view.name, in.nodes,
                                 checksum_of(std::span<const std::uint64_t>(view.counts)), view.items, view.positions);
  if (in.sequences_in == memory_kind::host) {
    line +=
        fmt::format(", sequences {:016x} {:016x}", checksum_of(in.sequences.offsets), checksum_of(in.sequences.ids));
  }
  if (in.source == sequence_source::walks) {
    line += fmt::format(", walks of kind {}, {} a node, length {}, p {}, q {}", static_cast<int>(in.walks.kind),
                        in.walks.per_node, in.walks.length, in.walks.p, in.walks.q);
    if (in.graph != nullptr) line += fmt::format(", graph {:016x}", checksum_of(std::span(in.graph->columns)));
  }
  return line;
}

std::string line_of(const link_task& link) {
  const link_config& o = link.input.options;
  return fmt::format("link \"{}\": {} pairs, links {:016x} {:016x}, projection {}, relation_dim {}, shared {}, bias {}",
                     link.name, link.items, checksum_of(link.input.targets.offsets),
                     checksum_of(link.input.targets.ids), static_cast<int>(o.projection), o.relation_dim, o.shared,
                     o.bias);
}

}  // namespace

std::vector<std::string> describe_run(const problem& p, const schedule& s) {
  std::vector<std::string> lines = options_of(p.cfg);
  for (const view_task& view : p.views) lines.push_back(line_of(view));
  for (const link_task& link : p.links) lines.push_back(line_of(link));
  lines.push_back(fmt::format("{} rounds an epoch", s.rounds_per_epoch()));
  return lines;
}

std::string difference_of(const std::vector<std::string>& kept, const std::vector<std::string>& now) {
  const auto [a, b] = std::mismatch(kept.begin(), kept.end(), now.begin(), now.end());
  if (a == kept.end() && b == now.end()) return {};
  const auto text = [](auto line, auto end) { return line == end ? std::string("nothing more") : *line; };
  return fmt::format("it was written with {}, this run has {}", text(a, kept.end()), text(b, now.end()));
}

}  // namespace m2grl
