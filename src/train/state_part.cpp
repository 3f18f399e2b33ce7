#include "train/state_part.hpp"

#include <fmt/format.h>

namespace m2grl {

std::vector<state_part> parts_of(embeddings& e, const std::string& prefix) {
  std::vector<state_part> parts;
  const auto add = [&](std::string name, table& t) {
    if (!t.empty()) parts.push_back({prefix + std::move(name), t.data(), t.bytes()});
  };
  for (std::size_t v = 0; v < e.views.size(); ++v) {
    add(fmt::format("view.{}.input", v), e.views[v].input);
    add(fmt::format("view.{}.output", v), e.views[v].output);
  }
  for (std::size_t r = 0; r < e.relations.size(); ++r) {
    add(fmt::format("relation.{}.from", r), e.relations[r].w_from);
    add(fmt::format("relation.{}.to", r), e.relations[r].w_to);
    parts.push_back({fmt::format("{}relation.{}.bias", prefix, r), &e.relations[r].bias, sizeof(e.relations[r].bias)});
  }
  return parts;
}

}  // namespace m2grl
