/// Every call that can fail does so once: the error says which, nothing leaks, and the next training is as before.
#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>

#include "inputs.hpp"
#include "m2grl/error.hpp"
#include "support/process.hpp"

using namespace m2grl;
using emulated::train_on;

namespace {

/// Few pairs, but two rounds an epoch in flight at once: 9,000 positions, of which subsampling drops most.
struct small_run {
  catalogue::inputs inputs;
  train_config cfg = catalogue::small_config();
  train_options options;

  small_run() {
    catalogue::fill(inputs, 20, 4, 300, 15, 9);
    inputs.linked[0].options.ratio = 0.02;
    inputs.linked[0].options.projection = projection_kind::sigmoid;
    cfg.dim = 8;
    cfg.epochs = 2;
    cfg.negatives = 1;
    cfg.window = 1;
    cfg.subsample = 1e-5;
  }
  [[nodiscard]] train_result train() const { return train_on(device_kind::cuda, inputs, cfg, options); }
  void forget_checkpoint() const {
    if (!options.checkpoints.file.empty()) std::filesystem::remove(options.checkpoints.file);
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// Destructors have no one to tell; the device's last fault surfaced before.
bool is_silent(const std::string& call) {
  return has(call, "Free") || has(call, "Destroy") || call == "cudaStreamSynchronize";
}

/// Trains with the n-th call failing, then again, from a checkpoint where one was kept. False where there is no n-th
/// call.
bool survives_failure(const small_run& run, std::uint64_t n, const train_result& wanted) {
  run.forget_checkpoint();
  emulated::fail_call(n);
  std::optional<train_result> got;
  std::string error;
  bool memory = false, cuda = false, input = false;
  try {
    got = run.train();
  } catch (const out_of_memory& e) {
    error = e.what();
    memory = true;
  } catch (const cuda_error& e) {
    error = e.what();
    cuda = true;
  } catch (const invalid_input& e) {
    error = e.what();
    input = true;
  }
  const std::string call = emulated::failed_call();
  emulated::fail_call(0);
  CAPTURE(n, call, error);
  if (got) {
    CHECK((call.empty() || is_silent(call)));
    CHECK(catalogue::same_bits(got->learned, wanted.learned));
  } else if (has(call, "cudaMalloc")) {
    CHECK(memory);
    CHECK(has(error, "bytes of"));
  } else if (call == "cudaGetDeviceCount") {
    CHECK(input);
  } else {
    CHECK(cuda);
    CHECK(has(error, call));
  }
  CHECK(cudaGetLastError() == cudaSuccess);  // reported once, and forgotten
  CHECK(emulated::faults() == "");
  CHECK(catalogue::same_bits(run.train().learned, wanted.learned));
  CHECK(emulated::faults() == "");
  return !call.empty();
}

#ifdef M2GRL_ASAN
constexpr std::uint64_t stride = 3;  // some of each kind of call
#else
constexpr std::uint64_t stride = 1;
#endif

void check_every_failure(const small_run& run) {
  emulated::reset();
  run.forget_checkpoint();
  const train_result wanted = run.train();
  REQUIRE(wanted.rounds == 4);
  const std::uint64_t calls = emulated::calls();
  for (std::uint64_t n = 1; n <= calls; n += stride) CHECK(survives_failure(run, n, wanted));
  CHECK_FALSE(survives_failure(run, calls + 1, wanted));
}

}  // namespace

TEST_CASE("emulated: every call fails once, sessions and SGD") { check_every_failure({}); }

TEST_CASE("emulated: every call fails once, walks on a graph that the device builds, AdaGrad and bf16") {
  small_run run;
  run.inputs.views[0].source = sequence_source::walks;
  run.inputs.views[0].graph = nullptr;
  run.inputs.views[0].walks.per_node = 40;
  run.cfg.optimizer = optimizer_kind::adagrad;
  run.cfg.precision = table_precision::bf16;
  run.inputs.linked[0].options.shared = false;
  check_every_failure(run);
}

TEST_CASE("emulated: every call fails once, a checkpoint after every round") {
  const test::temporary_folder folder;
  small_run run;
  run.options.checkpoints = {folder / "checkpoint", true};
  run.cfg.checkpoint_steps = 1;
  run.cfg.deterministic = true;  // what is resumed has the same bits
  check_every_failure(run);
}
