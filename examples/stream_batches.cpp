/// Sequences as they arrive: your program has the loop and the tables, m2grl takes the SGNS steps.
///
/// The batches stand for a queue of sessions: nodes on a circle of 500, each session a walk to near neighbours. After
/// half of the stream 100 nodes join that nobody knew before; the tables grow and the loop goes on.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <m2grl/m2grl.hpp>
#include <random>

namespace {

constexpr std::size_t dim = 32, sessions = 256, length = 8;

/// What arrives: `sessions` walks on a circle of so many nodes.
m2grl::ragged next_batch(std::mt19937& random, std::uint32_t nodes) {
  m2grl::ragged batch;
  for (std::size_t s = 0; s < sessions; ++s) {
    std::uint32_t at = random() % nodes;
    for (std::size_t i = 0; i < length; ++i) {
      batch.ids.push_back(at);
      at = (at + 1 + random() % 3) % nodes;
    }
    batch.end_row();
  }
  return batch;
}

/// Of so many rows: the first ones as they were, the others small and uneven.
m2grl::table grown(const m2grl::table& old, std::size_t rows, std::mt19937& random) {
  m2grl::table t(rows, dim);
  std::uniform_real_distribution<float> small(-0.5f / dim, 0.5f / dim);
  for (std::size_t r = 0; r < rows; ++r) {
    if (r < old.rows()) {
      std::copy(old[r].begin(), old[r].end(), t[r].begin());
    } else {
      std::generate(t[r].begin(), t[r].end(), [&] { return small(random); });
    }
  }
  return t;
}

}  // namespace

int main() {
  std::mt19937 random(1);
  m2grl::train_config cfg;
  cfg.dim = dim;
  cfg.window = 2;
  m2grl::table input, output;
  std::uint32_t nodes = 0;
  for (const std::uint32_t known : {500u, 600u}) {
    input = grown(input, known, random);
    output = grown(output, known, random);
    nodes = known;
    const std::vector<std::uint64_t> counts(nodes, 1);  // all alike; else as often as each was seen
    cfg.seed = known;                                   // other draws than before the tables grew
    m2grl::host_sgns sgns(cfg, input, output, counts, sessions);
    m2grl::sgns_totals totals;
    for (int step = 0; step < 400; ++step) totals = sgns.train(next_batch(random, nodes), 0.05f);
    std::printf("%u nodes: loss %.3f of %llu pairs in the last batch\n", nodes, totals.loss,
                static_cast<unsigned long long>(totals.pairs));
  }
  const auto nearest = m2grl::search_top_k(input, input, 4, {}, m2grl::similarity::cosine);
  std::size_t near = 0;  // of the three neighbours of each node, how many are at most 4 steps away
  for (std::uint32_t node = 0; node < nodes; ++node) {
    for (const auto& [id, score] : nearest[node]) {
      const std::uint32_t apart = std::min((id + nodes - node) % nodes, (node + nodes - id) % nodes);
      near += apart >= 1 && apart <= 4;
    }
  }
  std::printf("%.0f %% of the neighbours are near\n", 100.0 * static_cast<double>(near) / (3.0 * nodes));
  return near > 2 * nodes ? 0 : 1;
}
