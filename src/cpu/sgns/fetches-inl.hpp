/// Rows of later blocks, asked for between the products of this one.
#if defined(M2GRL_CPU_SGNS_FETCHES_INL) == defined(HWY_TARGET_TOGGLE)  // once per SIMD target
#ifdef M2GRL_CPU_SGNS_FETCHES_INL
#undef M2GRL_CPU_SGNS_FETCHES_INL
#else
#define M2GRL_CPU_SGNS_FETCHES_INL
#endif

#include <cstddef>
#include <cstdint>

#include "cpu/sgns/lanes-inl.hpp"
#include "cpu/sgns_block.hpp"

HWY_BEFORE_NAMESPACE();
namespace m2grl::cpu::HWY_NAMESPACE {

/// Asks for the rows that later blocks need, a few at a time between the products: all at once they would fill the
/// core's miss buffers and stall it.
class row_fetches {
 public:
  /// Deals the rows out to `parts` parts of a loop.
  HWY_INLINE row_fetches(const sgns_block& b, std::size_t parts)
      : row_(b.ahead_rows), left_(b.ahead), parts_(static_cast<std::uint32_t>(parts)) {}

  /// Columns c … c + width of the next part's rows.
  HWY_INLINE void next(std::size_t c, std::size_t width) {
    if (c % max_lanes != 0) return;  // a line is max_lanes floats: asked for once
    const std::uint32_t share = left_ / parts_--;
    left_ -= share;
    for (float* const* last = row_ + share; row_ < last; ++row_) {
      for (std::size_t j = 0; j < width; j += max_lanes) __builtin_prefetch(*row_ + c + j, 1, 3);
    }
  }

 private:
  float* const* row_;
  std::uint32_t left_, parts_;
};

}  // namespace m2grl::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
