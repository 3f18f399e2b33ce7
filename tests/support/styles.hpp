#pragma once
/// A model whose items have a category, which their vectors show loudly, and a style, which they show faintly; one
/// session clicks items of one style across categories.

#include <random>
#include <string>

#include "m2grl/metric.hpp"
#include "support/small_model.hpp"

namespace m2grl::test {

struct styles {
  static constexpr std::size_t categories = 8, style_count = 12, per_pair = 2, dim = 32;
  static constexpr std::size_t items = categories * style_count * per_pair;

  static node_id item(std::size_t category, std::size_t style, std::size_t copy) {
    return static_cast<node_id>((category * style_count + style) * per_pair + copy);
  }
  static std::size_t category_of(node_id item) { return item / (style_count * per_pair); }
  static std::size_t style_of(node_id item) { return item / per_pair % style_count; }

  static table item_vectors(std::mt19937& random) {
    const table of_category = random_table(categories, dim, random), of_style = random_table(style_count, dim, random);
    table vectors = random_table(items, dim, random);
    for (node_id i = 0; i < items; ++i) {
      for (std::size_t c = 0; c < dim; ++c) {
        vectors[i][c] = 0.2f * vectors[i][c] + 2 * of_category[category_of(i)][c] + 0.5f * of_style[style_of(i)][c];
      }
    }
    return vectors;
  }
  /// Sessions of three items of one style in three categories.
  static ragged sessions(std::mt19937& random, std::size_t count) {
    ragged log;
    for (std::size_t s = 0; s < count; ++s) {
      const std::size_t style = random() % style_count, first = random() % categories;
      for (std::size_t i = 0; i < 3; ++i) {
        log.ids.push_back(item((first + i * 3) % categories, style, random() % per_pair));
      }
      log.end_row();
    }
    return log;
  }
  static model planted(std::uint32_t seed = 1) {
    std::mt19937 random(seed);
    model m;
    m.cfg.data.events = "events.csv";
    m.cfg.data.user = "user";
    m.cfg.data.item = "item";
    m.cfg.views.resize(2);
    m.cfg.views[0].name = "item";
    m.cfg.views[1].name = m.cfg.views[1].column = "category";
    m.cfg.train.dim = dim;
    m.cfg.eval.k = {10};
    m.views.push_back(random_view("item", numbered("i", items), dim, random));
    m.views.push_back(random_view("category", numbered("c", categories), dim, random));
    m.views[0].tables.input = item_vectors(random);
    m.views[0].tables.output = m.views[0].tables.input.clone();
    link_data link{0, 1, {}, {}};
    for (node_id i = 0; i < items; ++i) {
      link.targets.ids.push_back(static_cast<node_id>(category_of(i)));
      link.targets.end_row();
      link.counts.push_back(1);
    }
    m.links.push_back(std::move(link));
    m.tasks = {{"item", 0, 1, 1, 1}, {"category", 0, 1, 1, 1}};
    const ragged held_out = sessions(random, 300);
    for (std::size_t s = 0; s < held_out.size(); ++s) {
      const auto session = held_out[s];
      m.test.histories.ids.insert(m.test.histories.ids.end(), session.begin(), session.end() - 1);
      m.test.histories.end_row();
      m.test.targets.push_back(session.back());
    }
    return m;
  }
};

}  // namespace m2grl::test
