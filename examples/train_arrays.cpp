/// From arrays in memory to searchable vectors: Zachary's karate club, walked on and searched.
///
/// The 34 members of a karate club and their 78 friendships (Zachary, 1977); the club split in two, round its
/// instructor (1) and its president (34). Random walks over the friendships train one view.

#include <cstdio>
#include <m2grl/m2grl.hpp>
#include <vector>

namespace {

// Pairs of friends, members counted from 0.
const std::vector<m2grl::node_id> friends = {
    0,  1,  0,  2,  0,  3,  0,  4,  0,  5,  0,  6,  0,  7,  0,  8,  0,  10, 0,  11, 0,  12, 0,  13, 0,  17,
    0,  19, 0,  21, 0,  31, 1,  2,  1,  3,  1,  7,  1,  13, 1,  17, 1,  19, 1,  21, 1,  30, 2,  3,  2,  7,
    2,  8,  2,  9,  2,  13, 2,  27, 2,  28, 2,  32, 3,  7,  3,  12, 3,  13, 4,  6,  4,  10, 5,  6,  5,  10,
    5,  16, 6,  16, 8,  30, 8,  32, 8,  33, 9,  33, 13, 33, 14, 32, 14, 33, 15, 32, 15, 33, 18, 32, 18, 33,
    19, 33, 20, 32, 20, 33, 22, 32, 22, 33, 23, 25, 23, 27, 23, 29, 23, 32, 23, 33, 24, 25, 24, 27, 24, 31,
    25, 31, 26, 29, 26, 33, 27, 33, 28, 31, 28, 33, 29, 32, 29, 33, 30, 32, 30, 33, 31, 32, 31, 33, 32, 33};

}  // namespace

int main() {
  std::vector<m2grl::node_id> from, to;
  for (std::size_t i = 0; i < friends.size(); i += 2) {
    from.push_back(friends[i]);
    to.push_back(friends[i + 1]);
  }
  const m2grl::csr_graph graph = m2grl::build_edge_graph(from, to, {}, 34, /*directed=*/false);

  m2grl::view_input club;
  club.name = "member";
  club.nodes = graph.nodes();
  club.graph = &graph;
  club.source = m2grl::sequence_source::walks;
  club.walks.per_node = 20;

  m2grl::train_config cfg;
  cfg.dim = 16;
  cfg.epochs = 20;
  cfg.deterministic = true;
  const m2grl::train_result result = m2grl::train(cfg, {&club, 1});

  const m2grl::table& vectors = result.learned.views[0].input;
  const auto nearest = m2grl::search_top_k(vectors, vectors, 6, {}, m2grl::similarity::cosine);
  for (const m2grl::node_id member : {0u, 33u}) {
    std::printf("nearest to member %u:", member + 1);
    for (const auto& [id, score] : nearest[member]) {
      if (id != member) std::printf("  %u (%.2f)", id + 1, static_cast<double>(score));
    }
    std::printf("\n");
  }
}
