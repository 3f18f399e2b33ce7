#pragma once
/// A small model with every part filled, from a seed; nothing in it was trained.

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>

#include "m2grl/model.hpp"

namespace m2grl::test {

inline table random_table(std::size_t rows, std::size_t dim, std::mt19937& random) {
  std::normal_distribution<float> normal;
  table t(rows, dim);
  for (std::size_t r = 0; r < rows; ++r) {
    for (float& value : t[r]) value = normal(random);
  }
  return t;
}

inline model_view random_view(const std::string& name, std::vector<std::string> ids, std::size_t dim,
                              std::mt19937& random) {
  model_view view;
  view.name = name;
  std::vector<std::uint64_t> counts(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) counts[i] = 1000 - i;
  view.tables.input = random_table(ids.size(), dim, random);
  view.tables.output = random_table(ids.size(), dim, random);
  view.ids = vocabulary(std::move(ids), std::move(counts));
  return view;
}

inline std::vector<std::string> numbered(const std::string& prefix, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(prefix + std::to_string(i));
  return names;
}

/// Views "item" [items], "category" [categories] of other dimension; item i → category i % categories
/// (with two categories for every seventh item, none for every eleventh).
inline model small_model(std::size_t items = 40, std::size_t categories = 6, std::uint32_t seed = 1) {
  std::mt19937 random(seed);
  model m;
  m.cfg.data.events = "events.csv";
  m.cfg.data.user = "user_id";
  m.cfg.data.item = "item_id";
  m.cfg.views.resize(2);
  m.cfg.views[0].name = "item";
  m.cfg.views[1].name = "category";
  m.cfg.views[1].column = "category_id";
  m.cfg.train.dim = 24;
  m.cfg.eval.compose = {{"item", 1}, {"category", 0.5}};
  m.views.push_back(random_view("item", numbered("i", items), 24, random));
  m.views.push_back(random_view("category", numbered("c", categories), 17, random));
  link_data link{0, 1, {}, {}};
  for (std::size_t i = 0; i < items; ++i) {
    if (i % 11 != 10) link.targets.ids.push_back(static_cast<node_id>(i % categories));
    if (i % 7 == 6) link.targets.ids.push_back(static_cast<node_id>((i + 1) % categories));
    link.targets.end_row();
  }
  for (std::size_t c = 0; c < link.targets.ids.size(); ++c)
    link.counts.push_back(static_cast<std::uint32_t>(1 + c % 5));
  m.links.push_back(std::move(link));
  m.relations.push_back(
      {0, 1, projection_kind::sigmoid, random_table(8, 24, random), random_table(8, 17, random), -2.1f});
  m.relations.push_back({0, 0, projection_kind::tanh, random_table(24, 24, random), {}, 0});
  m.tasks = {{"item", 0.1, 1.0 / 3, 2.7182818284590452, 123456789012345}, {"item~category", -0.7, 0.25, 1e-300, 7}};
  m.test.histories.ids = {3, 1, 4, 1, 5};
  m.test.histories.offsets = {0, 2, 2, 5};
  m.test.targets = {9, no_node, 2};
  m.validation.histories.ids = {6};
  m.validation.histories.end_row();
  m.validation.targets = {0};
  m.history = {4, {2, 4, 6, 7}, random_table(4, 2, random), random_table(4, 2, random)};
  m.report = {1000, 900, 50, 80, {{"dwell below 2 s", 60}, {"user with more than 1000 events", 40}}, 0.125};
  return m;
}

/// A directory of its own under the system's temporary directory, removed at the end.
class temporary_directory {
 public:
  temporary_directory() {
    std::random_device device;
    path_ =
        std::filesystem::temp_directory_path() / ("m2grl-test-" + std::to_string(device()) + std::to_string(device()));
    std::filesystem::create_directory(path_);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace m2grl::test
