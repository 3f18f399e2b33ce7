#pragma once
/// The planted part of a marketplace: categories, brands, shops, tastes, successors.

#include "m2grl/synth.hpp"

namespace m2grl::synth {

/// Throws invalid_input where a plan is impossible.
void check_plan(const synth_config& plan);
[[nodiscard]] std::size_t taste_count(const synth_config& plan);

/// Fills everything but the events, the times and the users' tastes.
void plant(marketplace& m);

/// Running sums of (rank + 1)^−exponent for `count` ranks, ending at 1; shares beside them.
void zipf_shares(std::size_t count, double exponent, std::vector<double>& share, std::vector<double>& cumulative);

/// Row `group` of a group's shares or running sums.
[[nodiscard]] inline std::span<const double> row_of(const item_groups& groups, const std::vector<double>& values,
                                                    std::size_t group) {
  const auto& offsets = groups.members.offsets;
  return std::span(values).subspan(offsets[group], offsets[group + 1] - offsets[group]);
}

}  // namespace m2grl::synth
