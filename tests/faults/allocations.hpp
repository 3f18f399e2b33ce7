#pragma once
/// Host memory as this program hands it out: operator new everywhere, and the C functions where the library's own code
/// calls them (not where the C library or OpenMP's does, which end the process without memory). It can be made to fail.

#include <cstdint>

namespace m2grl::test {

/// The allocation that fails, counted from 1 over all threads; `from_then_on`: and every later one.
void fail_allocation(std::uint64_t number, bool from_then_on);
/// No allocation fails any more. Returns how many there were.
std::uint64_t stop_failing();
/// What was allocated and not freed.
[[nodiscard]] std::int64_t live_allocations();

}  // namespace m2grl::test
