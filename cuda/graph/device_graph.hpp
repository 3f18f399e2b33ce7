#pragma once
/// A view's graph where kernels can read it.

#include <cstdint>

#include "cuda/runtime/placed_array.hpp"
#include "m2grl/graph.hpp"
#include "m2grl/kernel/walk.hpp"

namespace m2grl::cuda {

/// Owner of a CSR graph in device memory, or in page-locked host memory. Move-only.
class device_graph {
 public:
  device_graph() = default;
  /// A copy of `graph`, made before the constructor returns. Without `weights` it serves uniform walks only, and the
  /// prefix sums are left out. Throws out_of_memory.
  explicit device_graph(const csr_graph& graph, memory_place place = memory_place::device, bool weights = true);
  /// Takes over arrays as csr_graph describes them: [nodes + 1], [edges], [edges].
  device_graph(device_array<std::uint64_t>&& offsets, device_array<std::uint32_t>&& columns,
               device_array<std::uint32_t>&& cumulative);

  [[nodiscard]] std::size_t nodes() const noexcept { return offsets_.size() == 0 ? 0 : offsets_.size() - 1; }
  [[nodiscard]] std::uint64_t edges() const noexcept { return columns_.size(); }
  [[nodiscard]] bool weighted() const noexcept { return cumulative_.size() == columns_.size(); }
  [[nodiscard]] memory_place place() const noexcept { return offsets_.place(); }

  /// For kernels; valid as long as this graph. `cumulative` is null where the graph has no weights.
  [[nodiscard]] kernel::csr_ref ref() const noexcept;
  /// Waits for the copy. A graph without weights comes back without prefix sums.
  [[nodiscard]] csr_graph download(cudaStream_t stream) const;

 private:
  placed_array<std::uint64_t> offsets_;
  placed_array<std::uint32_t> columns_, cumulative_;
};

}  // namespace m2grl::cuda
