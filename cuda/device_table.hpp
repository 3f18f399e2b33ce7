#pragma once
/// One embedding table on the device.

#include "cuda/runtime/memory.hpp"
#include "cuda/table_ref.hpp"
#include "m2grl/config.hpp"
#include "m2grl/table.hpp"
#include "train/state_part.hpp"

namespace m2grl::cuda {

/// Rows [rows, stride] of float or bf16, the stride that of the host's table. Move-only.
class device_table {
 public:
  /// A copy of `values`, rounded to the nearest where the precision is bf16. Throws out_of_memory.
  device_table(const table& values, table_precision precision);

  /// Without factors and squares. Valid as long as this table.
  [[nodiscard]] table_ref ref() noexcept;
  /// Its memory, as one part of a run's state.
  [[nodiscard]] state_part state(std::string name) noexcept;
  /// Waits for `stream`, then copies the values into `to`, a table of the same shape.
  void download(table& to, cudaStream_t stream) const;

 private:
  std::size_t stride_;
  device_array<float> fp32_;
  device_array<std::uint16_t> bf16_;  ///< bits
};

}  // namespace m2grl::cuda
