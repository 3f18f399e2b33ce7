#include "model/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "m2grl/error.hpp"

namespace m2grl::files {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& path) {
  throw io_error(fmt::format("cannot {} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

/// A call's result, not interrupted by a signal.
template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

int open_file(const std::filesystem::path& path, int flags) {
  return uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
}

/// Linux closes a descriptor that a signal interrupts, too: there is nothing to repeat.
int close_file(int descriptor) {
  const int result = ::close(descriptor);
  return result != 0 && errno == EINTR ? 0 : result;
}

}  // namespace

std::uint64_t checksum_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

struct running_checksum::state {
  XXH3_state_t hash;
};

running_checksum::running_checksum() : state_(std::make_unique<state>()) { (void)XXH3_64bits_reset(&state_->hash); }
running_checksum::~running_checksum() = default;
running_checksum::running_checksum(running_checksum&&) noexcept = default;
running_checksum& running_checksum::operator=(running_checksum&&) noexcept = default;

void running_checksum::add(const void* bytes, std::size_t count) {
  (void)XXH3_64bits_update(&state_->hash, bytes, count);
}
std::uint64_t running_checksum::value() const { return XXH3_64bits_digest(&state_->hash); }

output_file::output_file(std::filesystem::path path) : path_(std::move(path)), buffer_(buffer_bytes) {
  descriptor_ = open_file(path_, O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor_ < 0) fail("create", path_);
}

output_file::~output_file() {
  if (descriptor_ >= 0) (void)::close(descriptor_);
}

void output_file::write(const void* bytes, std::size_t count) {
  checksum_.add(bytes, count);
  bytes_ += count;
  const char* from = static_cast<const char*>(bytes);
  if (count > buffer_.size() - filled_) {
    write_through(buffer_.data(), std::exchange(filled_, 0));
    if (count >= buffer_.size()) return write_through(from, count);
  }
  if (count > 0) std::memcpy(buffer_.data() + filled_, from, count);
  filled_ += count;
}

void output_file::write_through(const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = uninterrupted([&] { return ::write(descriptor_, bytes, count); });
    if (written < 0) fail("write", path_);
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
}

stamp output_file::finish() {
  write_through(buffer_.data(), std::exchange(filled_, 0));
  if (uninterrupted([&] { return ::fsync(descriptor_); }) != 0) fail("flush", path_);
  if (close_file(std::exchange(descriptor_, -1)) != 0) fail("close", path_);
  return {bytes_, checksum_.value()};
}

input_file::input_file(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = open_file(path_, O_RDONLY | O_NONBLOCK);  // a fifo must not hang the open
  if (descriptor_ < 0) fail("open", path_);
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    (void)::close(std::exchange(descriptor_, -1));
    throw io_error(fmt::format("cannot read {}: it is not a file", path_.string()));
  }
  bytes_ = static_cast<std::uint64_t>(status.st_size);
  try {
    buffer_.resize(std::min<std::uint64_t>(buffer_bytes, bytes_));
  } catch (...) {
    (void)::close(descriptor_);  // no destructor will
    throw;
  }
}

input_file::~input_file() { (void)::close(descriptor_); }

void input_file::refill() {
  begin_ = end_ = 0;
  const ssize_t got = uninterrupted([&] { return ::read(descriptor_, buffer_.data(), buffer_.size()); });
  if (got < 0) fail("read", path_);
  end_ = static_cast<std::size_t>(got);
}

void input_file::read(void* to, std::size_t count) {
  if (count > left()) throw invalid_input({path_.string()}, "the file is cut short");
  char* out = static_cast<char*>(to);
  for (std::size_t wanted = count; wanted > 0;) {
    if (begin_ == end_) refill();
    if (begin_ == end_) throw invalid_input({path_.string()}, "the file is cut short");
    const std::size_t taken = std::min(wanted, end_ - begin_);
    std::memcpy(out, buffer_.data() + begin_, taken);
    begin_ += taken;
    out += taken;
    wanted -= taken;
  }
  read_ += count;
  checksum_.add(to, count);
}

std::string read_text(const std::filesystem::path& path, std::uint64_t most) {
  input_file file(path);
  if (file.bytes() > most) {
    throw invalid_input({path.string()},
                        fmt::format("the file has {} bytes, at most {} are expected", file.bytes(), most));
  }
  std::string text(file.bytes(), '\0');
  file.read(text.data(), text.size());
  return text;
}

void sync_directory(const std::filesystem::path& dir) {
  const int descriptor = open_file(dir, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) fail("open", dir);
  const int result = uninterrupted([&] { return ::fsync(descriptor); });
  const int cause = errno;
  (void)::close(descriptor);
  errno = cause;
  if (result != 0 && cause != EINVAL) fail("flush", dir);  // EINVAL: the file system cannot, there is nothing to do
}

}  // namespace m2grl::files
