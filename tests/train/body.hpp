#pragma once
/// What the tests of the sequence trainer's body share: one case, trained by a vocabulary and by the reference.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "cpu/train_sequences.hpp"
#include "reference/sgns.hpp"
#include "support/guarded_rows.hpp"
#include "support/staged_vocabulary.hpp"
#include "train/samplers.hpp"

namespace body {

using m2grl::kernel::loss_tally;
using m2grl::kernel::sgns_options;

/// The CPU's vocabulary: a row is its own place in the table.
struct pointer_rows {
  static constexpr reference::staging staging = reference::staging::table;
  static loss_tally train(const m2grl::cpu::table_rows& in, const m2grl::cpu::table_rows& out, std::size_t,
                          std::uint32_t dim, const sgns_options& o, float rate, m2grl::ragged_ref sequences) {
    m2grl::cpu::vocabulary words(in, out, dim, rate, o.logit_limit);
    m2grl::kernel::trainer_arrays arrays;
    m2grl::kernel::sequence_trainer<m2grl::cpu::vocabulary> trainer(words, o, arrays);
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      trainer.run(sequences[s].data(), sequences[s].size(), s);
      words.end_sequence();
    }
    return words.tally();
  }
};

/// A worker of the CPU backend, which plans the next sequence while one trains.
struct worker_rows {
  static constexpr reference::staging staging = reference::staging::table;
  static loss_tally train(const m2grl::cpu::table_rows& in, const m2grl::cpu::table_rows& out, std::size_t,
                          std::uint32_t dim, const sgns_options& o, float rate, m2grl::ragged_ref sequences) {
    std::vector<m2grl::cpu::sequence_item> items;
    for (std::size_t s = 0; s < sequences.size(); ++s) items.push_back({sequences[s].data(), sequences[s].size(), s});
    m2grl::cpu::sequence_worker worker(in, out, dim, rate, o);
    worker.train(items);
    return worker.tally();
  }
};

/// The test vocabulary with one worker, which never meets a stale row.
struct staged_rows {
  static constexpr reference::staging staging = reference::staging::ring;
  static loss_tally train(const m2grl::cpu::table_rows& in, const m2grl::cpu::table_rows& out, std::size_t nodes,
                          std::uint32_t dim, const sgns_options& o, float rate, m2grl::ragged_ref sequences) {
    support::stale_rows inputs(in, nodes, dim), outputs(out, nodes, dim);
    return support::train_stale(inputs, outputs, o, dim, rate, 1, sequences);
  }
};

struct test_case {
  std::uint32_t dim = 32, negatives = 5, radius = 5, nodes = 40;
  bool past = false, shrunk = false, mask_contexts = false, adagrad = false, hot = false;
  double subsample = 0;
  float rate = 0.05f, logit_limit = m2grl::kernel::largest_logit;
  std::vector<std::size_t> lengths{33};
  std::uint64_t seed = 5;
};

/// Sequences, samplers, and the options that refer to them.
struct setting {
  m2grl::ragged sequences;
  std::vector<std::uint64_t> counts;
  m2grl::alias_table noise;
  std::vector<std::uint32_t> keep;
  sgns_options options;
};

/// Nodes by a Zipf-like draw, so that sequences repeat them (A-B-A and A-A included).
inline void make_sequences(const test_case& c, std::mt19937_64& random, setting& s) {
  s.counts.assign(c.nodes, 1);
  for (const std::size_t length : c.lengths) {
    for (std::size_t i = 0; i < length; ++i) {
      const auto id = static_cast<std::uint32_t>(random() % (1 + random() % c.nodes));
      s.sequences.ids.push_back(id);
      ++s.counts[id];
    }
    s.sequences.end_row();
  }
}

inline void make_setting(const test_case& c, std::mt19937_64& random, setting& s) {
  make_sequences(c, random, s);
  s.noise = m2grl::alias_table(m2grl::negative_probabilities(s.counts, m2grl::negative_sampler::unigram, 0.75));
  s.keep = m2grl::keep_thresholds(s.counts, c.subsample);
  s.options.seed = c.seed;
  s.options.task = 2;
  s.options.epoch = 3;
  s.options.radius = c.radius;
  s.options.negatives = c.negatives;
  s.options.past = c.past;
  s.options.shrunk = c.shrunk;
  s.options.mask_contexts = c.mask_contexts;
  s.options.logit_limit = c.logit_limit;
  s.options.sampler = s.noise.ref();
  s.options.keep = s.keep.empty() ? nullptr : s.keep.data();
}

