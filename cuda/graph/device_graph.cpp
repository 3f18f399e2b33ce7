#include "cuda/graph/device_graph.hpp"

namespace m2grl::cuda {

device_graph::device_graph(const csr_graph& graph, memory_place place, bool weights)
    : offsets_(graph.offsets, place),
      columns_(graph.columns, place),
      cumulative_(weights ? std::span<const std::uint32_t>(graph.cumulative) : std::span<const std::uint32_t>(),
                  place) {}

device_graph::device_graph(device_array<std::uint64_t>&& offsets, device_array<std::uint32_t>&& columns,
                           device_array<std::uint32_t>&& cumulative)
    : offsets_(std::move(offsets)), columns_(std::move(columns)), cumulative_(std::move(cumulative)) {}

kernel::csr_ref device_graph::ref() const noexcept {
  return {offsets_.data(), columns_.data(), cumulative_.data(), static_cast<std::uint32_t>(nodes())};
}

csr_graph device_graph::download(cudaStream_t stream) const {
  csr_graph graph{std::vector<std::uint64_t>(offsets_.size()), std::vector<node_id>(columns_.size()),
                  std::vector<std::uint32_t>(cumulative_.size())};
  offsets_.download(graph.offsets, stream);
  columns_.download(graph.columns, stream);
  cumulative_.download(graph.cumulative, stream);
  return graph;
}

}  // namespace m2grl::cuda
