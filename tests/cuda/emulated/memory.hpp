#pragma once
/// The emulated device's memory: one region of address space, closed to the host unless a device works.

#include <cstddef>
#include <cstdint>
#include <map>

namespace emulated {

class memory_arena {
 public:
  memory_arena();
  memory_arena(const memory_arena&) = delete;
  memory_arena& operator=(const memory_arena&) = delete;
  ~memory_arena();

  /// 256-byte aligned, full of NaN (up to 16 MiB; of a larger array its beginning); null where the region is used up.
  void* allocate(std::size_t bytes);
  /// False where `memory` is no array's beginning. Reports an array with bytes written behind its end.
  bool release(void* memory);
  /// The bytes of the array from `memory` on; 0 where it lies in none.
  [[nodiscard]] std::size_t bytes_from(const void* memory) const;
  [[nodiscard]] bool contains(const void* memory) const;
  [[nodiscard]] std::size_t arrays() const { return arrays_.size(); }
  [[nodiscard]] std::size_t used() const { return used_; }
  /// The most that was ever used since the last forget_peak().
  [[nodiscard]] std::size_t peak() const { return peak_; }
  void forget_peak() { peak_ = used_; }

  /// Nested calls count.
  void open();
  void close();

 private:
  std::map<std::uintptr_t, std::size_t> arrays_;  ///< live: address to bytes
  unsigned char* base_;
  std::size_t next_ = 0, most_ = 0, used_ = 0, peak_ = 0;
  int open_ = 0;
};

/// The memory is open as long as this lives.
class opened {
 public:
  explicit opened(memory_arena& arena) : arena_(arena) { arena_.open(); }
  opened(const opened&) = delete;
  opened& operator=(const opened&) = delete;
  ~opened() { arena_.close(); }

 private:
  memory_arena& arena_;
};

}  // namespace emulated
