#include "cli/output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "m2grl/error.hpp"

namespace m2grl::cli {
namespace fs = std::filesystem;
namespace {

std::string cause() { return std::generic_category().message(errno); }

}  // namespace

output_file::output_file(const std::string& path) : path_(path), place_(path) {
  if (path == "-" || path == "/dev/stdout") {  // which, opened anew, would be written over from its begin
    stream_ = stdout;
    return;
  }
  std::error_code code;
  if (fs::is_symlink(path, code)) place_ = fs::weakly_canonical(path, code);
  const bool is_stream = fs::is_other(path, code);
  if (!is_stream) part_ = fmt::format("{}.part-{}", place_.string(), ::getpid());
  stream_ = std::fopen(is_stream ? path_.c_str() : part_.c_str(), "wb");
  if (stream_ == nullptr) fail();
}

output_file::~output_file() {
  if (stream_ == nullptr || stream_ == stdout) return;
  (void)std::fclose(stream_);
  if (!part_.empty()) (void)::unlink(part_.c_str());
}

void output_file::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) fail();
}

void output_file::commit() {
  if (std::fflush(stream_) != 0) fail();
  if (stream_ == stdout) return;
  if (std::fclose(std::exchange(stream_, nullptr)) == 0 &&
      (part_.empty() || ::rename(part_.c_str(), place_.c_str()) == 0)) {
    return;
  }
  const std::string why = cause();
  if (!part_.empty()) (void)::unlink(part_.c_str());
  throw io_error(fmt::format("cannot write {}: {}", path_, why));
}

void output_file::fail() const { throw io_error(fmt::format("cannot write {}: {}", path_, cause())); }

void write_json(const std::string& path, const json& value) {
  if (path.empty()) return;
  output_file file(path);
  file.write(value.dump(2, ' ', false, json::error_handler_t::replace) + '\n');
  file.commit();
}

void require_writable_place(const fs::path& path) {
  if (path.empty() || path == "-") return;
  auto folder = (path / "").lexically_normal().parent_path().parent_path();  // "model/" and "model" alike
  if (folder.empty()) folder = ".";
  std::error_code code;
  if (!fs::is_directory(folder, code)) {
    throw io_error(fmt::format("cannot write {}: there is no folder {}", path.string(), folder.string()));
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw io_error(fmt::format("cannot write {}: {}: {}", path.string(), folder.string(), cause()));
  }
}

}  // namespace m2grl::cli
