#pragma once
/// Several arrays in one file of Hugging Face's safetensors format.
///
///   u64 n, little-endian · n bytes of JSON, padded with spaces · the arrays, one behind another
///
/// The JSON maps each name to {"dtype": "F32", "shape": [rows, dim], "data_offsets": [begin, end]}, counted from the
/// JSON's end, and "__metadata__" to texts. The arrays begin at a multiple of 8 bytes.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "m2grl/table.hpp"
#include "model/files.hpp"

namespace m2grl::files {

struct named_table {
  std::string name;  ///< UTF-8, unlike every other name and "__metadata__"
  const table* values = nullptr;
};

using text_pairs = std::vector<std::pair<std::string, std::string>>;

/// Writes tables as fp32 [rows, dim] in C order, as they lie in memory: little-endian.
void write_safetensors(output_file& file, std::span<const named_table> tables, const text_pairs& metadata);

}  // namespace m2grl::files
