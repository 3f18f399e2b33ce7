#pragma once
/// What the SGNS kernel needs beside tables and sequences: samplers, factors of hot rows, AdaGrad's sums, a grid.

#include <cstdint>

#include "cuda/runtime/memory.hpp"
#include "cuda/sgns/sgns_launch.hpp"
#include "train/problem.hpp"
#include "train/state_part.hpp"

namespace m2grl::cuda {

/// Move-only; what it hands out stays valid when it is moved.
class sgns_state {
 public:
  /// For view `v` of the problem, whose tables are `input` and `output` (the same where the problem ties them), without
  /// factors and squares. `sequences` of an
  /// epoch, see plan_sgns_grid(). Throws out_of_memory, cuda_error.
  sgns_state(const problem& p, std::size_t v, const table_ref& input, const table_ref& output, std::uint64_t sequences);

  /// All but sequences, task and round.
  [[nodiscard]] const sgns_arguments& arguments() const noexcept { return arguments_; }
  [[nodiscard]] const sgns_grid& grid() const noexcept { return grid_; }
  /// AdaGrad's sums of view `v`.
  [[nodiscard]] std::vector<state_part> state(std::size_t v);

 private:
  void place_samplers(const view_task& task);
  void place_rows(const problem& p, const view_task& task);

  sgns_grid grid_;
  sgns_arguments arguments_;
  device_array<float> input_factors_, output_factors_;  ///< of hot rows [nodes], or empty
  device_array<float> input_squares_, output_squares_;  ///< AdaGrad's accumulators [nodes], or empty
  device_array<kernel::alias_entry> noise_;
  device_array<std::uint32_t> keep_;
  device_array<unsigned char> off_chip_;  ///< rings that are too large for shared memory
};

}  // namespace m2grl::cuda
