/// From arrays in memory to searchable vectors: Zachary's karate club, walked on and searched.
///
/// The 34 members of a karate club and their 78 friendships (Zachary, 1977); the club split in two, round its
/// instructor (1) and its president (34). Random walks over the friendships train one view.

#include <cstdio>
#include <m2grl/m2grl.hpp>
#include <vector>

#include "karate_club.hpp"

int main() {
  std::vector<m2grl::node_id> from, to;
  using karate_club::friends;
  for (std::size_t i = 0; i < friends.size(); i += 2) {
    from.push_back(friends[i]);
    to.push_back(friends[i + 1]);
  }
  const m2grl::csr_graph graph = m2grl::build_edge_graph(from, to, {}, karate_club::members, /*directed=*/false);

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
  std::size_t strangers = 0;
  for (const m2grl::node_id member : {0u, 33u}) {
    std::printf("nearest to member %u:", member + 1);
    for (const auto& [id, score] : nearest[member]) {
      if (id == member) continue;
      std::printf("  %u (%.2f)", id + 1, static_cast<double>(score));
      strangers += karate_club::with_instructor(id) != karate_club::with_instructor(member);
    }
    std::printf("\n");
  }
  return strangers <= 2 ? 0 : 1;  // of ten
}
