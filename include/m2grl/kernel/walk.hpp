#pragma once
/// The body of a random walk: uniform, weighted, or node2vec (Grover and Leskovec, KDD 2016) by rejection.
/// Integer decisions only, so that every backend walks the same steps.

#include <cstdint>

#include "m2grl/kernel/host_device.hpp"
#include "m2grl/kernel/philox.hpp"

namespace m2grl::kernel {

/// Trivially copyable view of a csr_graph.
struct csr_ref {
  const std::uint64_t* offsets = nullptr;
  const std::uint32_t* columns = nullptr;
  const std::uint32_t* cumulative = nullptr;
  std::uint32_t nodes = 0;
};

inline constexpr std::uint32_t most_rejections = 64;

/// How steps are chosen. node2vec weighs an edge u → x, coming from t, by 1/p if x = t, 1 if t → x is an edge,
/// 1/q otherwise; here as 24-bit integers relative to the largest of the three.
struct walk_options {
  std::uint64_t seed = 0;
  std::uint32_t task = 0;
  bool weighted = true;  ///< first-order weights; else uniform
  bool second_order = false;
  std::uint32_t bias_return = 1u << 24, bias_near = 1u << 24, bias_far = 1u << 24;
};

/// First edge of row [begin, end) whose inclusive prefix sum exceeds `drawn`.
M2GRL_HOST_DEVICE inline std::uint64_t find_edge(const csr_ref& g, std::uint64_t begin, std::uint64_t end,
                                                 std::uint32_t drawn) {
  while (begin + 1 < end) {
    const std::uint64_t middle = begin + (end - begin) / 2;
    if (g.cumulative[middle - 1] > drawn) {
      end = middle;
    } else {
      begin = middle;
    }
  }
  return begin;
}

/// Is t → x an edge? Columns ascend.
M2GRL_HOST_DEVICE inline bool has_edge(const csr_ref& g, std::uint32_t t, std::uint32_t x) {
  std::uint64_t low = g.offsets[t], high = g.offsets[t + 1];
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (g.columns[middle] < x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < g.offsets[t + 1] && g.columns[low] == x;
}

/// One edge of u's row by its first-order weight. The row is not empty. Where every weight is 1 the edge needs no
/// search.
M2GRL_HOST_DEVICE inline std::uint64_t draw_edge(const csr_ref& g, const walk_options& o, std::uint32_t u,
                                                 std::uint32_t draw) {
  const std::uint64_t begin = g.offsets[u], end = g.offsets[u + 1];
  const auto degree = static_cast<std::uint32_t>(end - begin);
  const std::uint32_t total = o.weighted ? g.cumulative[end - 1] : degree;
  const std::uint32_t drawn = mulhi(draw, total);
  return total == degree ? begin + drawn : find_edge(g, begin, end, drawn);
}

M2GRL_HOST_DEVICE inline std::uint32_t bias_of(const csr_ref& g, const walk_options& o, std::uint32_t t,
                                               std::uint32_t x) {
  return x == t ? o.bias_return : has_edge(g, t, x) ? o.bias_near : o.bias_far;
}

/// An exact draw over u's row: weights times biases, in 64-bit sums (weights < 2^32, biases ≤ 2^24).
M2GRL_HOST_DEVICE inline std::uint64_t draw_exactly(const csr_ref& g, const walk_options& o, std::uint32_t u,
                                                    std::uint32_t t, philox_block block) {
  const std::uint64_t begin = g.offsets[u], end = g.offsets[u + 1];
  const auto weight = [&](std::uint64_t e) -> std::uint64_t {
    const std::uint64_t first = o.weighted ? g.cumulative[e] - (e == begin ? 0 : g.cumulative[e - 1]) : 1;
    return first * bias_of(g, o, t, g.columns[e]);
  };
  std::uint64_t total = 0;
  for (std::uint64_t e = begin; e < end; ++e) total += weight(e);
  if (total == 0) return draw_edge(g, o, u, block.word[0]);
  std::uint64_t left = ((static_cast<std::uint64_t>(block.word[0]) << 32) | block.word[1]) % total;
  std::uint64_t e = begin;
  for (; e + 1 < end; ++e) {
    const std::uint64_t w = weight(e);
    if (left < w) break;
    left -= w;
  }
  return e;
}

/// What a proposal's coin decides before its edge is known to close a triangle or not.
enum class verdict : std::uint8_t { accept, reject, depends };

/// A coin below the smallest bias accepts whatever is proposed. Otherwise x = t decides by itself, and a coin
/// beyond the near and the far bias rejects all else; only between the two it matters whether t → x is an edge.
M2GRL_HOST_DEVICE inline verdict judge(const walk_options& o, std::uint32_t coin, bool returns) {
  if (returns) return coin < o.bias_return ? verdict::accept : verdict::reject;
  if (coin < o.bias_near && coin < o.bias_far) return verdict::accept;
  return coin < o.bias_near || coin < o.bias_far ? verdict::depends : verdict::reject;
}

/// Block of the walk's stream that holds attempt a of step s: two attempts a block, words 2·(a mod 2) to propose
/// and the next one to accept. The last block of a step is the exact draw's.
inline constexpr std::uint32_t blocks_per_step = most_rejections / 2 + 1;
M2GRL_HOST_DEVICE inline std::uint32_t attempt_block(std::uint32_t step, std::uint32_t attempt) {
  return step * blocks_per_step + attempt / 2;
}

/// A second-order step from u, coming from t.
M2GRL_HOST_DEVICE inline std::uint64_t draw_second_order(const csr_ref& g, const walk_options& o,
                                                         const random_stream& stream, std::uint32_t step,
                                                         std::uint32_t u, std::uint32_t t) {
  for (std::uint32_t a = 0; a < most_rejections; a += 2) {
    const philox_block block = stream.block(attempt_block(step, a));
    M2GRL_DEVICE_UNROLL
    for (std::uint32_t first = 0; first < 4; first += 2) {
      const std::uint64_t edge = draw_edge(g, o, u, block.word[first]);
      const std::uint32_t coin = block.word[first + 1] >> 8, x = g.columns[edge];
      verdict v = judge(o, coin, x == t);
      if (v == verdict::depends) v = coin < bias_of(g, o, t, x) ? verdict::accept : verdict::reject;
      if (v == verdict::accept) return edge;
    }
  }
  return draw_exactly(g, o, u, t, stream.block(attempt_block(step, most_rejections)));
}

/// Step number `step` (from 1) of a walk at u that came from t. u has a neighbour. First-order steps take
/// word step % 4 of block step / 4.
M2GRL_HOST_DEVICE inline std::uint64_t draw_step(const csr_ref& g, const walk_options& o, const random_stream& stream,
                                                 std::uint32_t step, std::uint32_t u, std::uint32_t t) {
  if (o.second_order) {
    if (step == 1) return draw_edge(g, o, u, stream.block(0).word[0]);
    return draw_second_order(g, o, stream, step, u, t);
  }
  return draw_edge(g, o, u, stream.block(step / 4).word[step % 4]);
}

}  // namespace m2grl::kernel
