#pragma once
/// A CUDA device that is not there: the runtime's functions over host memory. It does what a device does with what it
/// is given, refuses what a device refuses, and reports what would corrupt a device or read what nobody wrote.
///
/// Device memory lies apart. Host code that touches it faults; it is open while a kernel or a copy runs only. Fresh
/// memory is full of NaN. Work on a stream runs when it is waited for (or at once, as a device may do too); what is
/// captured runs at each launch of its graph.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace emulated {

using work = std::function<void()>;

/// What exists at a time, and must not once its owners are gone.
struct live_counts {
  std::size_t device_arrays = 0, pinned_arrays = 0, streams = 0, events = 0, graphs = 0, executables = 0, blas = 0;

  bool operator==(const live_counts&) const = default;
};

/// When work on a stream runs: both are allowed, and results must not depend on it.
enum class timing { when_waited_for, at_once };

struct device_options {
  std::size_t bytes = std::size_t{8} << 30;  ///< of device memory
  timing runs = timing::when_waited_for;
  int devices = 1;
  int shared_bytes = 227 << 10;  ///< of a block, at most
};

/// Starts afresh; nothing may be live. Calls are counted from 1, none fails.
void reset(const device_options& options = {});

/// The `number`-th fallible call from now on fails once, as a call of its kind fails: with cudaErrorMemoryAllocation
/// where it allocates, else with cudaErrorUnknown or CUBLAS_STATUS_EXECUTION_FAILED. What releases does so still.
/// `name`: only calls whose name contains it are counted.
void fail_call(std::uint64_t number, std::string_view name = {});
/// The call that was made to fail, as "cudaMalloc" or "draw_kernel"; empty where none was.
[[nodiscard]] const std::string& failed_call();
/// Fallible calls since reset().
[[nodiscard]] std::uint64_t calls();
/// Those of one name.
[[nodiscard]] std::uint64_t calls(std::string_view name);

/// Others took memory: so much is left of it in all.
void shrink(std::size_t bytes);

[[nodiscard]] live_counts live();
/// The most device memory, and of page-locked memory, in use at a time since reset().
[[nodiscard]] std::size_t peak_bytes();
[[nodiscard]] std::size_t peak_pinned_bytes();
/// What a device would not have reported, but suffered: one sentence each.
[[nodiscard]] const std::vector<std::string>& violations();

// ---------------------------------------------------------------- for the doubles of launches and of cuBLAS

/// Counts a fallible call; true where it is to fail.
[[nodiscard]] bool fails(std::string_view name);
void report(const std::string& violation);
/// Sets what cudaGetLastError() returns; returns `status`.
cudaError_t remember(cudaError_t status);

/// Enqueues on a stream, or records where it is being captured. False where there is no such stream.
bool enqueue(cudaStream_t stream, work what);
[[nodiscard]] bool is_capturing(cudaStream_t stream);

/// A kernel's launch, refused as a device refuses it: then cudaGetLastError() tells.
struct launch_shape {
  std::uint32_t blocks = 1, threads = 1;
  std::size_t shared_bytes = 0;
  const void* kernel = nullptr;  ///< whose shared memory was asked for; may be null
};
void launch(const char* name, const launch_shape& shape, cudaStream_t stream, work what);

/// Whether all of it lies in one array of device memory, or in one of page-locked memory.
[[nodiscard]] bool on_device(const void* memory, std::size_t bytes);
[[nodiscard]] bool reachable(const void* memory, std::size_t bytes);
/// For a kernel's arguments: reports an array that a device cannot reach. Null is left out.
void need(const void* memory, std::size_t bytes, const char* what);
template <class T>
void need_array(const T* memory, std::size_t size, const char* what) {
  need(memory, size * sizeof(T), what);
}

void count_blas(int change);

}  // namespace emulated
