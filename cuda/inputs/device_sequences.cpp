#include "cuda/inputs/device_sequences.hpp"

#include <fmt/format.h>

#include "cuda/runtime/memory.hpp"
#include "m2grl/error.hpp"

namespace m2grl::cuda {
namespace {

template <class T>
T value_at(const T* place, cudaStream_t stream) {
  T value{};
  download_array(place, std::span(&value, 1), stream);
  return value;
}

template <class T>
void check_device_span(std::span<const T> values, const std::string& what) {
  if (!values.empty()) check_device_pointer(values.data(), what);
}

void refuse(const sequence_faults& faults, const unchecked_sequences& s, const std::string& what, cudaStream_t stream) {
  if (faults.row != no_fault) {
    throw invalid_input(
        fmt::format("{}: offsets of row {} are {} to {}; they must run from 0 to the {} ids, without "
                    "falling, with fewer than 2^28 in a row",
                    what, faults.row, value_at(s.offsets + faults.row, stream),
                    value_at(s.offsets + faults.row + 1, stream), s.positions));
  }
  if (faults.position != no_fault) {
    throw invalid_input(fmt::format("{}: id {} at position {} is not below {}", what,
                                    value_at(s.ids + faults.position, stream), faults.position, s.nodes));
  }
}

}  // namespace

void check_device_pointer(const void* pointer, const std::string& what) {
  cudaPointerAttributes found{};
  check(cudaPointerGetAttributes(&found, pointer), "cudaPointerGetAttributes");
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  if (found.type != cudaMemoryTypeDevice && found.type != cudaMemoryTypeManaged) {
    throw invalid_input(what + " do not lie in the memory of a GPU");
  }
  if (found.device != device) {
    throw invalid_input(fmt::format("{} lie on GPU {}, the current one is {}", what, found.device, device));
  }
}

std::vector<std::uint64_t> count_nodes(const view_input& view, const std::string& what, cudaStream_t stream) {
  const ragged_ref sequences = view.sequences;
  check_device_span(sequences.offsets, what + ": offsets");
  check_device_span(sequences.ids, what + ": ids");
  check_device_span(view.event_weights, what + ": event weights");
  if (sequences.size() == 0) return std::vector<std::uint64_t>(view.nodes, 0);
  const unchecked_sequences s{sequences.offsets.data(), sequences.ids.data(), sequences.size(), sequences.ids.size(),
                              view.nodes};
  const sequence_faults none;
  device_array<sequence_faults> faults{std::span(&none, 1)};
  device_array<unsigned long long> counts(view.nodes);
  counts.zero(stream);
  launch_sequence_check(s, faults.data(), counts.data(), stream);
  sequence_faults found;
  faults.download({&found, 1}, stream);
  refuse(found, s, what, stream);
  std::vector<unsigned long long> frequencies(view.nodes);
  counts.download(frequencies, stream);
  return {frequencies.begin(), frequencies.end()};
}

ragged host_copy(ragged_ref sequences, cudaStream_t stream) {
  ragged copy;
  copy.offsets.resize(sequences.offsets.size());
  copy.ids.resize(sequences.ids.size());
  download_array(sequences.offsets.data(), std::span(copy.offsets), stream);
  if (!copy.ids.empty()) download_array(sequences.ids.data(), std::span(copy.ids), stream);
  return copy;
}

}  // namespace m2grl::cuda
