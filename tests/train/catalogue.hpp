#pragma once
/// A small catalogue for the trainer's tests: items in sessions, their categories, and the links between them.

#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "m2grl/trainer.hpp"

namespace catalogue {

struct inputs {
  m2grl::ragged items, categories, links;
  m2grl::csr_graph graph;                ///< of the items' transitions
  std::vector<m2grl::view_input> views;  ///< item, category; refer to this: it must not move
  std::vector<m2grl::link_input> linked;
  std::size_t item_count = 0, category_count = 0;

  inputs() = default;
  inputs(const inputs&) = delete;
  inputs& operator=(const inputs&) = delete;
};

/// Sessions of items drawn without regard to their category (item i has category i % categories).
inline void fill(inputs& c, std::size_t items, std::size_t categories, std::size_t sessions, std::size_t length,
                 std::uint64_t seed) {
  std::mt19937_64 random(seed);
  c.item_count = items;
  c.category_count = categories;
  for (std::size_t s = 0; s < sessions; ++s) {
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t item = random() % (1 + random() % items);
      c.items.ids.push_back(static_cast<m2grl::node_id>(item));
      c.categories.ids.push_back(static_cast<m2grl::node_id>(item % categories));
    }
    c.items.end_row();
    c.categories.end_row();
  }
  for (std::size_t i = 0; i < items; ++i) {
    c.links.ids.push_back(static_cast<m2grl::node_id>(i % categories));
    c.links.end_row();
  }
  c.graph = m2grl::build_transition_graph(c.items, items, false);
  c.views.resize(2);
  c.views[0].name = "item";
  c.views[0].nodes = items;
  c.views[0].sequences = c.items;
  c.views[0].graph = &c.graph;
  c.views[0].walks.per_node = 3;
  c.views[0].walks.length = 12;
  c.views[1].name = "category";
  c.views[1].nodes = categories;
  c.views[1].sequences = c.categories;
  c.linked.push_back({0, 1, c.links, {}, {}});
}

inline m2grl::train_config small_config() {
  m2grl::train_config cfg;
  cfg.dim = 20;
  cfg.epochs = 3;
  cfg.threads = 1;
  return cfg;
}

inline bool same_bits(const m2grl::table& a, const m2grl::table& b) {
  return a.bytes() == b.bytes() && (a.empty() || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

inline bool same_bits(const m2grl::embeddings& a, const m2grl::embeddings& b) {
  bool same =
      a.views.size() == b.views.size() && a.relations.size() == b.relations.size() && a.tasks.size() == b.tasks.size();
  for (std::size_t v = 0; same && v < a.views.size(); ++v) {
    same = same_bits(a.views[v].input, b.views[v].input) && same_bits(a.views[v].output, b.views[v].output);
  }
  for (std::size_t r = 0; same && r < a.relations.size(); ++r) {
    same = same_bits(a.relations[r].w_from, b.relations[r].w_from) &&
           same_bits(a.relations[r].w_to, b.relations[r].w_to) && a.relations[r].bias == b.relations[r].bias;
  }
  for (std::size_t t = 0; same && t < a.tasks.size(); ++t) {
    same = a.tasks[t].log_variance == b.tasks[t].log_variance && a.tasks[t].loss == b.tasks[t].loss &&
           a.tasks[t].pairs == b.tasks[t].pairs;
  }
  return same;
}

inline bool all_finite(const m2grl::table& t) {
  for (std::size_t i = 0; i < t.rows() * t.stride(); ++i) {
    if (!std::isfinite(t.data()[i])) return false;
  }
  return true;
}

inline bool all_finite(const m2grl::embeddings& e) {
  bool finite = true;
  for (const auto& view : e.views) finite = finite && all_finite(view.input) && all_finite(view.output);
  for (const auto& r : e.relations) {
    finite = finite && all_finite(r.w_from) && all_finite(r.w_to) && std::isfinite(r.bias);
  }
  for (const auto& task : e.tasks) finite = finite && std::isfinite(task.log_variance) && std::isfinite(task.weight);
  return finite;
}

}  // namespace catalogue
