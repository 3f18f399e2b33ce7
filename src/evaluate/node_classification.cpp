#include "m2grl/node_classification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <numeric>

#include "evaluate/bootstrap.hpp"
#include "evaluate/label_scores.hpp"
#include "evaluate/logistic_regression.hpp"
#include "m2grl/error.hpp"
#include "m2grl/kernel/philox.hpp"

namespace m2grl {
namespace {

using namespace classify;

std::size_t training_count(std::size_t nodes, double share) {
  return static_cast<std::size_t>(share * static_cast<double>(nodes));
}

void check(const table& vectors, const node_labels& labels, const classification_options& options) {
  if (labels.of_node.size() != labels.nodes.size()) {
    throw invalid_input(
        fmt::format("{} rows of labels for {} labelled nodes", labels.of_node.size(), labels.nodes.size()));
  }
  for (const node_id label : labels.of_node.ids) {
    if (label >= labels.names.size()) {
      throw invalid_input(fmt::format("a node has label {}, there are {}", label, labels.names.size()));
    }
  }
  for (const node_id node : labels.nodes) {
    if (node >= vectors.rows()) {
      throw invalid_input(fmt::format("node {} has labels, but there are {} vectors", node, vectors.rows()));
    }
    const auto row = vectors[node];
    const auto bad = std::find_if(row.begin(), row.end(), [](float x) { return !std::isfinite(x); });
    if (bad != row.end()) {
      throw invalid_input(fmt::format("the vector of node {} is {} in column {}", node, *bad, bad - row.begin()));
    }
  }
  if (options.splits == 0) throw invalid_input("nothing to evaluate: there are 0 splits");
  if (!(options.c > 0)) throw invalid_input(fmt::format("C is {}, it must be above 0", options.c));
  for (const double share : options.train_shares) {
    const std::size_t train = share > 0 && share < 1 ? training_count(labels.nodes.size(), share) : 0;
    if (train == 0) {
      throw invalid_input(fmt::format("a training share of {} leaves none of the {} labelled nodes to {} on", share,
                                      labels.nodes.size(), share < 1 ? "train" : "test"));
    }
  }
}

/// The labelled nodes in a random order.
std::vector<std::uint32_t> drawn_order(std::size_t nodes, std::uint64_t seed, std::uint32_t split) {
  const kernel::random_stream random(seed, 0, 0, split, kernel::purpose::label_splits);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    const auto block = random.block(node);
    keys.emplace_back(std::uint64_t{block.word[0]} << 32 | block.word[1], node);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::uint32_t> order;
  for (const auto& [key, node] : keys) order.push_back(node);
  return order;
}

class classifier {
 public:
  classifier(const table& vectors, const node_labels& labels, double c)
      : vectors_(vectors), labels_(labels), rows_(vectors, labels.nodes), c_(c) {}

  [[nodiscard]] split_predictions predict(std::span<const std::uint32_t> train, std::span<const std::uint32_t> test) {
    const std::size_t labels = labels_.names.size();
    std::vector<float> scores(test.size() * labels);
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t l = 0; l < static_cast<std::int64_t>(labels); ++l) {
      try {
        score_label(static_cast<node_id>(l), train, test, scores);
      } catch (...) {
#pragma omp critical(m2grl_classifier_failure)
        failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
    split_predictions out{{test.begin(), test.end()}, {}};
    for (std::size_t i = 0; i < test.size(); ++i) {
      const std::size_t true_labels = labels_.of_node[test[i]].size();
      append_top(std::span(scores).subspan(i * labels, labels), true_labels, out.predicted.ids);
      out.predicted.end_row();
    }
    return out;
  }

 private:
  /// Column `label` of scores [test nodes, labels].
  void score_label(node_id label, std::span<const std::uint32_t> train, std::span<const std::uint32_t> test,
                   std::span<float> scores) const {
    std::vector<std::uint8_t> positive;
    for (const std::uint32_t node : train) {
      const auto own = labels_.of_node[node];
      positive.push_back(std::binary_search(own.begin(), own.end(), label));
    }
    const auto has = static_cast<std::size_t>(std::count(positive.begin(), positive.end(), 1));
    constexpr float endless = std::numeric_limits<float>::infinity();
    const bool one_kind = has == 0 || has == train.size();
    const auto w = one_kind ? std::vector<double>() : rows_.fit(train, positive, c_);
    for (std::size_t i = 0; i < test.size(); ++i) {
      float& score = scores[i * labels_.names.size() + label];
      if (one_kind) {
        score = has == 0 ? -endless : endless;
        continue;
      }
      const auto x = vectors_[labels_.nodes[test[i]]];
      score = static_cast<float>(std::inner_product(x.begin(), x.end(), w.begin(), w.back()));
    }
  }

  const table& vectors_;
  const node_labels& labels_;
  training_rows rows_;
  double c_;
};

/// The splits of one share, scored together.
class scored_splits {
 public:
  scored_splits(std::span<const split_predictions> splits, const node_labels& labels)
      : splits_(splits), labels_(labels) {
    const std::vector<std::uint32_t> once(labels.nodes.size(), 1);
    for (const split_predictions& split : splits) {
      whole_.push_back(score(split, once));
      present_.push_back(static_cast<double>(whole_.back().present) / static_cast<double>(labels.names.size()));
      whole_.back().macro *= present_.back();
    }
  }

