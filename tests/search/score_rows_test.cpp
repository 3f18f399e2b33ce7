#include "search/score_rows.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace m2grl;

TEST_CASE("selection agrees with sorting for every k") {
  std::mt19937 random(8);
  for (int round = 0; round < 300; ++round) {
    std::vector<float> scores(random() % 70);
    for (float& s : scores) s = random() % 5 == 0 ? excluded_score : static_cast<float>(random() % 12);
    std::vector<node_id> all;
    for (node_id i = 0; i < scores.size(); ++i) {
      if (!std::isnan(scores[i])) all.push_back(i);
    }
    std::stable_sort(all.begin(), all.end(), [&](node_id a, node_id b) { return scores[a] > scores[b]; });
    const std::uint32_t k = static_cast<std::uint32_t>(random() % 75);
    all.resize(std::min<std::size_t>(all.size(), k));
    std::vector<node_id> best{99};
    select_top_k(scores, k, best);
    REQUIRE(best == all);
  }
}
