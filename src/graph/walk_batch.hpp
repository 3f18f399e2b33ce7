#pragma once
/// Many walks at once on one thread, each read of the graph prefetched while the other walks advance. The steps
/// are those of kernel::draw_step, bit for bit: only the order of the reads differs.

#include <cstdint>

#include "m2grl/kernel/walk.hpp"

namespace m2grl::graph_detail {

inline constexpr std::uint32_t most_walkers = 64;

class walk_batch {
 public:
  walk_batch(const kernel::csr_ref& graph, const kernel::walk_options& options, std::uint32_t length)
      : graph_(graph), options_(options), length_(length) {}

  /// As walker::generate().
  void walk(std::uint32_t epoch, std::uint64_t first, std::uint32_t count, std::uint32_t* out, std::uint32_t* lengths);

 private:
  /// What a walk waits for.
  enum class stage : std::uint8_t {
    propose,  // the row's total: then an edge is drawn
    search,   // a prefix sum: which edge is it
    inspect,  // the edge's column: accepted?
    near,     // a column of t's row: is t → x an edge
    done,
  };
  struct walk_state {
    std::uint64_t begin, end;        // the row of the node that it is at
    std::uint64_t t_begin, t_end;    // the row of the node before
    std::uint64_t low, high, probe;  // a search: the answer lies in [low, high]; at its end, the edge
    std::uint64_t edge;              // proposed, while t's row is searched
    std::uint32_t at, before;
    std::uint32_t drawn, coin, attempt, x;
    std::uint32_t draws[4];  // of first-order steps, or of two attempts
    kernel::random_stream stream;
    stage waits_for;
  };

  void start(std::uint32_t epoch, std::uint64_t first, std::uint32_t count, std::uint32_t* out, std::uint32_t* lengths);
  std::uint32_t enter_rows(std::uint32_t alive);
  void first_order(std::uint32_t step, std::uint32_t alive);
  void second_order(std::uint32_t step, std::uint32_t alive);
  void follow_edges(std::uint32_t alive, std::uint32_t* out, std::uint32_t* lengths);

  void draw_edge(walk_state& w, std::uint32_t draw);
  [[nodiscard]] bool find_edge(walk_state& w) const;
  [[nodiscard]] bool find_column(walk_state& w, bool& found) const;
  void propose(walk_state& w, std::uint32_t step);
  void inspect(walk_state& w, std::uint32_t step);
  void resolve(walk_state& w, std::uint32_t step, bool accepted);
  void advance(walk_state& w, std::uint32_t step);

  kernel::csr_ref graph_;
  const kernel::walk_options& options_;
  std::uint32_t length_;
  walk_state walks_[most_walkers];
  std::uint8_t alive_[most_walkers], active_[most_walkers];
};

}  // namespace m2grl::graph_detail
