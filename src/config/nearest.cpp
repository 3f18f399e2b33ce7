#include "config/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/keys.hpp"

namespace m2grl::config_keys {
namespace {

/// Lists the path of every key, without array indices.
struct path_collector {
  std::string path;
  std::vector<std::string>& out;

  template <class Field>
  void operator()(std::string_view name, const Field&, const limits& = {}) {
    out.push_back(join(path, name));
  }
  template <class Struct>
  void table(std::string_view name, const Struct& sub) {
    out.push_back(join(path, name));
    path_collector inner{out.back(), out};
    describe(inner, sub);
  }
  template <class Struct>
  void tables(std::string_view name, const std::vector<Struct>&) {
    table(name, Struct{});
  }
};

std::string_view leaf_of(std::string_view path) { return path.substr(path.rfind('.') + 1); }  // npos + 1 is 0
std::string_view parent_of(std::string_view path) { return path.substr(0, path.size() - leaf_of(path).size()); }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

std::string_view nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& name : known) {
    std::size_t distance = edit_distance(word, name);
    // "epoch" for "epochs", "rate" for "learning_rate": a part of a name is near, too.
    if (word.size() >= 3 && name.find(word) != std::string::npos) distance = std::min<std::size_t>(distance, 1);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

std::string suggest_key(const std::string& path) {
  std::vector<std::string> all, here, elsewhere;
  path_collector collector{"", all};
  const config any;
  describe(collector, any);
  for (const std::string& known : all) {
    if (parent_of(known) == parent_of(path)) {
      here.emplace_back(leaf_of(known));
    } else if (leaf_of(known) == leaf_of(path)) {
      elsewhere.push_back(known);
    }
  }
  const std::string_view leaf = leaf_of(path);
  if (elsewhere.empty()) {
    if (const auto near = nearest(leaf, here); !near.empty()) {
      return fmt::format("; did you mean \"{}{}\"?", parent_of(path), near);
    }
    for (const std::string& known : all) {
      if (nearest(leaf, {std::string(leaf_of(known))}).empty()) continue;
      elsewhere.push_back(known);
    }
  }
  if (!elsewhere.empty()) return fmt::format("; did you mean \"{}\"?", fmt::join(elsewhere, "\" or \""));
  if (here.empty()) return "";
  return fmt::format("; the keys there are {}", fmt::join(here, ", "));
}

}  // namespace m2grl::config_keys
