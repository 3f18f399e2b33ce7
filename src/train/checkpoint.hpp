#pragma once
/// Checkpoints: what a run keeps to go on, in one file that is seen whole or not at all.
///
///   "M2GRLCKP"                        8 bytes
///   u32 version, u32 0
///   u64 bytes of the header, u64 XXH3 of it
///   the header: JSON with "library", "device", "run" {"options", "inputs"} (lines that say which run this is),
///                "trainer" and "parts" [{"name", "bytes"}]
///   each part in blocks of at most 1 MiB, each followed by u64 XXH3 of its place in the file (u64) and its bytes

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "model/files.hpp"
#include "train/describe_run.hpp"
#include "train/state_part.hpp"

namespace m2grl {

/// A part's bytes as they were.
struct kept_part {
  std::string name;
  std::vector<std::byte> bytes;
};

struct checkpoint {    // NOLINT(bugprone-exception-escape): JSON that is moved does not throw
  std::string device;  ///< "cpu" or "cuda": their parts differ
  run_description run;
  nlohmann::json trainer;
  std::vector<kept_part> parts;
};

/// Writes it beside `named`, flushes it to the device, and renames it: until then the old one stands. Makes the folder
/// where there is none. Throws io_error.
void write_checkpoint(const checkpoint& c, const std::filesystem::path& named);

/// Writes checkpoints while training goes on, one at a time. What could not be written is thrown to the thread that
/// asks.
class checkpoint_writer {
 public:
  explicit checkpoint_writer(std::filesystem::path file) : file_(std::move(file)) {}
  checkpoint_writer(const checkpoint_writer&) = delete;
  checkpoint_writer& operator=(const checkpoint_writer&) = delete;
  ~checkpoint_writer();

  /// Returns at once, or, where no thread is to be had, when it is written. The one before must have been waited for.
  void write(checkpoint c);
  /// Whether wait() would wait.
  [[nodiscard]] bool writing() const noexcept { return writing_.load(std::memory_order_acquire); }
  /// Until the last one stands. Throws io_error, std::bad_alloc where it could not be written.
  void wait();

 private:
  void write_now() noexcept;

  std::filesystem::path file_;
  checkpoint checkpoint_;  // the one in hand; its parts are freed when it is written
  std::atomic<bool> writing_{false};
  std::thread thread_;
  std::exception_ptr failure_;
};

/// A checkpoint as it is read: the header first, then the parts in their order. What is read is checked before it is
/// believed, and nothing is allocated that the file does not hold. Throws io_error; invalid_input where the file is no
/// checkpoint, damaged, or of a newer version.
class checkpoint_reader {
 public:
  explicit checkpoint_reader(const std::filesystem::path& file);

  [[nodiscard]] const nlohmann::json& header() const noexcept { return header_; }
  [[nodiscard]] const run_description& run() const noexcept { return run_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::uint64_t>>& parts() const noexcept { return parts_; }
  /// The next part, of parts()[i].second bytes.
  [[nodiscard]] std::vector<std::byte> next();

 private:
  [[noreturn]] void refuse(const std::string& why) const;
  void read_header();
  void read_parts();

  files::input_file in_;
  nlohmann::json header_;
  run_description run_;
  std::vector<std::pair<std::string, std::uint64_t>> parts_;
  std::size_t next_ = 0;
};

}  // namespace m2grl
