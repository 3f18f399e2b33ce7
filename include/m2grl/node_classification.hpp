#pragma once
/// How well vectors tell the labels of nodes: one-vs-rest logistic regression on a share of the labelled nodes, F1 on
/// the others.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/table.hpp"
#include "m2grl/types.hpp"
#include "m2grl/vocabulary.hpp"

namespace M2GRL_API m2grl {

/// Labels of nodes, one or several each.
struct node_labels {
  std::vector<std::string> names;    ///< of the labels, in order of first sight; only those that a known node has
  std::vector<node_id> nodes;        ///< those with labels, ascending
  ragged of_node;                    ///< row i: labels of nodes[i], ascending, each once
  std::uint64_t lines = 0;           ///< that are not blank
  std::uint64_t unknown_lines = 0;   ///< whose node the vocabulary does not hold: left out
  std::vector<std::string> unknown;  ///< the first few different ones, for a message
};

/// Reads one "node label" per line, split by blanks or tabs; a node with several labels has several lines. Plain, .gz
/// or .zst, "-" is standard input. Throws io_error; invalid_input (file, line, column) where a line has not two words,
/// or (file) where no node is known.
[[nodiscard]] node_labels read_labels(const vocabulary& nodes, const std::string& file,
                                      const std::filesystem::path& root = {});

struct classification_options {
  std::vector<double> train_shares{0.5, 0.9};  ///< of the labelled nodes, each within 0 … 1
  std::uint32_t splits = 10;                   ///< random splits at each share; resampling::seed draws them
  double c = 1;                                ///< inverse strength of the L2 penalty, as scikit-learn's C
  resampling intervals{};                      ///< over nodes
};

/// F1 at one share, the mean over the splits. The intervals resample nodes, the same in every split, and keep the
/// classifiers: how far the figures hang on which nodes were labelled. A label that a resample does not show at all is
/// left out of its macro-F1.
struct classification_at {
  double train_share = 0;
  estimate micro, macro;
  double micro_deviation = 0, macro_deviation = 0;  ///< standard deviation over the splits; 0 for a single one
};

struct node_classification {
  std::string protocol = "node-classification";
  std::uint64_t nodes = 0, labels = 0;
  std::vector<classification_at> at;
};

/// Each label's classifier minimises |w|²/2 + C·Σ log(1 + exp(−y(w·x + b))), b unpenalised: scikit-learn's
/// LogisticRegression by default. A test node gets its q most likely labels, q being its true number of labels (the
/// common protocol of DeepWalk and node2vec). Micro-F1 counts over all labels, macro-F1 is the mean over the labels,
/// where a label that nobody has or gets counts 0. A label without training nodes comes last.
/// vectors: [nodes of the view, d]. Throws invalid_input where a share leaves no node to train or to test on, a label's
/// node has no vector, a vector is not finite, or the library was built without liblinear.
[[nodiscard]] node_classification evaluate_node_classification(const table& vectors, const node_labels& labels,
                                                               const classification_options& options = {});

/// Whether the library was built with liblinear.
[[nodiscard]] bool built_with_classifiers() noexcept;

}  // namespace m2grl
