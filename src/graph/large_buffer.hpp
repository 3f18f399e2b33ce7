#pragma once
/// Big arrays on huge pages: random reads of a graph are bound by the TLB before they are bound by memory.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace m2grl::graph_detail {

/// Asks for huge pages under [memory, memory + bytes). A hint: refusal is harmless, small blocks are left alone.
/// `collapse` also gathers pages that were touched before (Linux 6.1).
void advise_huge_pages(const void* memory, std::size_t bytes, bool collapse = false) noexcept;

/// Memory for `bytes`, not zeroed, aligned to huge pages where it is large. Throws out_of_memory.
[[nodiscard]] void* allocate_large(std::size_t count, std::size_t element_bytes);
void free_large(void* memory) noexcept;

/// Uninitialised array of trivial values, on huge pages.
template <class T>
class large_buffer {
 public:
  large_buffer() = default;
  explicit large_buffer(std::size_t size) : size_(size), data_(static_cast<T*>(allocate_large(size, sizeof(T)))) {}

  [[nodiscard]] T* data() noexcept { return data_.get(); }
  [[nodiscard]] const T* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return data_.get()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_.get()[i]; }
  void release() noexcept {
    data_.reset();
    size_ = 0;
  }

 private:
  struct deleter {
    void operator()(T* memory) const noexcept { free_large(memory); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<T, deleter> data_;
};

[[noreturn]] void throw_out_of_memory(std::size_t count, std::size_t element_bytes);

/// A zeroed vector whose pages were advised before they were first touched. Throws out_of_memory.
template <class T>
[[nodiscard]] std::vector<T> make_large_vector(std::size_t size) {
  std::vector<T> result;
  try {
    result.reserve(size);
  } catch (const std::exception&) {
    throw_out_of_memory(size, sizeof(T));
  }
  advise_huge_pages(result.data(), size * sizeof(T));
  result.resize(size);
  return result;
}

}  // namespace m2grl::graph_detail
