#pragma once
/// The header of an index's file. hnswlib's own format follows it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "m2grl/search.hpp"
#include "m2grl/table.hpp"
#include "model/files.hpp"

namespace m2grl::search {

inline constexpr char index_magic[8] = {'m', '2', 'g', 'r', 'l', 'i', 'd', 'x'};
inline constexpr std::uint32_t index_version = 1;

/// In the byte order of the machine, as the rest of the file.
struct index_header {
  char magic[8] = {};
  std::uint32_t version = 0;
  std::uint32_t by = 0;  ///< similarity
  std::uint64_t rows = 0, dim = 0;
  std::uint64_t vectors = 0;   ///< checksum of the table that the index was built from
  std::uint64_t bytes = 0;     ///< of what follows the header
  std::uint64_t contents = 0;  ///< their checksum
  std::uint64_t own = 0;       ///< checksum of the header up to here
};
static_assert(sizeof(index_header) == 64 && sizeof(std::size_t) == 8);

inline std::uint64_t checksum_of(const void* bytes, std::size_t count) {
  return files::checksum_of({static_cast<const char*>(bytes), count});
}
inline std::uint64_t checksum_of(const index_header& h) { return checksum_of(&h, offsetof(index_header, own)); }

/// Of a graph as hnswlib writes it.
inline index_header header_of(std::string_view image, similarity by, const table& vectors) {
  index_header h;
  std::memcpy(h.magic, index_magic, sizeof index_magic);
  h.version = index_version, h.by = static_cast<std::uint32_t>(by);
  h.rows = vectors.rows(), h.dim = vectors.dim();
  h.vectors = checksum_of(vectors.data(), vectors.bytes());
  h.bytes = image.size(), h.contents = files::checksum_of(image);
  h.own = checksum_of(h);
  return h;
}

}  // namespace m2grl::search
