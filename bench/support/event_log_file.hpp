#pragma once
/// A synthetic click log on disk, with what a reader must find in it.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace m2grl::bench {

/// One click; items are drawn by Zipf's law, a session's clicks lie 45 s apart.
struct click {
  std::uint32_t user, item;
  std::int64_t time;  ///< seconds
};

/// `count` clicks in order of time, about `users` users in sessions of 1 … 9.
[[nodiscard]] std::vector<click> make_clicks(std::uint64_t count, std::uint32_t users, std::uint32_t items);

enum class id_style { integers, strings };
enum class packing { plain, gzip, zstd };

/// Writes "user_id,item_id,timestamp" with a header. False where this build lacks the compression.
[[nodiscard]] bool write_log(const std::filesystem::path& file, const std::vector<click>& clicks, id_style ids,
                             packing how);

/// Name of an item as write_log() spells it.
[[nodiscard]] std::string item_name(std::uint32_t item, id_style ids);

/// Sessions of a log cut at pauses beyond `gap` seconds, counted by a plain sort.
[[nodiscard]] std::uint64_t count_sessions(std::vector<click> clicks, std::int64_t gap);

/// A folder that is removed with everything in it.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace m2grl::bench
