#pragma once
/// An array that kernels read, in device memory or, where that is short, in page-locked host memory.

#include <algorithm>
#include <span>

#include "cuda/runtime/memory.hpp"
#include "cuda/runtime/sizes.hpp"

namespace m2grl::cuda {

template <class T>
class placed_array {
 public:
  placed_array() = default;
  /// A copy of `values`, made before the constructor returns. Throws out_of_memory.
  placed_array(std::span<const T> values, memory_place place) : place_(place) {
    if (place == memory_place::device) {
      device_ = device_array<T>(values);
    } else {
      pinned_ = pinned_array<T>(values.size());
      std::copy(values.begin(), values.end(), pinned_.data());
    }
  }
  /// Takes over what is on the device already.
  explicit placed_array(device_array<T>&& values) : device_(std::move(values)) {}

  /// Where kernels read it: with unified addressing, a page-locked array has one address on both sides.
  [[nodiscard]] const T* data() const noexcept {
    return place_ == memory_place::device ? device_.data() : pinned_.data();
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return place_ == memory_place::device ? device_.size() : pinned_.size();
  }
  [[nodiscard]] memory_place place() const noexcept { return place_; }

  /// Waits until `out` [size] holds the values.
  void download(std::span<T> out, cudaStream_t stream) const {
    if (out.empty()) return;
    if (place_ == memory_place::device) {
      device_.download(out, stream);
    } else {
      std::copy_n(pinned_.data(), pinned_.size(), out.begin());
    }
  }

 private:
  memory_place place_ = memory_place::device;
  device_array<T> device_;
  pinned_array<T> pinned_;
};

}  // namespace m2grl::cuda
