#include "support/event_log_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <system_error>
#ifdef M2GRL_HAS_ZLIB
#include <zlib.h>
#endif
#ifdef M2GRL_HAS_ZSTD
#include <zstd.h>
#endif

#include "support/bench.hpp"
#include "support/data.hpp"
#include "train/samplers.hpp"

namespace m2grl::bench {
namespace {

constexpr std::int64_t first_time = 1735689600, month = 30 * 86400;

std::string user_name(std::uint32_t user, id_style ids) {
  return ids == id_style::integers ? fmt::format("{}", user) : fmt::format("user-{:08x}", user * 2654435761u);
}

/// The log's lines in pieces of about a megabyte.
template <class Write>
void write_lines(const std::vector<click>& clicks, id_style ids, Write write) {
  std::string piece = "user_id,item_id,timestamp\n";
  for (const click& c : clicks) {
    piece += user_name(c.user, ids);
    piece += ',';
    piece += item_name(c.item, ids);
    fmt::format_to(std::back_inserter(piece), ",{}\n", c.time);
    if (piece.size() >= std::size_t{1} << 20) {
      write(piece);
      piece.clear();
    }
  }
  write(piece);
}

}  // namespace

std::string item_name(std::uint32_t item, id_style ids) {
  return ids == id_style::integers ? fmt::format("{}", item + 1000000) : fmt::format("B{:07X}sku", item * 2654435761u);
}

std::vector<click> make_clicks(std::uint64_t count, std::uint32_t users, std::uint32_t items) {
  std::vector<double> weights(items);
  for (std::uint32_t i = 0; i < items; ++i) weights[i] = 1.0 / (i + 10.0);
  const alias_table popularity(weights);
  std::vector<click> clicks;
  clicks.reserve(count + 9);
  for (std::uint64_t session = 0; clicks.size() < count; ++session) {
    const auto stream = synthetic_stream(8, session);
    const auto head = stream.block(0);
    const std::uint32_t user = kernel::mulhi(head.word[0], users), size = 1 + kernel::mulhi(head.word[1], 9);
    const std::int64_t start = first_time + kernel::mulhi(head.word[2], static_cast<std::uint32_t>(month));
    for (std::uint32_t i = 0; i < size; ++i) {
      const auto block = stream.block(1 + i);
      clicks.push_back({user, popularity.ref()(block.word[0], block.word[1]), start + 45 * std::int64_t{i}});
    }
  }
  clicks.resize(count);
  std::stable_sort(clicks.begin(), clicks.end(), [](const click& a, const click& b) { return a.time < b.time; });
  return clicks;
}

std::uint64_t count_sessions(std::vector<click> clicks, std::int64_t gap) {
  std::stable_sort(clicks.begin(), clicks.end(),
                   [](const click& a, const click& b) { return a.user != b.user ? a.user < b.user : a.time < b.time; });
  std::uint64_t sessions = 0;
  for (std::size_t i = 0; i < clicks.size(); ++i) {
    sessions += i == 0 || clicks[i].user != clicks[i - 1].user || clicks[i].time - clicks[i - 1].time > gap ? 1 : 0;
  }
  return sessions;
}

bool write_log(const std::filesystem::path& file, const std::vector<click>& clicks, id_style ids, packing how) {
  if (how == packing::gzip) {
#ifdef M2GRL_HAS_ZLIB
    gzFile out = gzopen(file.c_str(), "wb1");
    check(out != nullptr, "cannot write " + file.string());
    bool good = true;
    write_lines(clicks, ids, [&](const std::string& piece) {
      good = gzwrite(out, piece.data(), static_cast<unsigned>(piece.size())) > 0 && good;
    });
    check(gzclose(out) == Z_OK && good, "cannot write " + file.string());
    return true;
#else
    return false;
#endif
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file.c_str(), "wb"), &std::fclose);
  check(out != nullptr, "cannot write " + file.string());
  const auto put = [&](const void* bytes, std::size_t size) {
    check(std::fwrite(bytes, 1, size, out.get()) == size, "cannot write " + file.string());
  };
  if (how == packing::plain) {
    write_lines(clicks, ids, [&](const std::string& piece) { put(piece.data(), piece.size()); });
    return true;
  }
#ifdef M2GRL_HAS_ZSTD
  write_lines(clicks, ids, [&](const std::string& piece) {  // frames one after another
    std::string packed(ZSTD_compressBound(piece.size()), '\0');
    const std::size_t size = ZSTD_compress(packed.data(), packed.size(), piece.data(), piece.size(), 3);
    check(ZSTD_isError(size) == 0, "zstd failed");
    put(packed.data(), size);
  });
  return true;
#else
  return false;
#endif
}

temporary_folder::temporary_folder()
    : path_(std::filesystem::temp_directory_path() / fmt::format("m2grl-bench-{}", ::getpid())) {
  std::filesystem::create_directories(path_);
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace m2grl::bench
