#pragma once
/// Parts of a table's rows where fp32 or bf16 is known when running only: for launches that read each row once.

#include "cuda/bf16.hpp"
#include "cuda/table_ref.hpp"

namespace m2grl::cuda {

/// Columns c … c + Count − 1 of row `id`.
template <std::uint32_t Count>
[[nodiscard]] M2GRL_HOST_DEVICE columns<Count> load_part(const table_ref& t, std::uint32_t id, std::uint32_t c) {
  return t.bf16_rows ? load_from_table<Count>(t.row<bf16>(id) + c) : load_from_table<Count>(t.row<float>(id) + c);
}

/// Adds `delta` to them; `random` rounds bf16 rows, which are read once more for it.
template <std::uint32_t Count>
M2GRL_HOST_DEVICE void add_part(const table_ref& t, std::uint32_t id, std::uint32_t c, const columns<Count>& delta,
                                rounding_bits random) {
  if (t.bf16_rows) {
    bf16* place = t.row<bf16>(id) + c;
    add_to_table<Count>(place, load_from_table<Count>(place), delta, random);
  } else {
    add_to_table<Count>(t.row<float>(id) + c, delta);
  }
}

}  // namespace m2grl::cuda
