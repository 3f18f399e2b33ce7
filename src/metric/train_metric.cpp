#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "m2grl/error.hpp"
#include "m2grl/kernel/permutation.hpp"
#include "m2grl/kernel/philox.hpp"
#include "m2grl/metric.hpp"
#include "metric/item_sampler.hpp"
#include "metric/stepper.hpp"
#include "train/device.hpp"

namespace m2grl {
namespace {

using kernel::purpose;
using kernel::random_stream;

void require(bool holds, const char* option, const std::string& value, const char* range) {
  if (!holds) throw invalid_input(fmt::format("the metric's {} is {}, it must {}", option, value, range));
}

void check(const metric_options& o) {
  const auto text = [](auto value) { return fmt::format("{}", value); };
  require(o.dim >= 1 && o.dim <= 1024, "dimension", text(o.dim), "lie between 1 and 1024");
  require(o.margin > 0 && std::isfinite(o.margin), "margin", text(o.margin), "be greater than 0");
  require(o.window >= 1, "window", text(o.window), "be at least 1");
  require(o.negatives >= 1 && o.negatives <= 1000, "number of negatives", text(o.negatives), "lie between 1 and 1000");
  require(o.same_category >= 0 && o.same_category <= 1, "share of same-category negatives", text(o.same_category),
          "lie between 0 and 1");
  require(o.alpha >= 0 && o.alpha <= 1, "alpha", text(o.alpha), "lie between 0 and 1");
  require(o.epochs >= 1, "number of epochs", text(o.epochs), "be at least 1");
  require(o.batch >= 1 && o.batch <= 1u << 20, "batch", text(o.batch), "lie between 1 and 1048576");
  require(o.learning_rate > 0 && std::isfinite(o.learning_rate), "learning rate", text(o.learning_rate),
          "be greater than 0");
}

void require_finite(const model& m, const table& x) {
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const auto bad = std::find_if(x[i].begin(), x[i].end(), [](float value) { return !std::isfinite(value); });
    if (bad == x[i].end()) continue;
    throw invalid_input(fmt::format("a metric cannot be trained: the vectors of item \"{}\" hold {}",
                                    m.views[0].ids.name(static_cast<node_id>(i)), *bad));
  }
}

/// [0, 1) from one word.
double unit(std::uint32_t word) { return word * 0x1p-32; }

/// Scales the columns of each part to a mean squared row length of 1, so that M starts even between them.
class part_scales {
 public:
  part_scales(const model& m, table& x, metric_instance instance) : scale_(x.dim(), 1.0f) {
    std::vector<std::size_t> widths(instance == metric_instance::both ? 2 : 1, m.views[0].tables.input.dim());
    widths.push_back(x.dim() - widths[0] * widths.size());
    std::size_t column = 0;
    for (const std::size_t width : widths) scale(x, std::exchange(column, column + width), width);
  }
  /// Makes a matrix over scaled columns one over the columns as they were.
  void fold_into(table& matrix) const {
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
      for (std::size_t c = 0; c < matrix.dim(); ++c) matrix[r][c] *= scale_[c];
    }
  }

 private:
  void scale(table& x, std::size_t column, std::size_t width) {
    double squares = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) {
      for (const float value : x[r].subspan(column, width)) squares += static_cast<double>(value) * value;
    }
    if (squares == 0) return;
    const auto factor = static_cast<float>(std::sqrt(static_cast<double>(x.rows()) / squares));
    std::fill_n(scale_.begin() + static_cast<std::ptrdiff_t>(column), width, factor);
    for (std::size_t r = 0; r < x.rows(); ++r) {
      for (float& value : x[r].subspan(column, width)) value *= factor;
    }
  }

  std::vector<float> scale_;
};

/// Pairs and negatives of one batch, over the rows of x that they touch.
class batch_builder {
 public:
  batch_builder(const metric_options& o, const metric::item_sampler& sampler, std::size_t items)
      : options_(o), sampler_(sampler), slot_(items, no_node) {}

  void clear() {
    for (const node_id id : rows_) slot_[id] = no_node;
    rows_.clear();
    terms_.clear();
  }
  /// One positive pair, the `place`-th of the epoch, and its negatives: of the anchor's own category, and of all.
  void add(item_pair pair, std::uint32_t epoch, std::uint64_t place) {
    const random_stream random(options_.seed, 0, epoch, place, purpose::metric_negatives);
    if ((random.word(0) & 1) != 0) std::swap(pair.a, pair.b);
    terms_.push_back({slot(pair.a), slot(pair.b), true});
    for (std::uint32_t k = 0; k < options_.negatives; ++k) {
      const auto draw = random.block(k + 1);
      const bool same = unit(draw.word[0]) < options_.same_category;
      const node_id other = same ? sampler_.of_category(pair.a, unit(draw.word[1])) : sampler_.any(unit(draw.word[1]));
      if (other == pair.a || other == pair.b) continue;
      terms_.push_back({slot(pair.a), slot(other), false});
    }
  }
  [[nodiscard]] const std::vector<node_id>& rows() const noexcept { return rows_; }
  [[nodiscard]] const std::vector<metric::pair_term>& terms() const noexcept { return terms_; }

