#pragma once
/// What the GPU benches share on the host: whether they can run, and cases that fail alone.

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cuda/runtime/check.hpp"
#include "cuda/runtime/devices.hpp"
#include "support/bench.hpp"

namespace m2grl::bench {

/// Names the device; throws not_run where there is none.
inline void need_gpu() {
  const cuda::device_search found = cuda::find_devices();
  if (found.count == 0) throw not_run("no GPU can be used here (" + found.reason + ")");
  cudaDeviceProp device{};
  cuda::check(cudaGetDeviceProperties(&device, 0), "cudaGetDeviceProperties");
  fmt::print("{}, {} processors, {:.1f} GiB\n", device.name, device.multiProcessorCount,
             static_cast<double>(device.totalGlobalMem) / (1 << 30));
}

/// Runs cases one after another and writes the report after each. One that fails, or does not end in time, reports no
/// figure and takes no other's with it: time on a GPU is rare.
class case_list {
 public:
  explicit case_list(report& r) : report_(r) {}

  template <class Function>
  void run(const std::string& name, Function&& f) {
    if (!report_.wants(name)) return;
    try {
      f();
      report_.write();
    } catch (const std::exception& e) {
      fmt::print(stderr, "{}: {}\n", name, e.what());
      failed_.push_back(name);
    }
  }
  /// Throws where a case has failed.
  void finish() const {
    if (failed_.empty()) return;
    throw std::runtime_error(
        fmt::format("{} failed: {}", failed_.size() == 1 ? "one case" : "some cases", fmt::join(failed_, ", ")));
  }

 private:
  report& report_;
  std::vector<std::string> failed_;
};

}  // namespace m2grl::bench
