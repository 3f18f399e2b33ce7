#pragma once
/// Arrays in NumPy's .npy format, version 1.0, little-endian, C order.

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "m2grl/table.hpp"
#include "model/files.hpp"

namespace m2grl::files {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

/// Writes a table as fp32 [rows, dim].
void write_npy(output_file& file, const table& t);
void write_npy(output_file& file, std::span<const std::uint32_t> values);
void write_npy(output_file& file, std::span<const std::uint64_t> values);

/// Read a whole array. The file's size is checked against the header before memory is allocated; no bytes may
/// follow. Throw invalid_input where type, shape or size are not what the format or the caller expects; io_error.
[[nodiscard]] table read_npy_table(input_file& file, std::uint64_t rows, std::uint64_t dim);
[[nodiscard]] std::vector<std::uint32_t> read_npy_u32(input_file& file);
[[nodiscard]] std::vector<std::uint64_t> read_npy_u64(input_file& file);

}  // namespace m2grl::files