 private:
  std::uint32_t slot(node_id id) {
    if (slot_[id] == no_node) {
      slot_[id] = static_cast<std::uint32_t>(rows_.size());
      rows_.push_back(id);
    }
    return slot_[id];
  }

  const metric_options& options_;
  const metric::item_sampler& sampler_;
  std::vector<std::uint32_t> slot_;
  std::vector<node_id> rows_;
  std::vector<metric::pair_term> terms_;
};

/// Normal values of variance 1 / rows: at first M keeps lengths, on average.
table initial_matrix(std::size_t rows, std::size_t dim, std::uint64_t seed) {
  table m(rows, dim);
  const double scale = 1 / std::sqrt(static_cast<double>(rows));
  for (std::size_t r = 0; r < rows; ++r) {
    const random_stream random(seed, 0, 0, r, purpose::metric_initial);
    for (std::size_t c = 0; c < dim; ++c) {
      const auto draw = random.block(static_cast<std::uint32_t>(c));
      const double length = std::sqrt(-2 * std::log(1 - unit(draw.word[0])));
      m[r][c] = static_cast<float>(scale * length * std::cos(2 * std::numbers::pi * unit(draw.word[1])));
    }
  }
  return m;
}

/// Feeds batches of pairs, in a new order each epoch.
class trainer {
 public:
  trainer(const metric_options& o, std::size_t items, std::span<const item_pair> pairs,
          const metric::item_sampler& sampler, metric::stepper& device)
      : options_(o), pairs_(pairs), batch_(o, sampler, items), device_(device) {}

  /// One pass over the pairs; the mean loss per pair.
  double epoch(std::uint32_t index) {
    const kernel::permutation order(pairs_.size(), options_.seed, metric_task, index);
    for (std::uint64_t first = 0; first < pairs_.size(); first += options_.batch) {
      const std::uint64_t count = std::min<std::uint64_t>(options_.batch, pairs_.size() - first);
      batch_.clear();
      for (std::uint64_t p = first; p < first + count; ++p) batch_.add(pairs_[order(p)], index, p);
      const double done = (index + static_cast<double>(first) / static_cast<double>(pairs_.size())) / options_.epochs;
      device_.step({batch_.rows(), batch_.terms(), count}, options_.learning_rate * (1 - done));
    }
    const double loss = device_.take_loss();
    if (!std::isfinite(loss)) throw diverged("metric", index);
    return loss / static_cast<double>(pairs_.size());
  }

 private:
  static constexpr std::uint32_t metric_task = 0xFFFF;  ///< a number that no view's or link's task has

  const metric_options& options_;
  std::span<const item_pair> pairs_;
  batch_builder batch_;
  metric::stepper& device_;
};

std::unique_ptr<metric::stepper> make_stepper(device_kind device, const table& x, const metric_options& o) {
  table matrix = initial_matrix(o.dim, x.dim(), o.seed);
  if (find_device(device) == device_kind::cpu) return metric::make_cpu_stepper(x, std::move(matrix), o.margin);
  const std::size_t terms = std::size_t{o.batch} * (1 + o.negatives);
  return metric::make_cuda_stepper(x, matrix, o.margin, {std::min(x.rows(), terms + o.batch), terms});
}

}  // namespace

metric_model train_metric(const model& m, ragged_ref sequences, const metric_options& options,
                          const std::function<void(const metric_progress&)>& progress, device_kind device) {
  check(options);
  metric_model result;
  result.options = options;
  result.options.view = category_view(m, options.view);
  const auto categories = main_nodes(m, result.options.view);
  const mined_pairs mined = mine_pairs(sequences, categories, options.window);
  result.pairs = mined.positives.size();
  if (result.pairs == 0) {
    throw invalid_input(
        fmt::format("no two items within {} places of one session differ in \"{}\": {} pairs share "
                    "their node, {} have none",
                    options.window, result.options.view, mined.same_category, mined.unknown_category));
  }
  table x = metric_inputs(m, options.instance);
  require_finite(m, x);
  const part_scales scales(m, x, options.instance);
  const metric::item_sampler sampler(m.views[0].ids.counts(), categories, options.alpha);
  const auto on_device = make_stepper(device, x, options);
  trainer t(options, x.rows(), mined.positives, sampler, *on_device);
  for (std::uint32_t epoch = 0; epoch < options.epochs; ++epoch) {
    result.loss = t.epoch(epoch);
    if (progress) progress({epoch + 1, options.epochs, result.loss});
  }
  result.matrix = on_device->matrix();
  scales.fold_into(result.matrix);
  return result;
}

}  // namespace m2grl
