/// A user's program: trains one view on sequences in memory and searches it. Exit code 0: neighbours are as planted.
#include <m2grl/m2grl.hpp>
#include <random>

int main() {
  std::mt19937 random(1);
  m2grl::ragged sequences;  // within two halves of ten nodes that never meet
  for (m2grl::node_id s = 0; s < 400; ++s) {
    for (m2grl::node_id i = 0; i < 12; ++i)
      sequences.ids.push_back(10 * (s % 2) + static_cast<m2grl::node_id>(random() % 10));
    sequences.end_row();
  }
  m2grl::view_input view;
  view.name = "item";
  view.nodes = 20;
  view.sequences = sequences;

  m2grl::train_config cfg;
  cfg.dim = 16;
  cfg.epochs = 20;
  cfg.deterministic = true;
  const m2grl::train_result trained = m2grl::train(cfg, {&view, 1});
  const m2grl::table& vectors = trained.learned.views[0].input;
  const auto nearest = m2grl::search_top_k(vectors, vectors, 10, {}, m2grl::similarity::cosine);
  for (m2grl::node_id node = 0; node < 20; ++node) {
    for (const auto& found : nearest[node]) {
      if (found.id / 10 != node / 10) return 1;
    }
  }
}
