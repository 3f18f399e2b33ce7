#pragma once
/// Random numbers of the synthetic marketplace: one stream for each user, item or other thing that draws.

#include <algorithm>
#include <cstdint>
#include <span>

#include "m2grl/kernel/philox.hpp"

namespace m2grl::synth {

/// What draws, as the task of the stream.
enum class drawn : std::uint32_t { category_sizes, item_numbers, attributes, successors, user_plan, user_events };

class draws {
 public:
  draws(std::uint64_t seed, drawn what, std::uint64_t number)
      : stream_(seed, static_cast<std::uint32_t>(what), 0, number, kernel::purpose::synthetic) {}

  std::uint32_t word() {
    if (used_ == 4) {
      block_ = stream_.block(next_++);
      used_ = 0;
    }
    return block_.word[used_++];
  }
  /// In [0, 1), 53 bits.
  double uniform() {
    const std::uint64_t high = word() >> 5, low = word() >> 6;
    return static_cast<double>((high << 26) | low) * 0x1p-53;
  }
  std::uint32_t below(std::size_t count) { return kernel::mulhi(word(), static_cast<std::uint32_t>(count)); }

 private:
  kernel::random_stream stream_;
  kernel::philox_block block_{};
  std::uint32_t next_ = 0, used_ = 4;
};

/// An index drawn from running sums that end at 1.
inline std::size_t draw_index(std::span<const double> cumulative, double u) {
  const auto at = std::upper_bound(cumulative.begin(), cumulative.end() - 1, u);
  return static_cast<std::size_t>(at - cumulative.begin());
}

}  // namespace m2grl::synth
