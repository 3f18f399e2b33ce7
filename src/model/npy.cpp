#include "model/npy.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

#include "m2grl/error.hpp"

namespace m2grl::files {
namespace {

/// Rows without columns take no bytes: the file's size does not bound them.
constexpr std::uint64_t most_empty_rows = std::uint64_t{1} << 20;
constexpr std::string_view magic{"\x93NUMPY\x01\x00", 8};

/// Type and shape as the header's dictionary spells them, padded so that the data begin at a multiple of 64.
std::string header_of(std::string_view type, std::string_view shape) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", type, shape);
  const std::size_t before = magic.size() + 2;
  text.append(63 - (before + text.size()) % 64, ' ');
  text += '\n';
  std::string header(magic);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

template <class Value>
void write_vector(output_file& file, std::span<const Value> values, std::string_view type) {
  file.write(header_of(type, fmt::format("({},)", values.size())));
  file.write(values.data(), values.size_bytes());
}

class header_reader {
 public:
  explicit header_reader(input_file& file) : file_(file) {
    std::array<char, 10> start{};
    file.read(start.data(), start.size());
    if (std::string_view(start.data(), magic.size()) != magic) fault("it is not a .npy file of version 1.0");
    text_.resize(static_cast<std::uint8_t>(start[8]) + 256u * static_cast<std::uint8_t>(start[9]));
    file.read(text_.data(), text_.size());
  }

  /// What stands behind 'key': up to `closing`, which is included.
  std::string_view value(std::string_view key, char closing) const {
    const std::string name = fmt::format("'{}': ", key);
    const std::size_t at = text_.find(name);
    if (at == std::string::npos) fault(fmt::format("its header lacks {}", key));
    const std::size_t begin = at + name.size(), end = text_.find(closing, begin + 1);
    if (end == std::string::npos) fault("its header is damaged");
    return std::string_view(text_).substr(begin, end - begin + 1);
  }

  std::vector<std::uint64_t> shape() const {
    std::string_view rest = value("shape", ')');
    if (!rest.starts_with('(')) fault("its header is damaged");
    rest.remove_prefix(1);
    std::vector<std::uint64_t> sizes;
    while (rest != ")") {
      std::uint64_t size = 0;
      const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
      if (code != std::errc()) fault("its header is damaged");
      sizes.push_back(size);
      rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
      rest.remove_prefix(rest.find_first_not_of(", "));  // it ends in ')'
    }
    return sizes;
  }

  [[noreturn]] void fault(const std::string& what) const { throw invalid_input({file_.path().string()}, what); }

 private:
  input_file& file_;
  std::string text_;
};

/// Reads the header; the data behind it are exactly product(shape) values of `value_bytes`.
std::vector<std::uint64_t> read_header(input_file& file, std::string_view type, std::size_t value_bytes) {
  const header_reader header(file);
  const std::string quoted_type = fmt::format("'{}'", type);
  if (const auto found = header.value("descr", '\''); found != quoted_type) {
    header.fault(fmt::format("its values are of type {}, expected {}", found, quoted_type));
  }
  if (!header.value("fortran_order", ',').starts_with("False")) header.fault("it is in Fortran order");
  auto shape = header.shape();
  std::uint64_t bytes = value_bytes;
  for (const std::uint64_t size : shape) {
    if (__builtin_mul_overflow(bytes, size, &bytes)) header.fault("its shape exceeds 64 bits");
  }
  if (bytes != file.left()) {
    header.fault(fmt::format("its header promises {} bytes of data, the file holds {}", bytes, file.left()));
  }
  return shape;
}

template <class Value>
std::vector<Value> read_vector(input_file& file, std::string_view type) {
  const auto shape = read_header(file, type, sizeof(Value));
  if (shape.size() != 1) {
    throw invalid_input({file.path().string()}, fmt::format("it has {} dimensions, expected 1", shape.size()));
  }
  std::vector<Value> values(shape[0]);
  file.read(values.data(), values.size() * sizeof(Value));
  return values;
}

}  // namespace

void write_npy(output_file& file, const table& t) {
  file.write(header_of("<f4", fmt::format("({}, {})", t.rows(), t.dim())));
  for (std::size_t r = 0; r < t.rows(); ++r) file.write(t[r].data(), t[r].size_bytes());
}
void write_npy(output_file& file, std::span<const std::uint32_t> values) { write_vector(file, values, "<u4"); }
void write_npy(output_file& file, std::span<const std::uint64_t> values) { write_vector(file, values, "<u8"); }

table read_npy_table(input_file& file, std::uint64_t rows, std::uint64_t dim) {
  const auto shape = read_header(file, "<f4", sizeof(float));
  if (shape != std::vector{rows, dim}) {
    throw invalid_input({file.path().string()},
                        fmt::format("its shape is ({}), expected ({}, {})", fmt::join(shape, ", "), rows, dim));
  }
  if (dim == 0 && rows > most_empty_rows) {
    throw invalid_input({file.path().string()}, fmt::format("it has {} rows without columns", rows));
  }
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) file.read(t[r].data(), t[r].size_bytes());
  return t;
}
std::vector<std::uint32_t> read_npy_u32(input_file& file) { return read_vector<std::uint32_t>(file, "<u4"); }
std::vector<std::uint64_t> read_npy_u64(input_file& file) { return read_vector<std::uint64_t>(file, "<u8"); }

}  // namespace m2grl::files
