#include "search/index_file.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "m2grl/error.hpp"
#include "model/staging.hpp"
#include "search/check_graph.hpp"
#include "search/index_header.hpp"

namespace m2grl::search {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

/// A file in memory, for hnswlib reads and writes whole files by name only.
class memory_file {
 public:
  memory_file() : descriptor_(::memfd_create("m2grl_index", MFD_CLOEXEC)) {
    if (descriptor_ < 0) fail();
  }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  ~memory_file() {
    if (bytes_ != nullptr) (void)::munmap(bytes_, size_);
    (void)::close(descriptor_);
  }

  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", descriptor_); }
  void append(const char* bytes, std::size_t count) {
    while (count > 0) {
      const ssize_t written = ::write(descriptor_, bytes, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes += written;
      count -= static_cast<std::size_t>(written);
    }
  }
  /// All of it, to be read.
  [[nodiscard]] std::string_view contents() {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail();
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ == 0) return {};  // nothing can be mapped
    bytes_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor_, 0);
    if (bytes_ == MAP_FAILED) bytes_ = nullptr, fail();
    return {static_cast<const char*>(bytes_), size_};
  }

 private:
  [[noreturn]] static void fail() {
    throw io_error(fmt::format("cannot keep the index in memory: {}", std::generic_category().message(errno)));
  }

  int descriptor_;
  void* bytes_ = nullptr;
  std::size_t size_ = 0;
};

/// The checked header of a file for these vectors.
index_header read_header(files::input_file& file, const table& vectors) {
  const input_place place{file.path().string()};
  index_header h;
  if (file.bytes() < sizeof h) throw invalid_input(place, "this is no index of m2grl");
  file.read(&h, sizeof h);
  if (std::memcmp(h.magic, index_magic, sizeof index_magic) != 0)
    throw invalid_input(place, "this is no index of m2grl");
  if (h.version != index_version) {
    throw invalid_input(place, fmt::format("the index has version {}, this m2grl reads {}", h.version, index_version));
  }
  if (h.own != checksum_of(h) || h.by > static_cast<std::uint32_t>(similarity::l2)) {
    throw invalid_input(place, "the index is damaged: its header has another checksum");
  }
  if (h.rows != vectors.rows() || h.dim != vectors.dim()) {
    throw invalid_input(place, fmt::format("the index was built from {} vectors of {} dimensions, not {} of {}", h.rows,
                                           h.dim, vectors.rows(), vectors.dim()));
  }
  if (h.vectors != checksum_of(vectors.data(), vectors.bytes())) {
    throw invalid_input(place, "the index was built from other vectors");
  }
  if (h.bytes != file.left()) {
    throw invalid_input(place,
                        fmt::format("the index is damaged: {} bytes follow its header, not {}", file.left(), h.bytes));
  }
  return h;
}

}  // namespace

void save_graph(const std::filesystem::path& file, const hnsw_graph& graph, similarity by, const table& vectors) {
  memory_file image;
  graph.write(image.path());
  const std::string_view contents = image.contents();
  if (!fault_of_graph(contents, vectors.rows(), vectors.stride()).empty()) {  // hnswlib tells of no failed write
    throw io_error("cannot keep the index in memory: not all of it could be written");
  }
  const index_header h = header_of(contents, by, vectors);
  files::staged_files staged(file.has_parent_path() ? file.parent_path() : ".");
  files::output_file out(staged.add(file.filename().string()));
  out.write(&h, sizeof h);
  out.write(contents);
  (void)out.finish();
  staged.commit();
}

loaded_graph load_graph(const std::filesystem::path& path, const table& vectors) {
  files::input_file file(path);
  const index_header h = read_header(file, vectors);
  memory_file image;
  files::running_checksum sum;
  for (std::vector<char> chunk(chunk_bytes); file.left() > 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), file.left()));
    file.read(chunk.data(), count);
    sum.add(chunk.data(), count);
    image.append(chunk.data(), count);
  }
  if (sum.value() != h.contents) {
    throw invalid_input({path.string()}, "the index is damaged: its contents have another checksum");
  }
  if (const std::string fault = fault_of_graph(image.contents(), vectors.rows(), vectors.stride()); !fault.empty()) {
    throw invalid_input({path.string()}, "the index is damaged: " + fault);
  }
  const auto by = static_cast<similarity>(h.by);
  return {by, read_hnsw_graph(image.path(), by, vectors.stride())};
}

}  // namespace m2grl::search
