#include "train/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "m2grl/error.hpp"
#include "m2grl/version.hpp"
#include "model/bounded_json.hpp"
#include "model/folders.hpp"
#include "model/staging.hpp"

namespace m2grl {
namespace {

using nlohmann::json;

constexpr char magic[] = "M2GRLCKP";
constexpr std::size_t magic_bytes = 8;
constexpr std::uint32_t newest_version = 1;
constexpr std::uint64_t most_header_bytes = std::uint64_t{16} << 20;
constexpr std::uint64_t block_bytes = std::uint64_t{1} << 20;

template <class T>
void write_number(files::output_file& out, T value) {
  out.write(&value, sizeof(value));
}
template <class T>
T read_number(files::input_file& in) {
  T value{};
  in.read(&value, sizeof(value));
  return value;
}

/// Of a block: blocks that change places are found, too.
std::uint64_t block_checksum(std::uint64_t place, const void* bytes, std::size_t count) {
  files::running_checksum sum;
  sum.add(&place, sizeof(place));
  sum.add(bytes, count);
  return sum.value();
}

std::uint64_t blocks_of(std::uint64_t bytes) { return bytes / block_bytes + (bytes % block_bytes != 0); }

/// What killed runs left beside the file. One run at a time writes there.
void remove_unfinished(const std::filesystem::path& file) {
  const std::string begin = fmt::format(".{}.", file.filename().string());
  (void)files::for_each_name(file.parent_path(), [&](std::string_view name) {
    std::error_code ignored;
    if (name.starts_with(begin)) std::filesystem::remove(file.parent_path() / name, ignored);
  });
}

}  // namespace

void write_checkpoint(const checkpoint& c, const std::filesystem::path& named) {
  const std::filesystem::path file = std::filesystem::absolute(named);
  json parts = json::array();
  for (const kept_part& part : c.parts) parts.push_back({{"name", part.name}, {"bytes", part.bytes.size()}});
  const std::string header = json{
      {"library", version()},
      {"device", c.device},
      {"run", {{"options", c.run.options}, {"inputs", c.run.inputs}}},
      {"trainer", c.trainer},
      {"parts",
       std::move(parts)}}.dump();
  remove_unfinished(file);
  files::staged_files staged(file.parent_path());
  files::output_file out(staged.add(file.filename().string()));
  out.write(magic, magic_bytes);
  write_number<std::uint32_t>(out, newest_version);
  write_number<std::uint32_t>(out, 0);
  write_number<std::uint64_t>(out, header.size());
  write_number<std::uint64_t>(out, files::checksum_of(header));
  out.write(header);
  std::uint64_t place = 0;
  for (const kept_part& part : c.parts) {
    for (std::size_t at = 0; at < part.bytes.size(); at += block_bytes) {
      const std::size_t count = std::min<std::size_t>(block_bytes, part.bytes.size() - at);
      out.write(part.bytes.data() + at, count);
      write_number(out, block_checksum(place++, part.bytes.data() + at, count));
    }
  }
  out.finish();
  staged.commit();
}

checkpoint_writer::~checkpoint_writer() {
  if (thread_.joinable()) thread_.join();
}

void checkpoint_writer::write(checkpoint c) {
  checkpoint_ = std::move(c);
  writing_.store(true, std::memory_order_relaxed);
  try {
    thread_ = std::thread([this] { write_now(); });
  } catch (const std::exception&) {  // no thread is to be had
    write_now();
  }
}

void checkpoint_writer::write_now() noexcept {
  try {
    write_checkpoint(checkpoint_, file_);
  } catch (...) {
    failure_ = std::current_exception();
  }
  checkpoint_.parts = {};
  writing_.store(false, std::memory_order_release);
}

void checkpoint_writer::wait() {
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

checkpoint_reader::checkpoint_reader(const std::filesystem::path& file) : in_(file) {
  read_header();
  read_parts();
}

void checkpoint_reader::refuse(const std::string& why) const {
  throw invalid_input({in_.path().string()}, "this checkpoint cannot be used: " + why);
}

void checkpoint_reader::read_header() {
  constexpr std::uint64_t begin_bytes = magic_bytes + 2 * sizeof(std::uint32_t) + 2 * sizeof(std::uint64_t);
  char found[magic_bytes];
  if (in_.bytes() < begin_bytes) refuse(fmt::format("it has {} bytes", in_.bytes()));
  in_.read(found, magic_bytes);
  if (std::memcmp(found, magic, magic_bytes) != 0) refuse("it does not begin as one");
  const auto version = read_number<std::uint32_t>(in_);
  if (version != newest_version) {
    refuse(fmt::format("it has format version {}, this m2grl reads {}", version, newest_version));
  }
  if (read_number<std::uint32_t>(in_) != 0) refuse("its begin is damaged");
  const auto bytes = read_number<std::uint64_t>(in_), checksum = read_number<std::uint64_t>(in_);
  if (bytes > std::min(in_.left(), most_header_bytes)) refuse(fmt::format("its header would have {} bytes", bytes));
  std::string text(bytes, '\0');
  in_.read(text.data(), text.size());
  if (files::checksum_of(text) != checksum) refuse("its header is damaged");
  try {
    header_ = files::parse_bounded<json>(text);
    if (header_.is_discarded()) refuse("its header is no JSON, or too much of it");
    for (const json& part : header_.at("parts")) {
      parts_.emplace_back(part.at("name").get<std::string>(), files::count_from(part.at("bytes")));
    }
    header_.at("run").at("options").get_to(run_.options);
    header_.at("run").at("inputs").get_to(run_.inputs);
    (void)header_.at("device").get<std::string>();
    (void)header_.at("trainer");
  } catch (const json::exception& fault) {
    refuse(fmt::format("its header says {}", fault.what()));
  }
}

/// Whether the file is as long as its parts say.
void checkpoint_reader::read_parts() {
  std::uint64_t left = in_.left();
  for (const auto& [name, bytes] : parts_) {
    if (bytes > left || bytes + blocks_of(bytes) * sizeof(std::uint64_t) > left) {
      refuse(fmt::format("it ends within its part \"{}\"", name));
    }
    left -= bytes + blocks_of(bytes) * sizeof(std::uint64_t);
  }
  if (left != 0) refuse(fmt::format("{} bytes follow its last part", left));
}

std::vector<std::byte> checkpoint_reader::next() {
  const auto& [name, bytes] = parts_.at(next_);
  std::uint64_t place = 0;
  for (std::size_t p = 0; p < next_; ++p) place += blocks_of(parts_[p].second);
  ++next_;
  std::vector<std::byte> values(bytes);
  for (std::uint64_t at = 0; at < bytes; at += block_bytes) {
    const auto count = static_cast<std::size_t>(std::min(block_bytes, bytes - at));
    in_.read(values.data() + at, count);
    if (block_checksum(place++, values.data() + at, count) != read_number<std::uint64_t>(in_)) {
      refuse(fmt::format("its part \"{}\" is damaged", name));
    }
  }
  return values;
}

}  // namespace m2grl
