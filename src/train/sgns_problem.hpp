#pragma once
/// The problem that single SGNS steps solve: one view whose sequences come later.

#include <cstdint>
#include <span>

#include "train/problem.hpp"

namespace m2grl {

/// For tables of so many rows; `one_table`: input and output are the same. Counts are copied. Throws invalid_input.
[[nodiscard]] problem make_sgns_problem(const train_config& cfg, std::size_t input_rows, std::size_t output_rows,
                                        bool one_table, std::span<const std::uint64_t> counts);

/// Throws invalid_input where it cannot be one.
void check_step_rate(float learning_rate);

}  // namespace m2grl
