#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "cpu/worker_team.hpp"

using m2grl::cpu::team_member;
using m2grl::cpu::worker_team;

TEST_CASE("every member runs once, and shares cover the work without overlap") {
  for (const std::size_t size : {1u, 2u, 3u, 8u}) {
    worker_team team(size);
    REQUIRE(team.size() == size);
    for (const std::size_t asked : {1u, 2u, 5u, 100u}) {
      for (const std::size_t n : {0u, 1u, 7u, 1000u}) {
        std::vector<std::atomic<int>> done(n);
        std::atomic<std::size_t> members{0}, told{0};  // Catch2's CHECK is for one thread
        team.run(asked, [&](team_member me) {
          told = me.workers;
          ++members;
          const auto [first, last] = me.share(n);
          for (std::size_t i = first; i < last; ++i) ++done[i];
        });
        CHECK(members == std::min(asked, size));
        CHECK(told == members);
        for (const auto& count : done) CHECK(count == 1);
      }
    }
  }
}

TEST_CASE("what a run wrote is seen by the next, many times over") {
  worker_team team(4);
  std::vector<std::size_t> sums(4, 0);  // plain: each run reads what another member wrote in the one before
  for (std::size_t round = 0; round < 5000; ++round) {
    team.run(4, [&](team_member me) { sums[(me.worker + round) % 4] += round; });
  }
  for (const std::size_t sum : sums) CHECK(sum == 4999 * 5000 / 2);
}

TEST_CASE("the first member's exception comes out, and the team goes on") {
  worker_team team(3);
  const auto fail = [](team_member me) {
    if (me.worker > 0) throw std::runtime_error("member " + std::to_string(me.worker));
  };
  CHECK_THROWS_WITH(team.run(3, fail), "member 1");
  CHECK_THROWS_WITH(team.run(1, [](team_member) { throw std::runtime_error("alone"); }), "alone");
  std::atomic<int> ran{0};
  team.run(3, [&](team_member) { ++ran; });
  CHECK(ran == 3);
}
