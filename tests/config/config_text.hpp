#pragma once
/// Small configurations as text, and what is said of faulty ones.

#include <string>
#include <utility>
#include <vector>

#include "m2grl/config.hpp"
#include "m2grl/error.hpp"

namespace m2grl::test {

/// The least configuration that is valid, then `more`.
inline std::string with(const std::string& more) {
  return "[data]\nevents = \"e.csv\"\nuser = \"u\"\nitem = \"i\"\n[[views]]\nname = \"item\"\n" + more;
}

using overrides = std::vector<std::pair<std::string, std::string>>;

inline std::string fault(const std::string& toml, const overrides& set = {}) {
  try {
    (void)parse_config(toml, "c.toml", set);
  } catch (const invalid_input& e) {
    return e.what();
  }
  return "no fault";
}

inline std::string fault_of(const overrides& set) { return fault(with(""), set); }

}  // namespace m2grl::test
