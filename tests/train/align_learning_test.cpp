/// Alignment learns a planted item → category map from vectors that know nothing of it.
#include <catch2/catch.hpp>
#include <cmath>

#include "reference/alignment.hpp"
#include "train/catalogue.hpp"

using namespace m2grl;

namespace {

/// Chance that an item's own category gets a higher logit than another one, computed in double.
double auc(const catalogue::inputs& c, const embeddings& e) {
  const relation& r = e.relations[0];
  const auto project = [&](const table& w, std::span<const float> row) {
    reference::vector p;
    for (std::size_t i = 0; i < w.rows(); ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < w.dim(); ++k) sum += static_cast<double>(w[i][k]) * static_cast<double>(row[k]);
      p.push_back(r.projection == projection_kind::sigmoid ? reference::sigmoid(sum)
                  : r.projection == projection_kind::tanh  ? std::tanh(sum)
                                                           : sum);
    }
    return p;
  };
  std::vector<reference::vector> categories;
  for (std::size_t j = 0; j < c.category_count; ++j) {
    categories.push_back(project(r.w_to.empty() ? r.w_from : r.w_to, e.views[1].input[j]));
  }
  double won = 0, compared = 0;
  for (std::size_t i = 0; i < c.item_count; ++i) {
    const auto p = project(r.w_from, e.views[0].input[i]);
    const double own = reference::dot(p, categories[i % c.category_count]);
    for (std::size_t j = 0; j < c.category_count; ++j) {
      if (j == i % c.category_count) continue;
      const double other = reference::dot(p, categories[j]);
      won += own > other ? 1 : own == other ? 0.5 : 0;
      ++compared;
    }
  }
  return won / compared;
}

}  // namespace

TEST_CASE("a planted map from items to categories is learned, by every form of the task", "[statistics]") {
  catalogue::inputs c;
  catalogue::fill(c, 240, 12, 1200, 20, 1);
  for (const auto projection : {projection_kind::identity, projection_kind::sigmoid, projection_kind::tanh}) {
    for (const bool shared : {true, false}) {
      for (const std::uint32_t relation_dim : {0u, 12u}) {
        train_config cfg = catalogue::small_config();
        cfg.dim = 32;
        cfg.epochs = 10;
        // A sigmoid near ½ passes on a quarter of each gradient, and a common mode that b has to learn first.
        cfg.align_rate = projection == projection_kind::sigmoid ? 20 : 1;
        c.linked[0].options.projection = projection;
        c.linked[0].options.shared = shared;
        c.linked[0].options.relation_dim = relation_dim;
        const auto result = train(cfg, c.views, c.linked);
        const auto untouched = [&] {
          train_config none = cfg;
          none.align_rate = 0;
          none.epochs = 1;
          return train(none, c.views, c.linked);
        }();
        CAPTURE(static_cast<int>(projection), shared, relation_dim, result.learned.tasks[2].loss,
                result.learned.relations[0].bias);
        CHECK(auc(c, result.learned) > 0.95);
        CHECK(auc(c, untouched.learned) < 0.7);
        CHECK(catalogue::all_finite(result.learned));
      }
    }
  }
}
