#include "graph/adjacency.hpp"

#include <atomic>

namespace m2grl::graph_detail {

std::vector<merged_piece> cut_pieces(const std::uint64_t* keys, std::size_t size) {
  constexpr std::size_t smallest_piece = 4096;
  const auto threads = static_cast<std::size_t>(omp_get_max_threads());
  const std::size_t wanted = std::clamp<std::size_t>(size / smallest_piece, 1, 4 * threads);
  std::vector<merged_piece> pieces(wanted);
  for (std::size_t p = 0, begin = 0; p < wanted; ++p) {
    std::size_t end = p + 1 == wanted ? size : std::max(begin, size / wanted * (p + 1));
    while (end > begin && end < size && keys[end] == keys[end - 1]) ++end;
    pieces[p].begin = begin;
    pieces[p].end = begin = end;
  }
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t p = 0; p < wanted; ++p) {
    std::size_t distinct = pieces[p].begin < pieces[p].end ? 1 : 0;
    for (std::size_t i = pieces[p].begin + 1; i < pieces[p].end; ++i) distinct += keys[i] != keys[i - 1] ? 1 : 0;
    pieces[p].size = distinct;
  }
  for (std::size_t p = 1; p < wanted; ++p) pieces[p].first_edge = pieces[p - 1].first_edge + pieces[p - 1].size;
  return pieces;
}

void fill_directed_rows(const std::uint64_t* keys, const std::vector<merged_piece>& pieces, edge_key key,
                        std::size_t nodes, std::uint64_t* offsets, node_id* columns) {
  // The last row that has an edge before each piece begins.
  std::vector<std::int64_t> row_before(pieces.size() + 1, -1);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    row_before[p + 1] = pieces[p].size == 0 ? row_before[p] : key.from(keys[pieces[p].begin + pieces[p].size - 1]);
  }
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    std::int64_t row = row_before[p];
    for (std::size_t i = 0; i < pieces[p].size; ++i) {
      const std::uint64_t k = keys[pieces[p].begin + i];
      const std::uint64_t edge = pieces[p].first_edge + i;
      columns[edge] = key.to(k);
      for (const std::int64_t u = key.from(k); row < u;) offsets[++row] = edge;
    }
  }
  const std::uint64_t edges = total_edges(pieces);
  for (auto row = static_cast<std::size_t>(row_before.back() + 1); row <= nodes; ++row) offsets[row] = edges;
}

void count_undirected_rows(const std::uint64_t* keys, const std::vector<merged_piece>& pieces, edge_key key,
                           std::size_t nodes, std::uint64_t* offsets) {
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    for (std::size_t i = 0; i < pieces[p].size; ++i) {
      const std::uint64_t k = keys[pieces[p].begin + i];
      const node_id u = key.from(k), v = key.to(k);
      std::atomic_ref(offsets[u + std::size_t{1}]).fetch_add(1, std::memory_order_relaxed);
      if (u != v) std::atomic_ref(offsets[v + std::size_t{1}]).fetch_add(1, std::memory_order_relaxed);
    }
  }
  for (std::size_t u = 0; u < nodes; ++u) offsets[u + 1] += offsets[u];
}

}  // namespace m2grl::graph_detail
