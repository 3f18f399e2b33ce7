#include "model/safetensors.hpp"

#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace m2grl::files {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

namespace {

std::string header_of(std::span<const named_table> tables, const text_pairs& metadata) {
  nlohmann::ordered_json header;
  for (const auto& [key, text] : metadata) header["__metadata__"][key] = text;
  std::uint64_t begin = 0;
  for (const auto& [name, values] : tables) {
    const std::uint64_t end = begin + std::uint64_t{values->rows()} * values->dim() * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", {values->rows(), values->dim()}}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

void write_safetensors(output_file& file, std::span<const named_table> tables, const text_pairs& metadata) {
  const std::string header = header_of(tables, metadata);
  const std::uint64_t size = header.size();
  file.write(&size, sizeof size);
  file.write(header);
  for (const auto& [name, values] : tables) {
    for (std::size_t r = 0; r < values->rows(); ++r) file.write((*values)[r].data(), (*values)[r].size_bytes());
  }
}

}  // namespace m2grl::files
