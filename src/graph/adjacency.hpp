#pragma once
/// From sorted edge keys to sorted rows.

#include <omp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "graph/edge_key.hpp"
#include "graph/large_buffer.hpp"
#include "m2grl/types.hpp"

namespace m2grl::graph_detail {

/// Rows of a graph with a weight beside each column; columns ascend within a row.
template <class Weight>
struct adjacency {
  std::vector<std::uint64_t> offsets;  ///< [nodes + 1]
  std::vector<node_id> columns;        ///< [edges]
  std::vector<Weight> weights;         ///< [edges]
};

/// A run of distinct keys after merging: keys[begin … begin + size), weights from `first_edge` on.
struct merged_piece {
  std::size_t begin = 0, end = 0;  ///< the sorted keys it was merged from
  std::size_t size = 0;
  std::size_t first_edge = 0;
};

/// Adds a weight. A sum that passes 32 bits becomes 0, no weight otherwise, and stays so: the check of the
/// row sums refuses it.
inline void add_weight(std::uint32_t& sum, std::uint32_t weight) noexcept {
  sum = sum == 0 || weight > std::numeric_limits<std::uint32_t>::max() - sum ? 0 : sum + weight;
}
inline void add_weight(double& sum, double weight) noexcept { sum += weight; }

/// Cuts the sorted keys into pieces, none of which splits a run of equal keys, and counts their distinct keys.
std::vector<merged_piece> cut_pieces(const std::uint64_t* keys, std::size_t size);

/// Number of distinct keys over all pieces.
inline std::size_t total_edges(const std::vector<merged_piece>& pieces) {
  return pieces.empty() ? 0 : pieces.back().first_edge + pieces.back().size;
}

/// Sums the weights of equal keys. Each piece's distinct keys move to its front, sums go to `weights`.
/// One fused pass: Thrust's reduce_by_key on OpenMP first writes flags, scans and scatters of every key.
template <class Weight, class WeightOf>
void merge_equal_keys(std::uint64_t* keys, WeightOf weight_of, const std::vector<merged_piece>& pieces,
                      Weight* weights) {
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    std::size_t edge = 0;
    for (std::size_t i = pieces[p].begin; i < pieces[p].end; ++edge) {
      const std::uint64_t key = keys[i];
      Weight sum = weight_of(i);
      for (++i; i < pieces[p].end && keys[i] == key; ++i) add_weight(sum, weight_of(i));
      keys[pieces[p].begin + edge] = key;
      weights[pieces[p].first_edge + edge] = sum;
    }
  }
}

/// offsets[u] … for keys whose rows are already in place: the first edge of a row closes every row before it.
void fill_directed_rows(const std::uint64_t* keys, const std::vector<merged_piece>& pieces, edge_key key,
                        std::size_t nodes, std::uint64_t* offsets, node_id* columns);

/// Row offsets where every key u → v, u ≤ v, stands for both directions; a self-loop is one entry.
void count_undirected_rows(const std::uint64_t* keys, const std::vector<merged_piece>& pieces, edge_key key,
                           std::size_t nodes, std::uint64_t* offsets);

/// Writes both directions of every key. The keys ascend and u ≤ v, so a row receives first its smaller
/// neighbours (as v), then the larger ones (as u), each ascending: no second sort. Each thread owns a range
/// of rows and reads every key.
template <class Weight>
void scatter_undirected(const std::uint64_t* keys, const std::vector<merged_piece>& pieces, edge_key key,
                        const Weight* sums, adjacency<Weight>& rows) {
  const std::size_t nodes = rows.offsets.size() - 1;
  large_buffer<std::uint64_t> cursor(nodes);
#pragma omp parallel
  {
    // Ranges of rows with about the same number of edges.
    const auto threads = static_cast<std::uint64_t>(omp_get_num_threads());
    const auto rank = static_cast<std::uint64_t>(omp_get_thread_num());
    const auto boundary = [&](std::uint64_t t) {
      const std::uint64_t edge = rows.offsets.back() / threads * t;
      return t == threads ? nodes
                          : static_cast<std::size_t>(std::lower_bound(rows.offsets.begin(), rows.offsets.end(), edge) -
                                                     rows.offsets.begin());
    };
    const std::size_t first = std::min(boundary(rank), nodes), last = std::min(boundary(rank + 1), nodes);
    std::copy(rows.offsets.begin() + static_cast<std::ptrdiff_t>(first),
              rows.offsets.begin() + static_cast<std::ptrdiff_t>(last), cursor.data() + first);
    for (const merged_piece& piece : pieces) {
      for (std::size_t i = 0; i < piece.size; ++i) {
        const node_id u = key.from(keys[piece.begin + i]), v = key.to(keys[piece.begin + i]);
        if (v - first < last - first && u != v) {
          const std::uint64_t e = cursor[v]++;
          rows.columns[e] = u;
          rows.weights[e] = sums[piece.first_edge + i];
        }
        if (u - first < last - first) {
          const std::uint64_t e = cursor[u]++;
          rows.columns[e] = v;
          rows.weights[e] = sums[piece.first_edge + i];
        }
      }
    }
  }
}

/// Sorted keys and their weights to rows; frees `keys` as soon as they are not needed.
template <class Weight, class WeightOf>
adjacency<Weight> make_rows(large_buffer<std::uint64_t>& keys, std::size_t size, WeightOf weight_of, edge_key key,
                            std::size_t nodes, bool directed) {
  const std::vector<merged_piece> pieces = cut_pieces(keys.data(), size);
  const std::size_t edges = total_edges(pieces);
  adjacency<Weight> rows;
  rows.offsets = make_large_vector<std::uint64_t>(nodes + 1);
  if (directed) {
    rows.weights = make_large_vector<Weight>(edges);
    merge_equal_keys(keys.data(), weight_of, pieces, rows.weights.data());
    rows.columns = make_large_vector<node_id>(edges);
    fill_directed_rows(keys.data(), pieces, key, nodes, rows.offsets.data(), rows.columns.data());
  } else {
    large_buffer<Weight> sums(edges);
    merge_equal_keys(keys.data(), weight_of, pieces, sums.data());
    count_undirected_rows(keys.data(), pieces, key, nodes, rows.offsets.data());
    rows.columns = make_large_vector<node_id>(rows.offsets.back());
    rows.weights = make_large_vector<Weight>(rows.offsets.back());
    scatter_undirected(keys.data(), pieces, key, sums.data(), rows);
  }
  keys.release();
  return rows;
}

}  // namespace m2grl::graph_detail
