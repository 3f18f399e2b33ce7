#include "search/check_graph.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace m2grl::search {
namespace {

constexpr std::uint64_t most_neighbours = 512;  ///< as index_options

/// The numbers that begin the file, in hnswlib's order.
struct graph_sizes {
  std::uint64_t first = 0, most_nodes = 0, nodes = 0, node_bytes = 0, label_at = 0, vector_at = 0;
  std::int32_t top_level = 0;
  std::uint32_t entry = 0;
  std::uint64_t links = 0, lowest_links = 0, neighbours = 0;
  double level_scale = 0;
  std::uint64_t build_width = 0;
};
static_assert(sizeof(graph_sizes) == 96);

/// Nodes follow the sizes: links of the lowest level, vector, label. Behind them, for each node, u32 bytes and the
/// links of its other levels. A list of links: u16 count, u16 marks, u32 ids.
class graph_checker {
 public:
  graph_checker(std::string_view image, std::size_t rows, std::size_t stride)
      : image_(image), rows_(rows), vector_bytes_(stride * sizeof(float)) {}

  std::string fault() {
    if (image_.size() < sizeof sizes_) return "it is cut short";
    std::memcpy(&sizes_, image_.data(), sizeof sizes_);
    if (!sizes_fit()) return "its sizes do not fit together";
    if (std::string fault = find_levels(); !fault.empty()) return fault;
    std::vector<bool> seen(rows_, false);
    for (std::size_t node = 0; node < rows_; ++node) {
      const auto label = at<std::uint64_t>(node_at(node) + sizes_.label_at);
      if (label >= rows_ || seen[label]) return fmt::format("its node {} stands for row {}", node, label);
      seen[label] = true;
      if (std::string fault = fault_of_links(node); !fault.empty()) return fault;
    }
    return {};
  }

 private:
  template <class Value>
  [[nodiscard]] Value at(std::size_t place) const {
    Value value;
    std::memcpy(&value, image_.data() + place, sizeof value);
    return value;
  }
  [[nodiscard]] std::size_t node_at(std::size_t node) const { return sizeof sizes_ + node * sizes_.node_bytes; }
  [[nodiscard]] static std::uint64_t list_bytes(std::uint64_t links) { return 4 + 4 * links; }

  [[nodiscard]] bool sizes_fit() const {
    const graph_sizes& s = sizes_;
    if (s.neighbours < 2 || s.neighbours > most_neighbours) return false;
    const std::uint64_t begin = list_bytes(s.lowest_links);
    return s.links == s.neighbours && s.lowest_links == 2 * s.neighbours && s.first == 0 && s.nodes == rows_ &&
           s.most_nodes == rows_ && s.vector_at == begin && s.label_at == begin + vector_bytes_ &&
           s.node_bytes == s.label_at + 8 && s.entry < rows_ && s.top_level >= 0 &&
           rows_ <= (image_.size() - sizeof s) / (s.node_bytes + 4);
  }

  /// Where each node's other levels lie, and that nothing follows the last.
  std::string find_levels() {
    const std::uint64_t list = list_bytes(sizes_.links);
    std::size_t place = node_at(rows_);
    lists_.reserve(rows_);
    for (std::size_t node = 0; node < rows_; ++node) {
      if (image_.size() - place < 4) return "it is cut short";
      const auto bytes = at<std::uint32_t>(place);
      place += 4;
      if (bytes % list != 0 || bytes / list > static_cast<std::uint64_t>(sizes_.top_level)) {
        return fmt::format("its node {} has {} bytes of links", node, bytes);
      }
      if (image_.size() - place < bytes) return "it is cut short";
      lists_.push_back({place, static_cast<std::uint32_t>(bytes / list)});
      place += bytes;
    }
    if (place != image_.size()) return fmt::format("{} bytes follow its last node", image_.size() - place);
    const bool top = lists_[sizes_.entry].levels == static_cast<std::uint64_t>(sizes_.top_level);
    return top ? "" : fmt::format("its entry, node {}, does not reach level {}", sizes_.entry, sizes_.top_level);
  }

  [[nodiscard]] std::string fault_of_links(std::size_t node) const {
    if (std::string fault = fault_of_list(node, 0, node_at(node), sizes_.lowest_links); !fault.empty()) return fault;
    for (std::uint32_t level = 1; level <= lists_[node].levels; ++level) {
      const std::size_t place = lists_[node].place + (level - 1) * list_bytes(sizes_.links);
      if (std::string fault = fault_of_list(node, level, place, sizes_.links); !fault.empty()) return fault;
    }
    return {};
  }

  [[nodiscard]] std::string fault_of_list(std::size_t node, std::uint32_t level, std::size_t place,
                                          std::uint64_t most) const {
    const auto count = at<std::uint16_t>(place), marks = at<std::uint16_t>(place + 2);
    if (count > most || marks != 0) return fmt::format("its node {} has {} links on level {}", node, count, level);
    for (std::size_t i = 0; i < count; ++i) {
      const auto to = at<std::uint32_t>(place + 4 + 4 * i);
      if (to >= rows_ || lists_[to].levels < level) {
        return fmt::format("its node {} leads to {} on level {}", node, to, level);
      }
    }
    return {};
  }

  /// The links of a node's levels but the lowest.
  struct upper_lists {
    std::size_t place = 0;
    std::uint32_t levels = 0;
  };

  std::string_view image_;
  std::size_t rows_;
  std::uint64_t vector_bytes_;
  graph_sizes sizes_{};
  std::vector<upper_lists> lists_;
};

}  // namespace

std::string fault_of_graph(std::string_view image, std::size_t rows, std::size_t stride) {
  return graph_checker(image, rows, stride).fault();
}

}  // namespace m2grl::search
