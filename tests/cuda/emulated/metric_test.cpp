/// The metric's training on the emulated device: nothing is left behind, and every call that fails is told.
#include <catch2/catch.hpp>

#include "inputs.hpp"
#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"
#include "support/styles.hpp"

using namespace m2grl;
using test::styles;

namespace {

metric_model train_small(device_kind device) {
  std::mt19937 random(3);
  metric_options o;
  o.dim = 5;
  o.batch = 16;
  o.epochs = 2;
  o.window = 2;
  return train_metric(styles::planted(), styles::sessions(random, 16), o, {}, device);
}

}  // namespace

TEST_CASE("emulated: a metric is trained by a kernel for each part of a batch") {
  emulated::reset();
  const metric_model gpu = train_small(device_kind::cuda);
  CHECK(emulated::faults() == "");
  CHECK(emulated::calls("part_metric_kernel") == 2 * 3);  // 48 pairs, 16 a batch, twice
  CHECK(emulated::difference(gpu.matrix, train_small(device_kind::cpu).matrix) < 1e-3);
  emulated::reset({.runs = emulated::timing::at_once});
  CHECK(emulated::difference(train_small(device_kind::automatic).matrix, gpu.matrix) == 0);
  CHECK(emulated::calls("part_metric_kernel") == 2 * 3);
}

TEST_CASE("emulated: without a device a metric is the CPU's, or refused") {
  emulated::reset({.devices = 0});
  CHECK_THROWS_AS(train_small(device_kind::cuda), invalid_input);
  CHECK(emulated::difference(train_small(device_kind::automatic).matrix, train_small(device_kind::cpu).matrix) == 0);
}

TEST_CASE("emulated: every call of a metric's training fails once") {
  emulated::reset();
  const table wanted = train_small(device_kind::cuda).matrix;
  const std::uint64_t calls = emulated::calls();
  REQUIRE(calls > 40);
  for (std::uint64_t n = 1; n <= calls; ++n) {
    emulated::fail_call(n);
    std::string told;
    try {
      (void)train_small(device_kind::cuda);
    } catch (const error& fault) {
      told = fault.what();
    }
    const std::string call = emulated::failed_call();
    emulated::fail_call(0);
    CAPTURE(n, call, told);
    CHECK_FALSE(call.empty());
    const bool releases = call.find("Free") != call.npos || call.find("Destroy") != call.npos;
    CHECK((!told.empty() || releases || call == "cudaStreamSynchronize"));
    CHECK(cudaGetLastError() == cudaSuccess);
    CHECK(emulated::faults() == "");
  }
  CHECK(emulated::difference(train_small(device_kind::cuda).matrix, wanted) == 0);
}
