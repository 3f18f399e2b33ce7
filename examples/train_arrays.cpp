/// From arrays in memory to searchable vectors: Zachary's karate club, walked on and searched.
///
/// The 34 members of a karate club and their 78 friendships (Zachary, 1977); the club split in two, round its
/// instructor (1) and its president (34). Random walks over the friendships train one view.

#include <cstdio>
#include <m2grl/m2grl.hpp>
#include <vector>

namespace {

// Friends u-v, both counted from 1: u's row lists v > u.
const std::vector<std::vector<m2grl::node_id>> friends_of = {{2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32},
                                                             {3, 4, 8, 14, 18, 20, 22, 31},
                                                             {4, 8, 9, 10, 14, 28, 29, 33},
                                                             {8, 13, 14},
                                                             {7, 11},
                                                             {7, 11, 17},
                                                             {17},
                                                             {},
                                                             {31, 33, 34},
                                                             {34},
                                                             {},
                                                             {},
                                                             {},
                                                             {34},
                                                             {33, 34},
                                                             {33, 34},
                                                             {},
                                                             {},
                                                             {33, 34},
                                                             {34},
                                                             {33, 34},
                                                             {},
                                                             {33, 34},
                                                             {26, 28, 30, 33, 34},
                                                             {26, 28, 32},
                                                             {32},
                                                             {30, 34},
                                                             {34},
                                                             {32, 34},
                                                             {33, 34},
                                                             {33, 34},
                                                             {33, 34},
                                                             {34},
                                                             {}};

}  // namespace

int main() {
  std::vector<m2grl::node_id> from, to;
  for (m2grl::node_id u = 0; u < friends_of.size(); ++u) {
    for (const m2grl::node_id v : friends_of[u]) {
      from.push_back(u);
      to.push_back(v - 1);
    }
  }
  const m2grl::csr_graph graph = m2grl::build_edge_graph(from, to, {}, friends_of.size(), /*directed=*/false);

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
