/// A view of your own, and a weight policy of your own, in one training.
///
/// A shop's items have categories, which no column of a log names: here they come from a function. They make a second
/// view, whose sequences are the sessions' categories, linked to the items. The policy lets the alignment begin gently
/// and weigh as much as the views at the end.

#include <cstdio>
#include <m2grl/m2grl.hpp>
#include <random>

namespace {

constexpr std::uint32_t items = 300, categories = 10, sessions = 4000, length = 8;

m2grl::node_id category_of(m2grl::node_id item) { return item / (items / categories); }

/// Sessions that stay in one category, with few exceptions.
m2grl::ragged sessions_of_items() {
  std::mt19937 random(7);
  m2grl::ragged rows;
  for (std::uint32_t s = 0; s < sessions; ++s) {
    const std::uint32_t home = random() % categories;
    for (std::uint32_t i = 0; i < length; ++i) {
      const bool strays = random() % 20 == 0;
      rows.ids.push_back(strays ? random() % items : home * (items / categories) + random() % (items / categories));
    }
    rows.end_row();
  }
  return rows;
}

}  // namespace

int main() {
  const m2grl::ragged clicks = sessions_of_items();
  m2grl::ragged kinds = clicks, links;  // the view's sequences; each item's categories
  for (m2grl::node_id& id : kinds.ids) id = category_of(id);
  for (m2grl::node_id item = 0; item < items; ++item) {
    links.ids.push_back(category_of(item));
    links.end_row();
  }
  m2grl::view_input views[2];
  views[0].name = "item", views[0].nodes = items, views[0].sequences = clicks;
  views[1].name = "kind", views[1].nodes = categories, views[1].sequences = kinds;
  m2grl::link_input link;
  link.from = 0, link.to = 1, link.targets = links;

  m2grl::train_config cfg;
  cfg.dim = 24;
  cfg.epochs = 6;
  m2grl::train_options options;
  double progress = 0;
  options.on_progress = [&](const m2grl::progress& now) {
    progress = static_cast<double>(now.round) / static_cast<double>(now.rounds);
  };
  options.task_weights = [&](std::span<const m2grl::task_state> tasks, std::span<double> weights) {
    for (std::size_t t = 0; t < tasks.size(); ++t) weights[t] = tasks[t].name == "item~kind" ? progress : 1.0;
  };
  const m2grl::train_result result = m2grl::train(cfg, views, {&link, 1}, options);
  for (const m2grl::task_state& task : result.learned.tasks) {
    std::printf("%-10s loss %.3f, weight %.2f\n", task.name.c_str(), task.loss, task.weight);
  }

  // Aligned: an item's nearest kind, both seen through W, is its own.
  const m2grl::relation& r = result.learned.relations[0];
  const auto seen = [&](const m2grl::table& t) { return m2grl::in_relation_space(t, r.w_from, r.projection); };
  const m2grl::table of_items = seen(result.learned.views[0].input), of_kinds = seen(result.learned.views[1].input);
  const auto nearest = m2grl::search_top_k(of_items, of_kinds, 1);
  std::uint32_t right = 0;
  for (m2grl::node_id item = 0; item < items; ++item) right += nearest[item][0].id == category_of(item);
  std::printf("%u of %u items lie nearest to their own kind\n", right, items);
  return right > items * 9 / 10 ? 0 : 1;
}
