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

std::uint64_t checksum_of(const embeddings& start) {
  files::running_checksum sum;
  const auto add = [&](const table& t) { sum.add(t.data(), t.bytes()); };
  for (const view_tables& view : start.views) add(view.input), add(view.output);
  for (const relation& r : start.relations) {
    add(r.w_from), add(r.w_to);
    sum.add(&r.bias, sizeof(r.bias));
  }
  for (const task_state& task : start.tasks) sum.add(&task.log_variance, sizeof(task.log_variance));
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
  std::string section;
  for (std::string line; std::getline(text, line);) {
    if (line.rfind('[', 0) == 0) {
      section = line.substr(1, line.find(']') - 1);
    } else if (section.rfind("train", 0) == 0 && !line.empty() && !leaves_the_result(line)) {
      lines.push_back(fmt::format("{}.{}", section, line));
    }
  }
  return lines;
}

std::string key_of(const std::string& line) { return line.substr(0, line.find(" = ")); }

/// The line of a key among `lines`, else among the defaults; empty: it is in neither.
std::string line_with(const std::string& key, const std::vector<std::string>& lines,
                      const std::vector<std::string>& defaults) {
  for (const auto* among : {&lines, &defaults}) {
    for (const std::string& line : *among) {
      if (key_of(line) == key) return line;
    }
  }
  return {};
}

std::string differing_option(const std::vector<std::string>& kept, const std::vector<std::string>& now) {
  const std::vector<std::string> defaults = options_of(train_config{});
  std::vector<std::string> keys;
  for (const auto* lines : {&kept, &now}) {
    for (const std::string& line : *lines) keys.push_back(key_of(line));
  }
  for (const std::string& key : keys) {
    const std::string before = line_with(key, kept, defaults), after = line_with(key, now, defaults);
    if (before == after) continue;
    const auto text = [&](const std::string& line) { return line.empty() ? "no " + key : line; };
    return fmt::format("it was written with {}, this run has {}", text(before), text(after));
  }
  return {};
}

std::string line_of(const view_task& view) {
  const view_input& in = view.input;
  std::string line = fmt::format("view \"{}\": {} nodes of counts {:016x}, {} items, {} positions", view.name, in.nodes,
                                 checksum_of(std::span<const std::uint64_t>(view.counts)), view.items, view.positions);
  if (view.noise_counts != view.counts) {
    line += fmt::format(", noise of counts {:016x}", checksum_of(std::span<const std::uint64_t>(view.noise_counts)));
  }
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

run_description describe_run(const problem& p, const schedule& s) {
  run_description run;
  run.options = options_of(p.cfg);
  for (const view_task& view : p.views) run.inputs.push_back(line_of(view));
  for (const link_task& link : p.links) run.inputs.push_back(line_of(link));
  run.inputs.push_back(fmt::format("{} rounds an epoch", s.rounds_per_epoch()));
  if (p.start != nullptr) run.inputs.push_back(fmt::format("a start of {:016x}", checksum_of(*p.start)));
  return run;
}

std::string difference_of(const run_description& kept, const run_description& now) {
  if (auto option = differing_option(kept.options, now.options); !option.empty()) return option;
  const auto [a, b] = std::mismatch(kept.inputs.begin(), kept.inputs.end(), now.inputs.begin(), now.inputs.end());
  if (a == kept.inputs.end() && b == now.inputs.end()) return {};
  const auto text = [](auto line, auto end) { return line == end ? std::string("nothing more") : *line; };
  return fmt::format("it was written with {}, this run has {}", text(a, kept.inputs.end()), text(b, now.inputs.end()));
}

}  // namespace m2grl
