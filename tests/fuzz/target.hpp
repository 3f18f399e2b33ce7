#pragma once
/// What the targets share. A target gives one input to one reader: the reader may refuse it with an m2grl::error and
/// nothing else, and what it takes must be what it promises. With clang's fuzzer each target is a program; otherwise
/// one program replays them all, and each keeps to its namespace.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "m2grl/error.hpp"
#include "m2grl/types.hpp"

namespace m2grl::fuzz {

/// A folder in memory where there is such a file system, removed at the end.
class scratch_folder {
 public:
  scratch_folder() {
    const std::filesystem::path shared = "/dev/shm";
    const auto root = std::filesystem::is_directory(shared) ? shared : std::filesystem::temp_directory_path();
    std::string pattern = (root / "m2grl-fuzz-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    std::ofstream out(path_ / name, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) std::abort();
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// The targets of the program, by name.
using target = void (*)(std::string_view input);
inline std::map<std::string_view, target>& targets() {
  static std::map<std::string_view, target> known;
  return known;
}

/// M2GRL_FUZZ_TARGET(name, input) { … }: what is done with one input, once in a namespace.
#ifdef M2GRL_FUZZER
#define M2GRL_FUZZ_TARGET(name, input)                                                  \
  static void name##_target(std::string_view input);                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) { \
    return name##_target({reinterpret_cast<const char*>(bytes), count}), 0;             \
  }                                                                                     \
  static void name##_target(std::string_view input)
#else
#define M2GRL_FUZZ_TARGET(name, input)                                                          \
  static void name##_target(std::string_view input);                                            \
  [[maybe_unused]] static const bool is_known = targets().emplace(#name, name##_target).second; \
  static void name##_target(std::string_view input)
#endif

/// A promise of the reader that does not hold is a crash.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// By gzip or zstd.
inline bool is_packed(std::string_view text) {
  return text.starts_with("\x1f\x8b") || text.starts_with("\x28\xb5\x2f\xfd");
}

/// Whether a search passes over an input of a text's reader: packed, a few bytes stand for megabytes, and such inputs
/// would take all its time. The target "packed" searches those.
inline bool is_passed_over([[maybe_unused]] std::string_view input) {
#ifdef M2GRL_FUZZER
  return is_packed(input);
#else
  return false;
#endif
}

/// What two readings of one text by blocks of other sizes refuse with: one refuses where the other does, and alike,
/// but that a NUL byte, or damage to packed bytes, may be met before or after another fault.
inline void require_alike(std::string_view text, const std::string& one, const std::string& other) {
  require(one.empty() == other.empty(), "blocks of any size are taken or refused");
  if (one == other || is_packed(text) || text.find('\0') != std::string_view::npos) return;
  std::fprintf(stderr, "\"%s\" is not \"%s\"\n", one.c_str(), other.c_str());
  require(false, "blocks of any size are refused alike");
}

inline void require_ragged(const ragged& r, std::size_t nodes) {
  require(!r.offsets.empty() && r.offsets.front() == 0 && r.offsets.back() == r.ids.size(), "offsets span the ids");
  for (std::size_t i = 1; i < r.offsets.size(); ++i) require(r.offsets[i - 1] <= r.offsets[i], "offsets ascend");
  for (const node_id id : r.ids) require(id < nodes, "ids are below the nodes");
}

/// What the call refuses with; empty where it does not refuse.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const error& fault) {
    require(*fault.what() != '\0', "a refusal says something");
    return fault.what();
  }
  return {};
}

}  // namespace m2grl::fuzz