  /// Mean micro- and macro-F1; node n counts times[n] times. A label that the whole split shows but this sample does
  /// not is left out of the mean: counted as 0, it would pull every resample below the figure itself.
  [[nodiscard]] std::vector<double> mean(std::span<const std::uint32_t> times) const {
    std::vector<double> mean(2, 0.0);
    for (std::size_t s = 0; s < splits_.size(); ++s) {
      const f1_scores f1 = score(splits_[s], times);
      mean[0] += f1.micro / static_cast<double>(splits_.size());
      mean[1] += f1.macro * present_[s] / static_cast<double>(splits_.size());
    }
    return mean;
  }

  /// Standard deviation over the splits of a figure whose mean is given; 0 for a single split.
  [[nodiscard]] double deviation(double f1_scores::*figure, double mean) const {
    if (whole_.size() < 2) return 0;
    double squares = 0;
    for (const f1_scores& f1 : whole_) squares += (f1.*figure - mean) * (f1.*figure - mean);
    return std::sqrt(squares / static_cast<double>(whole_.size() - 1));
  }

 private:
  [[nodiscard]] f1_scores score(const split_predictions& split, std::span<const std::uint32_t> times) const {
    return f1_of(split, labels_.of_node, labels_.names.size(), times);
  }

  std::span<const split_predictions> splits_;
  const node_labels& labels_;
  std::vector<f1_scores> whole_;  ///< of every node once; macro over all labels
  std::vector<double> present_;   ///< share of the labels that the split shows
};

classification_at summarise(double share, std::span<const split_predictions> splits, const node_labels& labels,
                            const resampling& how) {
  const std::size_t nodes = labels.nodes.size();
  const scored_splits scored(splits, labels);
  const auto figures = bootstrap(nodes, how, [&](std::span<const std::uint32_t> sample) {
    std::vector<std::uint32_t> times(nodes, 0);
    for (const std::uint32_t node : sample) ++times[node];
    return scored.mean(times);
  });
  return {share, figures[0], figures[1], scored.deviation(&f1_scores::micro, figures[0].value),
          scored.deviation(&f1_scores::macro, figures[1].value)};
}

}  // namespace

node_classification evaluate_node_classification(const table& vectors, const node_labels& labels,
                                                 const classification_options& options) {
  check(vectors, labels, options);
  const std::size_t nodes = labels.nodes.size();
  node_classification result;
  result.nodes = nodes;
  result.labels = labels.names.size();
  classifier ovr(vectors, labels, options.c);
  for (const double share : options.train_shares) {
    const std::size_t train = training_count(nodes, share);
    std::vector<split_predictions> splits;
    for (std::uint32_t split = 0; split < options.splits; ++split) {
      const auto order = drawn_order(nodes, options.intervals.seed, split);
      splits.push_back(ovr.predict(std::span(order).first(train), std::span(order).subspan(train)));
    }
    result.at.push_back(summarise(share, splits, labels, options.intervals));
  }
  return result;
}

}  // namespace m2grl
