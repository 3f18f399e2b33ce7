#include "sgns_reference.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "cpu/train_sequences.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"
#include "train/samplers.hpp"

namespace m2grl::bench {
namespace {

constexpr std::uint32_t nodes = 60;

struct setting {
  std::uint32_t dim, radius, negatives, length;
  bool shrunk, past;
};

using rows = std::vector<std::vector<double>>;

rows copy(const table& t) {
  rows out;
  for (std::size_t r = 0; r < t.rows(); ++r) out.emplace_back(t[r].begin(), t[r].end());
  return out;
}

double softplus(double z) { return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); }

/// One centre: every value is read before any is written. Returns the loss.
double reference_centre(rows& in, rows& out, const std::vector<std::uint32_t>& contexts,
                        const std::vector<std::uint32_t>& outputs, double rate) {
  const rows in_before = in, out_before = out;
  double loss = 0;
  for (const std::uint32_t x : contexts) {
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (k > 0 && outputs[k] == outputs[0]) continue;
      double z = 0;
      for (std::size_t c = 0; c < in[x].size(); ++c) z += in_before[x][c] * out_before[outputs[k]][c];
      loss += softplus(k == 0 ? -z : z);
      const double g = rate * ((k == 0 ? 1 : 0) - 1 / (1 + std::exp(-z)));
      for (std::size_t c = 0; c < in[x].size(); ++c) {
        in[x][c] += g * out_before[outputs[k]][c];
        out[outputs[k]][c] += g * in_before[x][c];
      }
    }
  }
  return loss;
}

/// The centre and its negatives at place `i`, from the documented counters: two negatives a block.
std::vector<std::uint32_t> drawn_outputs(const kernel::sgns_options& o, std::uint64_t row, std::uint32_t i,
                                         std::uint32_t id) {
  const kernel::random_stream stream(o.seed, o.task, o.epoch, row, kernel::purpose::negatives);
  std::vector<std::uint32_t> outputs{id};
  for (std::uint32_t k = 0; k < o.negatives; ++k) {
    const auto block = stream.block(i * ((o.negatives + 1) / 2) + k / 2);
    outputs.push_back(o.sampler(block.word[2 * (k % 2)], block.word[2 * (k % 2) + 1]));
  }
  return outputs;
}

double reference_loss(rows& in, rows& out, const ragged& sequences, const kernel::sgns_options& o, double rate) {
  double loss = 0;
  for (std::size_t row = 0; row < sequences.size(); ++row) {
    const auto ids = sequences[row];
    for (std::uint32_t i = 0; i < ids.size(); ++i) {
      const kernel::random_stream windows(o.seed, o.task, o.epoch, row, kernel::purpose::window);
      const std::uint32_t radius = o.shrunk ? 1 + kernel::mulhi(windows.word(i), o.radius) : o.radius;
      std::vector<std::uint32_t> contexts;
      for (std::uint32_t j = 0; j < ids.size(); ++j) {
        const bool near = j < i ? i - j <= radius : j > i && !o.past && j - i <= radius;
        if (near) contexts.push_back(ids[j]);
      }
      loss += reference_centre(in, out, contexts, drawn_outputs(o, row, i, ids[i]), rate);
    }
  }
  return loss;
}

double largest_difference(const table& t, const rows& expected) {
  double worst = 0;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    for (std::size_t c = 0; c < t.dim(); ++c) {
      const double difference = std::abs(static_cast<double>(t[r][c]) - expected[r][c]);
      if (!(difference <= worst)) worst = difference;  // NaN too
    }
  }
  return worst;
}

void validate(const setting& s) {
  const ragged sequences = random_sequences(200, s.length, nodes, skew::zipf);
  const alias_table noise = alias_table::uniform(nodes);
  kernel::sgns_options o;
  o.seed = 5;
  o.radius = s.radius;
  o.negatives = s.negatives;
  o.shrunk = s.shrunk;
  o.past = s.past;
  o.sampler = noise.ref();
  table input(nodes, s.dim), output(nodes, s.dim);
  for (std::uint32_t r = 0; r < nodes; ++r) {
    for (std::uint32_t c = 0; c < s.dim; ++c) {
      input[r][c] = static_cast<float>(synthetic_stream(6, r).word(c)) / 4294967296.0f - 0.5f;
      output[r][c] = (static_cast<float>(synthetic_stream(7, r).word(c)) / 4294967296.0f - 0.5f) / 4;
    }
  }
  rows in = copy(input), out = copy(output);
  constexpr float rate = 0.01f;
  const double expected = reference_loss(in, out, sequences, o, static_cast<double>(rate));
  cpu::sequence_worker worker({input.data(), input.stride()}, {output.data(), output.stride()}, s.dim, rate, o);
  for (std::size_t row = 0; row < sequences.size(); ++row) {
    const cpu::sequence_item item{sequences[row].data(), sequences[row].size(), row};
    worker.train({&item, 1});  // one at a time: the order that the reference has
  }
  const double loss = static_cast<double>(worker.tally().loss) * kernel::loss_unit;
  const std::string what = fmt::format("dim {}, radius {}, K {}, length {}", s.dim, s.radius, s.negatives, s.length);
  check(std::abs(loss - expected) <= 1e-4 * expected, fmt::format("{}: loss {}, not {}", what, loss, expected));
  for (const double worst : {largest_difference(input, in), largest_difference(output, out)}) {
    check(worst <= 1e-5, fmt::format("{}: a table differs by {} from the double-precision loop", what, worst));
  }
}

}  // namespace

void validate_against_reference() {
  for (const setting& s : {setting{128, 5, 5, 40, false, false},
                           {128, 5, 5, 8, true, true},
                           {100, 5, 5, 33, true, false},
                           {16, 1, 1, 2, false, false},
                           {48, 3, 7, 17, false, true},
                           {32, 16, 12, 40, false, false}}) {
    validate(s);
  }
}

}  // namespace m2grl::bench
