#pragma once
/// Files that tests write, and the faults that reading them gives.

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#ifdef M2GRL_HAS_ZLIB
#include <zlib.h>
#endif
#ifdef M2GRL_HAS_ZSTD
#include <zstd.h>
#endif

#include "m2grl/error.hpp"
#include "support/small_model.hpp"

namespace m2grl::test {

/// A directory with files in it.
class file_tree : public temporary_directory {
 public:
  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream out(path() / name, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out) throw std::runtime_error("cannot write " + name);
  }
};

#ifdef M2GRL_HAS_ZLIB
inline std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  (void)deflateEnd(&stream);
  if (code != Z_STREAM_END) throw std::runtime_error("deflate failed");
  return out;
}
#endif

#ifdef M2GRL_HAS_ZSTD
inline std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  if (ZSTD_isError(size)) throw std::runtime_error(ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}
#endif

/// The invalid_input that a call throws; fails the test where it throws none.
template <class Call>
invalid_input fault_of(Call&& call) {
  try {
    call();
  } catch (const invalid_input& fault) {
    return fault;
  }
  FAIL("no invalid_input was thrown");
  throw std::logic_error("unreachable");
}

/// "line:column: message" of a fault in the named file; the file is checked.
inline std::string placed(const invalid_input& fault, const std::filesystem::path& file) {
  CHECK(fault.place().file == file.string());
  const std::string what = fault.what(), prefix = file.string() + ":";
  REQUIRE(what.substr(0, prefix.size()) == prefix);
  return what.substr(prefix.size());
}

}  // namespace m2grl::test
