#pragma once
/// Files that must be refused: by which words, and in how little memory.

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "m2grl/error.hpp"
#include "peak_memory.hpp"

namespace m2grl::test {

/// What the call refuses with; "accepted" where it does not.
inline std::string refusal_of(const std::function<void()>& call) {
  std::string message = "accepted";
  const std::size_t bytes = peak_memory_of([&] {
    try {
      call();
    } catch (const error& fault) {
      message = fault.what();
    }
  });
  CHECK(bytes < most_while_refusing);
  return message;
}

inline void check_refused(const std::function<void()>& call, const std::string& words) {
  CHECK_THAT(refusal_of(call), Catch::Contains(words));
}

}  // namespace m2grl::test
