#include <algorithm>
#include <unordered_map>

#include "ingest/block_reader.hpp"
#include "ingest/unknown_names.hpp"
#include "m2grl/error.hpp"
#include "m2grl/node_classification.hpp"

namespace m2grl {
namespace {

using namespace ingest;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// The next word of a line, which is cut off; empty at its end.
std::string_view next_word(std::string_view& line) {
  const auto begin = std::find_if_not(line.begin(), line.end(), is_blank);
  const auto end = std::find_if(begin, line.end(), is_blank);
  const std::string_view word(begin, end);
  line = std::string_view(end, line.end());
  return word;
}

class label_reader {
 public:
  explicit label_reader(const vocabulary& nodes) : nodes_(nodes) {}

  void add(std::string_view line) {
    std::string_view rest = line;
    const std::string_view node = next_word(rest), label = next_word(rest), more = next_word(rest);
    if (node.empty()) return;
    if (label.empty()) throw parse_fault{line.data(), "the line has no label after the node"};
    if (!more.empty()) throw parse_fault{more.data(), "a third word: a line is \"node label\""};
    ++found_.lines;
    const node_id id = nodes_.find(node);
    if (id == no_node) {
      ++found_.unknown_lines;
      return note_unknown(found_.unknown, node);
    }
    const auto [known, fresh] =
        numbers_.try_emplace(std::string(label), static_cast<std::uint32_t>(found_.names.size()));
    if (fresh) found_.names.emplace_back(label);
    pairs_.emplace_back(id, known->second);
  }

  node_labels take() {
    std::sort(pairs_.begin(), pairs_.end());
    pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
    for (const auto& [node, label] : pairs_) {
      if (found_.nodes.empty() || found_.nodes.back() != node) {
        if (!found_.nodes.empty()) found_.of_node.end_row();
        found_.nodes.push_back(node);
      }
      found_.of_node.ids.push_back(label);
    }
    if (!found_.nodes.empty()) found_.of_node.end_row();
    return std::move(found_);
  }

 private:
  const vocabulary& nodes_;
  node_labels found_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::pair<node_id, std::uint32_t>> pairs_;
};

}  // namespace

node_labels read_labels(const vocabulary& nodes, const std::string& file, const std::filesystem::path& root) {
  block_reader reader(text_source(root, file), '\0');
  label_reader labels(nodes);
  (void)parse_blocks<int>(reader, 1, [&](std::size_t, const text_block& block) {
    for_each_line(block, [&](std::string_view line) { labels.add(line); });
    return 0;
  });
  node_labels found = labels.take();
  if (!found.nodes.empty()) return found;
  throw invalid_input({reader.name()}, found.lines == 0 ? "there are no labels"
                                                        : "no labelled node is known to the model: all lines are "
                                                          "left out");
}

}  // namespace m2grl
