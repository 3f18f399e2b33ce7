#pragma once
/// How much memory a call holds at most.

#include <cstddef>
#include <functional>

namespace m2grl::test {

/// Under a sanitizer, which keeps what is freed, and for which a million values are slow.
#if defined(M2GRL_ASAN) || defined(M2GRL_TSAN)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// Bytes beyond those held before: what operator new gave out and, where no sanitizer is in the way, what became
/// resident. The larger of the two; the latter is known to some hundred KiB.
[[nodiscard]] std::size_t peak_memory_of(const std::function<void()>& call);

inline constexpr std::size_t most_while_refusing = std::size_t{64} << 20;

}  // namespace m2grl::test
