#pragma once
/// An array that kernels read, in device memory or, where that is short, in page-locked host memory.

#include <algorithm>
#include <span>

#include "cuda/runtime/memory.hpp"
#include "cuda/runtime/sizes.hpp"
#include "m2grl/device.hpp"

namespace m2grl::cuda {

/// Move-only.
template <class T>
class placed_array {
 public:
  placed_array() = default;
  /// A copy of `values`, made before the constructor returns. Throws out_of_memory.
  placed_array(std::span<const T> values, memory_place place) : size_(values.size()), place_(place) {
    if (place == memory_place::device) {
      device_ = device_array<T>(values);
      data_ = device_.data();
    } else {
      pinned_ = pinned_array<T>(values.size());
      std::copy(values.begin(), values.end(), pinned_.data());
      data_ = pinned_.data();  // with unified addressing, it has one address on both sides
    }
  }
  /// Values that lie in device memory are read where they are, and must outlive this; others are copied to `place`.
  placed_array(std::span<const T> values, memory_kind lie_in, memory_place place)
      : placed_array(lie_in == memory_kind::host ? values : std::span<const T>(), place) {
    if (lie_in == memory_kind::host) return;
    data_ = values.data();
    size_ = values.size();
    place_ = memory_place::device;
  }
  /// Takes over what is on the device already.
  explicit placed_array(device_array<T>&& values)
      : data_(values.data()), size_(values.size()), device_(std::move(values)) {}

  /// Where kernels read it.
  [[nodiscard]] const T* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] memory_place place() const noexcept { return place_; }

  /// Waits until `out` [size] holds the values.
  void download(std::span<T> out, cudaStream_t stream) const {
    if (out.empty()) return;
    if (place_ == memory_place::device) {
      download_array(data_, out, stream);
    } else {
      std::copy_n(data_, size_, out.begin());
    }
  }

 private:
  const T* data_ = nullptr;
  std::size_t size_ = 0;
  memory_place place_ = memory_place::device;
  device_array<T> device_;
  pinned_array<T> pinned_;
};

}  // namespace m2grl::cuda
