#include "ingest/text_source.hpp"

#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef M2GRL_HAS_ZLIB
#include <zlib.h>
#endif
#ifdef M2GRL_HAS_ZSTD
#include <zstd.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

std::string cause(int code) { return std::generic_category().message(code); }

/// The stored bytes: a file descriptor, owned unless it is standard input.
class raw_file {
 public:
  raw_file(const std::filesystem::path& path, const std::string& name) : name_(name) {
    if (name == "-") {
      descriptor_ = STDIN_FILENO;
      name_ = "standard input";
      return;
    }
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw io_error(fmt::format("cannot open {}: {}", path.string(), cause(errno)));
    owned_ = true;
#ifdef POSIX_FADV_SEQUENTIAL
    (void)::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);  // a hint: refusal is harmless
#endif
  }
  raw_file(const raw_file&) = delete;
  raw_file& operator=(const raw_file&) = delete;
  raw_file(raw_file&& other) noexcept
      : name_(std::move(other.name_)), descriptor_(other.descriptor_), owned_(std::exchange(other.owned_, false)) {}
  raw_file& operator=(raw_file&&) = delete;
  ~raw_file() {
    if (owned_) (void)::close(descriptor_);
  }

  std::size_t read(char* to, std::size_t bytes) {
    for (;;) {
      const ssize_t got = ::read(descriptor_, to, bytes);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw io_error(fmt::format("cannot read {}: {}", name_, cause(errno)));
    }
  }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
  int descriptor_ = -1;
  bool owned_ = false;
};

/// A window over the stored bytes that begins with those read to tell the format.
class stored_bytes {
 public:
  explicit stored_bytes(raw_file file) : file_(std::move(file)), buffer_(std::size_t{1} << 12) {
    while (end_ < 4 && refill()) {
    }
  }
  /// More bytes, where all are read or fewer than 4 have come; false at the end of the file.
  bool refill() {
    if (begin_ == end_) {
      if (end_ == buffer_.size()) buffer_.resize(std::size_t{1} << 17);  // no small file
      begin_ = end_ = 0;
    }
    const std::size_t got = file_.read(buffer_.data() + end_, buffer_.size() - end_);
    end_ += got;
    return got > 0;
  }
  [[nodiscard]] std::string_view unread() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }
  std::size_t read_through(char* to, std::size_t bytes) { return file_.read(to, bytes); }
  [[nodiscard]] const std::string& name() const noexcept { return file_.name(); }

 private:
  raw_file file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

class plain_decoder final : public decoder {
 public:
  explicit plain_decoder(stored_bytes bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(char* to, std::size_t bytes) override {
    const auto head = bytes_.unread();
    if (head.empty()) return bytes_.read_through(to, bytes);
    const std::size_t taken = std::min(bytes, head.size());
    std::memcpy(to, head.data(), taken);
    bytes_.consume(taken);
    return taken;
  }

 private:
  stored_bytes bytes_;
};

#ifdef M2GRL_HAS_ZLIB
/// gzip, also of several members one after another.
class gzip_decoder final : public decoder {
 public:
  explicit gzip_decoder(stored_bytes bytes) : bytes_(std::move(bytes)) {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw out_of_memory("cannot allocate zlib's state");
  }
  gzip_decoder(const gzip_decoder&) = delete;
  gzip_decoder& operator=(const gzip_decoder&) = delete;
  ~gzip_decoder() override { (void)inflateEnd(&stream_); }

  std::size_t read(char* to, std::size_t bytes) override {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(bytes, 1u << 30));
    const uInt asked = stream_.avail_out;
    while (stream_.avail_out == asked) {
      if (bytes_.unread().empty() && !bytes_.refill()) {
        if (within_member_) throw invalid_input({bytes_.name()}, "the gzip data is cut short");
        return 0;
      }
      if (!inflate_some()) return 0;
    }
    return asked - stream_.avail_out;
  }

