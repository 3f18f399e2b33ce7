#include "graph/walk_batch.hpp"

#include <algorithm>

namespace m2grl::graph_detail {
namespace {

/// The 16 entries of a cache line; a search that stays within one need not wait.
bool same_line(const std::uint32_t* entries, std::uint64_t a, std::uint64_t b) {
  return reinterpret_cast<std::uintptr_t>(entries + a) / 64 == reinterpret_cast<std::uintptr_t>(entries + b) / 64;
}

}  // namespace

void walk_batch::walk(std::uint32_t epoch, std::uint64_t first, std::uint32_t count, std::uint32_t* out,
                      std::uint32_t* lengths) {
  start(epoch, first, count, out, lengths);
  for (std::uint32_t step = 1; step < length_ && count > 0; ++step) {
    count = enter_rows(count);
    if (options_.second_order && step > 1) {
      second_order(step, count);
    } else {
      first_order(step, count);
    }
    follow_edges(count, out, lengths);
  }
}

void walk_batch::start(std::uint32_t epoch, std::uint64_t first, std::uint32_t count, std::uint32_t* out,
                       std::uint32_t* lengths) {
  for (std::uint32_t i = 0; i < count; ++i) {
    walk_state& w = walks_[i];
    w.stream = kernel::random_stream(options_.seed, options_.task, epoch, first + i, kernel::purpose::walk);
    w.at = w.before = static_cast<std::uint32_t>((first + i) % graph_.nodes);
    w.begin = w.end = 0;
    __builtin_prefetch(&graph_.offsets[w.at]);
    out[std::size_t{i} * length_] = w.at;
    lengths[i] = 1;
    alive_[i] = static_cast<std::uint8_t>(i);
  }
}

/// Reads the row of every walk; those at a dead end stop.
std::uint32_t walk_batch::enter_rows(std::uint32_t alive) {
  std::uint32_t left = 0;
  for (std::uint32_t i = 0; i < alive; ++i) {
    walk_state& w = walks_[alive_[i]];
    w.t_begin = w.begin;
    w.t_end = w.end;
    w.begin = graph_.offsets[w.at];
    w.end = graph_.offsets[w.at + 1];
    if (w.begin == w.end) continue;
    if (options_.weighted) __builtin_prefetch(&graph_.cumulative[w.end - 1]);
    alive_[left++] = alive_[i];
  }
  return left;
}

/// One word a step: of block 0 of a second-order walk, else of blocks that serve four steps.
void walk_batch::first_order(std::uint32_t step, std::uint32_t alive) {
  const bool fresh = step == 1 || step % 4 == 0;
  std::uint32_t active = 0;
  for (std::uint32_t i = 0; i < alive; ++i) {
    walk_state& w = walks_[alive_[i]];
    if (fresh) {
      const kernel::philox_block block = w.stream.block(step / 4);
      std::copy_n(block.word, 4, w.draws);
    }
    draw_edge(w, w.draws[options_.second_order ? 0 : step % 4]);
    if (w.waits_for == stage::search) active_[active++] = alive_[i];
  }
  while (active > 0) {
    std::uint32_t left = 0;
    for (std::uint32_t i = 0; i < active; ++i) {
      if (!find_edge(walks_[active_[i]])) active_[left++] = active_[i];
    }
    active = left;
  }
}

/// The walks go round until each has accepted an edge.
void walk_batch::second_order(std::uint32_t step, std::uint32_t alive) {
  std::uint32_t active = alive;
  std::copy_n(alive_, alive, active_);
  for (std::uint32_t i = 0; i < alive; ++i) {
    walks_[alive_[i]].attempt = 0;
    walks_[alive_[i]].waits_for = stage::propose;
  }
  while (active > 0) {
    std::uint32_t left = 0;
    for (std::uint32_t i = 0; i < active; ++i) {
      walk_state& w = walks_[active_[i]];
      advance(w, step);
      active_[left] = active_[i];
      left += w.waits_for != stage::done ? 1 : 0;
    }
    active = left;
  }
}

void walk_batch::follow_edges(std::uint32_t alive, std::uint32_t* out, std::uint32_t* lengths) {
  for (std::uint32_t i = 0; i < alive; ++i) {
    const std::uint32_t number = alive_[i];
    walk_state& w = walks_[number];
    w.before = w.at;
    w.at = graph_.columns[w.probe];
    __builtin_prefetch(&graph_.offsets[w.at]);
    out[std::size_t{number} * length_ + lengths[number]++] = w.at;
  }
}

/// Draws an edge of the row. Uniform rows need no search, and where the weights are alike the edge lies near its
/// share of the row: the search begins there.
void walk_batch::draw_edge(walk_state& w, std::uint32_t draw) {
  const auto degree = static_cast<std::uint32_t>(w.end - w.begin);
  const std::uint32_t total = options_.weighted ? graph_.cumulative[w.end - 1] : degree;
  w.drawn = kernel::mulhi(draw, total);
  if (total == degree) {  // every weight is 1
    w.probe = w.begin + w.drawn;
    w.waits_for = stage::inspect;
    __builtin_prefetch(&graph_.columns[w.probe]);
    return;
  }
  w.low = w.begin;
  w.high = w.end - 1;
  w.probe = w.begin + static_cast<std::uint64_t>(w.drawn) * degree / total;
  w.waits_for = stage::search;
  __builtin_prefetch(&graph_.cumulative[w.probe]);
}

/// Goes on with the search for the first prefix sum beyond `drawn`, as far as the cache line goes. True at its end.
bool walk_batch::find_edge(walk_state& w) const {
  for (std::uint64_t reach = 4;; reach *= 4) {
    const std::uint64_t probed = w.probe;
    const bool beyond = graph_.cumulative[probed] > w.drawn;
    w.high = beyond ? probed : w.high;
    w.low = beyond ? w.low : probed + 1;
    if (w.low == w.high) {
      w.probe = w.low;
      w.waits_for = stage::inspect;
      __builtin_prefetch(&graph_.columns[w.probe]);
      return true;
    }
    const std::uint64_t middle = w.low + (w.high - w.low) / 2;
    w.probe = beyond ? std::max(middle, w.high > reach ? w.high - reach : 0) : std::min(middle, w.low + reach - 1);
    if (!same_line(graph_.cumulative, probed, w.probe)) {
      __builtin_prefetch(&graph_.cumulative[w.probe]);
      return false;
    }
  }
}

/// Goes on with the search for x in t's row. True at its end.
bool walk_batch::find_column(walk_state& w, bool& found) const {
  for (;;) {
    if (w.low == w.high) {
      found = w.low < w.t_end && graph_.columns[w.low] == w.x;
      return true;
    }
    const std::uint64_t middle = w.low + (w.high - w.low) / 2;
    if (!same_line(graph_.columns, w.probe, middle)) {
      w.probe = middle;
      __builtin_prefetch(&graph_.columns[middle]);
      return false;
    }
    const bool below = graph_.columns[middle] < w.x;
    w.low = below ? middle + 1 : w.low;
    w.high = below ? w.high : middle;
  }
}

void walk_batch::propose(walk_state& w, std::uint32_t step) {
  if (w.attempt == kernel::most_rejections) {
    w.probe =
        kernel::draw_exactly(graph_, options_, w.at, w.before, w.stream.block(kernel::attempt_block(step, w.attempt)));
    w.waits_for = stage::done;
    return;
  }
  if (w.attempt % 2 == 0) {
    const kernel::philox_block block = w.stream.block(kernel::attempt_block(step, w.attempt));
    std::copy_n(block.word, 4, w.draws);
  }
  const std::uint32_t* words = w.draws + (w.attempt % 2 == 0 ? 0 : 2);
  w.coin = words[1] >> 8;
  draw_edge(w, words[0]);
}

void walk_batch::resolve(walk_state& w, std::uint32_t step, bool accepted) {
  if (accepted) {
    w.waits_for = stage::done;
    return;
  }
  ++w.attempt;
  propose(w, step);
}

void walk_batch::inspect(walk_state& w, std::uint32_t step) {
  w.x = graph_.columns[w.probe];
  const kernel::verdict v = kernel::judge(options_, w.coin, w.x == w.before);
  if (v != kernel::verdict::depends) {
    resolve(w, step, v == kernel::verdict::accept);
    return;
  }
  w.edge = w.probe;
  w.low = w.t_begin;
  w.high = w.t_end;
  w.probe = w.low + (w.high - w.low) / 2;
  w.waits_for = stage::near;
  __builtin_prefetch(&graph_.columns[w.probe]);
}

void walk_batch::advance(walk_state& w, std::uint32_t step) {
  switch (w.waits_for) {
    case stage::propose: propose(w, step); break;
    case stage::search: (void)find_edge(w); break;
    case stage::inspect: inspect(w, step); break;
    case stage::near: {
      bool is_near = false;
      if (!find_column(w, is_near)) break;
      w.probe = w.edge;
      resolve(w, step, w.coin < (is_near ? options_.bias_near : options_.bias_far));
      break;
    }
    case stage::done: break;
  }
}

}  // namespace m2grl::graph_detail
