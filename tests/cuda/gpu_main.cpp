/// Tests that need a GPU: without one they are skipped (exit code 77), never passed.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdio>

#include "cuda/runtime/devices.hpp"

int main(int argc, char** argv) {
  const m2grl::cuda::device_search found = m2grl::cuda::find_devices();
  if (found.count == 0) {
    std::printf("skipped: no GPU can be used here (%s)\n", found.reason.c_str());
    return 77;
  }
  return Catch::Session().run(argc, argv);
}
