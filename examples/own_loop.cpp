/// SGNS steps inside a loop of your own, on your own device memory and stream: nothing is copied, and no step waits.
/// Needs a GPU; without one it says so and ends with exit code 77.

#include <cuda_runtime_api.h>

#include <cstdio>
#include <m2grl/m2grl.hpp>
#include <stdexcept>
#include <vector>

namespace {

void check(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

/// Device memory with a copy of `values`.
template <class T>
T* on_device(const std::vector<T>& values) {
  void* memory = nullptr;
  check(cudaMalloc(&memory, values.size() * sizeof(T)));
  check(cudaMemcpy(memory, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  return static_cast<T*>(memory);
}

constexpr std::size_t nodes = 1000, dim = 64, sequences = 4096, length = 10;

/// Sequences of neighbours on a circle of nodes: row r holds `length` nodes from a place of its own on.
std::vector<m2grl::node_id> circle() {
  std::vector<m2grl::node_id> ids;
  for (std::size_t r = 0; r < sequences; ++r) {
    for (std::size_t i = 0; i < length; ++i) ids.push_back(static_cast<m2grl::node_id>((r * 37 + i) % nodes));
  }
  return ids;
}

}  // namespace

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("skipped: no GPU can be used here\n");
    return 77;
  }
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));

  // Your tables: inputs start small and uneven, outputs at zero.
  std::vector<float> start(nodes * dim);
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = (static_cast<float>(i * 7919 % 1000) / 1000 - 0.5f) / dim;
  m2grl::device_table_ref input{on_device(start), nodes, dim, dim, m2grl::table_precision::fp32, 0}, output = input;
  output.data = on_device(std::vector<float>(nodes * dim, 0));

  // Your batch: in a real loop, each step has another one.
  std::vector<std::uint64_t> offsets;
  for (std::size_t r = 0; r <= sequences; ++r) offsets.push_back(r * length);
  const m2grl::ragged_ref batch{{on_device(offsets), offsets.size()}, {on_device(circle()), sequences * length}};

  m2grl::train_config cfg;
  cfg.dim = dim;
  cfg.window = 2;
  const std::vector<std::uint64_t> counts(nodes, sequences * length / nodes);  // of the nodes, for negatives
  m2grl::device_sgns sgns(cfg, input, output, counts, sequences);
  check(cudaDeviceSynchronize());  // the copies above were not made on the stream
  for (int report = 0; report < 5; ++report) {
    for (int step = 0; step < 10; ++step) sgns.enqueue(batch, 0.05f, stream);
    const m2grl::sgns_totals totals = sgns.totals(stream);  // waits
    std::printf("loss %.4f over %llu pairs\n", totals.loss, static_cast<unsigned long long>(totals.pairs));
  }
}
