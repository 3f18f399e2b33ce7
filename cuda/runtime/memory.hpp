#pragma once
/// Owners of device memory and of pinned host memory.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include "cuda/runtime/check.hpp"

namespace m2grl::cuda {

struct device_release {
  void operator()(void* memory) const noexcept { ignore(cudaFree(memory)); }
};
struct pinned_release {
  void operator()(void* memory) const noexcept { ignore(cudaFreeHost(memory)); }
};

/// `bytes` of device memory, 256-byte aligned; null for 0. Throws out_of_memory, which names the bytes asked for and
/// those that are free.
[[nodiscard]] std::unique_ptr<void, device_release> allocate_device(std::size_t bytes);
/// The same of page-locked host memory that the device can read.
[[nodiscard]] std::unique_ptr<void, pinned_release> allocate_pinned(std::size_t bytes);

/// Waits until `out` holds the values that `stream` leaves behind at `data`, in device memory.
template <class T>
void download_array(const T* data, std::span<T> out, cudaStream_t stream) {
  check(cudaMemcpyAsync(out.data(), data, out.size_bytes(), cudaMemcpyDeviceToHost, stream),
        "cudaMemcpyAsync from the device");
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
}

/// An array [size] in device memory; its values are undefined at first. Move-only.
template <class T>
class device_array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  device_array() = default;
  explicit device_array(std::size_t size) : memory_(allocate_device(size * sizeof(T))), size_(size) {}
  /// A copy of `values`, made before the constructor returns.
  explicit device_array(std::span<const T> values) : device_array(values.size()) {
    if (values.empty()) return;
    check(cudaMemcpy(data(), values.data(), bytes(), cudaMemcpyHostToDevice), "cudaMemcpy to the device");
    // From pageable memory, cudaMemcpy may return before the last piece has arrived, and other streams do not wait.
    check(cudaStreamSynchronize(cudaStreamLegacy), "cudaStreamSynchronize");
  }

  [[nodiscard]] T* data() noexcept { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(memory_.get()); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return size_ * sizeof(T); }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  void zero(cudaStream_t stream) { check(cudaMemsetAsync(data(), 0, bytes(), stream), "cudaMemsetAsync"); }
  /// Waits until `out` [size] holds the values that `stream` leaves behind.
  void download(std::span<T> out, cudaStream_t stream) const { download_array(data(), out, stream); }

 private:
  std::unique_ptr<void, device_release> memory_;
  std::size_t size_ = 0;
};

/// An array [size] in page-locked host memory, zero at first. Move-only.
template <class T>
class pinned_array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  pinned_array() = default;
  explicit pinned_array(std::size_t size) : memory_(allocate_pinned(size * sizeof(T))), size_(size) {
    std::uninitialized_value_construct_n(data(), size);
  }

  [[nodiscard]] T* data() noexcept { return static_cast<T*>(memory_.get()); }
  [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(memory_.get()); }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return data()[i]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::unique_ptr<void, pinned_release> memory_;
  std::size_t size_ = 0;
};

}  // namespace m2grl::cuda