/// Largest difference of any entry, relative to the largest value (at least 1).
inline double distance(support::guarded_rows& got, const reference::matrix& wanted) {
  double worst = 0, largest = 1;
  for (std::size_t r = 0; r < got.rows(); ++r) {
    for (std::size_t c = 0; c < got.dim(); ++c) {
      if (!std::isfinite(got[r][c])) return std::numeric_limits<double>::infinity();
      worst = std::max(worst, std::abs(static_cast<double>(got[r][c]) - wanted[r][c]));
      largest = std::max(largest, std::abs(wanted[r][c]));
    }
  }
  return worst / largest;
}

struct comparison {
  double input = 0, output = 0, squares = 0, loss = 0;  ///< distances from the reference
  std::uint64_t pairs = 0, expected_pairs = 0;
  bool intact = false;
};

inline double distance(const float* got, const reference::vector& wanted) {
  double worst = 0, largest = 1e-3;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - wanted[i]));
    largest = std::max(largest, std::abs(wanted[i]));
  }
  return worst / largest;
}

/// Trains every sequence of the case by the vocabulary and by the reference.
template <class Rows>
comparison compare(const test_case& c) {
  std::mt19937_64 random(c.seed);
  setting s;
  make_setting(c, random, s);
  support::guarded_rows in(c.nodes, c.dim), out(c.nodes, c.dim);
  in.randomise(random, 1 / std::sqrt(std::sqrt(c.dim)));
  out.randomise(random, 1 / std::sqrt(std::sqrt(c.dim)));
  reference::sgns_state expected(in.copy(), out.copy());
  expected.adagrad = c.adagrad;
  for (std::uint32_t i = 0; i < c.nodes; ++i) {
    in.factors()[i] = 1.0f / static_cast<float>(1 + i % 3);
    out.factors()[i] = 1.0f / static_cast<float>(1 + i % 4);
    if (!c.hot) continue;
    expected.input_factors[i] = static_cast<double>(in.factors()[i]);
    expected.output_factors[i] = static_cast<double>(out.factors()[i]);
  }
  comparison result;
  double loss = 0;
  for (std::size_t row = 0; row < s.sequences.size(); ++row) {
    const auto plan = reference::plan_sequence(s.options, s.sequences[row], row);
    for (const auto& centre : plan.centres) result.expected_pairs += centre.contexts.size();
    loss += reference::train_sequence(expected, plan, s.options, static_cast<double>(c.rate), Rows::staging);
  }
  const loss_tally tally = Rows::train(in.view(c.hot, c.adagrad), out.view(c.hot, c.adagrad), c.nodes, c.dim, s.options,
                                       c.rate, s.sequences);
  result.input = distance(in, expected.input);
  result.output = distance(out, expected.output);
  if (c.adagrad) {
    result.squares =
        std::max(distance(in.squares(), expected.input_squares), distance(out.squares(), expected.output_squares));
  }
  result.loss = std::abs(static_cast<double>(tally.loss) * m2grl::kernel::loss_unit - loss) / std::max(1.0, loss);
  result.pairs = tally.pairs;
  result.intact = in.intact() && out.intact() && !tally.non_finite;
  return result;
}

template <class Rows>
void check(const test_case& c, double tolerance = 1e-5) {
  CAPTURE(c.dim, c.negatives, c.radius, c.nodes, c.past, c.shrunk, c.mask_contexts, c.adagrad, c.hot, c.subsample,
          c.logit_limit);
  const comparison got = compare<Rows>(c);
  CHECK(got.input < tolerance);
  CHECK(got.output < tolerance);
  CHECK(got.squares < tolerance);
  CHECK(got.loss < tolerance);
  CHECK(got.pairs == got.expected_pairs);
  CHECK(got.intact);
}

}  // namespace body
