/// The main() of every program of tests: Catch2's implementation is compiled here alone.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdio>

#include "support/missing.hpp"

[[gnu::weak]] std::string m2grl::test::missing() { return {}; }

int main(int argc, char** argv) {
  if (const std::string what = m2grl::test::missing(); !what.empty()) {
    std::printf("skipped: %s\n", what.c_str());
    return 77;
  }
  return Catch::Session().run(argc, argv);
}
