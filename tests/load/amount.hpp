#pragma once
/// How much of it: a test's own number, or that of the environment, which scripts/soak.py sets.

#include <cstdlib>
#include <string>

namespace m2grl::test {

inline int amount(const char* variable, int in_ci) {
  const char* text = std::getenv(variable);
  return text == nullptr ? in_ci : std::stoi(text);
}

}  // namespace m2grl::test