 private:
  /// False where only padding follows the last member.
  bool inflate_some() {
    const auto input = bytes_.unread();
    if (!within_member_ && member_seen_ && input.front() != '\x1f') {
      if (input.find_first_not_of('\0') != std::string_view::npos) {
        throw invalid_input({bytes_.name()}, "there is garbage after the gzip data");
      }
      bytes_.consume(input.size());
      return bytes_.refill();
    }
    within_member_ = true;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));  // zlib's API predates const
    stream_.avail_in = static_cast<uInt>(input.size());
    const int code = inflate(&stream_, Z_NO_FLUSH);
    bytes_.consume(input.size() - stream_.avail_in);
    if (code == Z_STREAM_END) {
      within_member_ = false;
      member_seen_ = true;
      (void)inflateReset(&stream_);
    } else if (code != Z_OK) {  // there are bytes to read and room to write
      throw invalid_input({bytes_.name()}, fmt::format("the gzip data is damaged ({})",
                                                       stream_.msg != nullptr ? stream_.msg : "no detail"));
    }
    return true;
  }

  stored_bytes bytes_;
  z_stream stream_{};
  bool within_member_ = false;
  bool member_seen_ = false;
};
#endif

#ifdef M2GRL_HAS_ZSTD
/// zstd, also of several frames.
class zstd_decoder final : public decoder {
 public:
  explicit zstd_decoder(stored_bytes bytes) : bytes_(std::move(bytes)), stream_(ZSTD_createDStream()) {
    if (!stream_) throw out_of_memory("cannot allocate zstd's state");
  }
  std::size_t read(char* to, std::size_t bytes) override {
    ZSTD_outBuffer out{to, bytes, 0};
    while (out.pos == 0) {
      if (bytes_.unread().empty() && !pending_output_ && !bytes_.refill()) {
        if (within_frame_) throw invalid_input({bytes_.name()}, "the zstd data is cut short");
        return 0;
      }
      const auto input = bytes_.unread();
      ZSTD_inBuffer in{input.data(), input.size(), 0};
      const std::size_t hint = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(hint)) {
        throw invalid_input({bytes_.name()}, fmt::format("the zstd data is damaged ({})", ZSTD_getErrorName(hint)));
      }
      bytes_.consume(in.pos);
      within_frame_ = hint != 0;
      pending_output_ = out.pos == out.size && hint != 0;
    }
    return out.pos;
  }

 private:
  struct release {
    void operator()(ZSTD_DStream* stream) const noexcept { (void)ZSTD_freeDStream(stream); }
  };
  stored_bytes bytes_;
  std::unique_ptr<ZSTD_DStream, release> stream_;
  bool within_frame_ = false;
  bool pending_output_ = false;
};
#endif

std::unique_ptr<decoder> make_decoder(stored_bytes bytes) {
  const auto head = bytes.unread();
  if (head.starts_with("\x1f\x8b")) {
#ifdef M2GRL_HAS_ZLIB
    return std::make_unique<gzip_decoder>(std::move(bytes));
#else
    throw invalid_input({bytes.name()}, "the file is gzip, and this build has no zlib");
#endif
  }
  if (head.starts_with("\x28\xb5\x2f\xfd")) {
#ifdef M2GRL_HAS_ZSTD
    return std::make_unique<zstd_decoder>(std::move(bytes));
#else
    throw invalid_input({bytes.name()}, "the file is zstd, and this build has no zstd");
#endif
  }
  return std::make_unique<plain_decoder>(std::move(bytes));
}

}  // namespace

text_source::text_source(const std::filesystem::path& root, const std::string& file) {
  const auto path = root / file;
  name_ = file == "-" ? "standard input" : path.string();
  if (file.empty()) throw invalid_input("the name of an input file is empty");
  decoder_ = make_decoder(stored_bytes(raw_file(path, file == "-" ? file : name_)));
  drop_byte_order_mark();
}

std::size_t text_source::read(char* to, std::size_t bytes) {
  if (head_.empty()) return decoder_->read(to, bytes);
  const std::size_t taken = std::min(bytes, head_.size());
  std::memcpy(to, head_.data(), taken);
  head_.erase(0, taken);
  return taken;
}

void text_source::drop_byte_order_mark() {
  char buffer[3];
  while (head_.size() < sizeof buffer) {
    const std::size_t got = decoder_->read(buffer, sizeof buffer - head_.size());
    if (got == 0) break;
    head_.append(buffer, got);
  }
  if (head_.starts_with("\xff\xfe") || head_.starts_with("\xfe\xff")) {
    throw invalid_input({name_, 1, 1}, "the text is UTF-16; it must be UTF-8");
  }
  if (head_.starts_with("\xef\xbb\xbf")) head_.clear();
}

}  // namespace m2grl::ingest
