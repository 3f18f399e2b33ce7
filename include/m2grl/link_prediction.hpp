#pragma once
/// Link prediction: how well vectors tell edges that were held out from pairs that are none.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/intervals.hpp"
#include "m2grl/model.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// Area under the ROC curve: the share of (positive, negative) pairs in which the positive has the higher score; ties
/// count half. Throws invalid_input where the sizes differ, a score is not a number, or one of the labels is missing.
[[nodiscard]] double roc_auc(std::span<const float> scores, std::span<const std::uint8_t> positive);
/// Mean, over the positives, of the precision among all that score at least as high. Throws as roc_auc() does.
[[nodiscard]] double average_precision(std::span<const float> scores, std::span<const std::uint8_t> positive);

/// How a pair of nodes of one view is scored.
enum class edge_score {
  both,   ///< in_u·out_v + in_v·out_u: each stands in the other's contexts
  next,   ///< in_u·out_v: v stands in u's contexts
  cosine  ///< of in_u and in_v: they have the same contexts
};

/// Edges of one type, held out or known; they belong to one view.
struct labelled_edges {
  std::string type;                    ///< as the file says; empty where it has no types
  std::size_t view = 0;                ///< index into model::views
  std::vector<node_id> from;           ///< [edges]; no_node: the model does not know the node
  std::vector<node_id> to;             ///< [edges]
  std::vector<std::uint8_t> positive;  ///< [edges] 1: an edge, 0: none

  [[nodiscard]] std::size_t size() const noexcept { return from.size(); }
};

/// An edge list, and how to read it.
struct edge_list_source {
  std::filesystem::path file;  ///< plain, .gz or .zst; "-": standard input
  std::string columns{};       ///< as data.edge_columns, with or without "label"; empty: see read_labelled_edges()
  std::string view{};          ///< the view that all edges belong to; empty: the type says it
};

struct labelled_edge_lists {
  std::vector<labelled_edges> types;  ///< in the order of the model's views; types without an edge are left out
  std::uint64_t other_edges = 0;      ///< of other types than that of the view which was asked for: left out
};

/// Reads edges with labels 0 and 1. The columns are, unless given, those that the model was trained with and then
/// "label" ("u v label" where it names none). An edge belongs to the view whose edge_type is its type or, for a view
/// without one, whose name is. Throws invalid_input (file, line, column) where a line is not as the columns say, a type
/// is no view's, or nothing says which of several views is meant; io_error.
[[nodiscard]] labelled_edge_lists read_labelled_edges(const model& m, const edge_list_source& source);
/// The same for edges without a label, such as those that the model was trained on: all are positive. Edges of types
/// that no view has are left out.
[[nodiscard]] labelled_edge_lists read_known_edges(const model& m, const edge_list_source& source);

struct link_prediction_options {
  /// None: `next` in views whose graph is directed, `both` in the others.
  std::optional<edge_score> score{};
  std::vector<std::uint32_t> k{10, 50};  ///< of the hits; at least 1 each
  resampling intervals{};                ///< over edges
};

/// Figures of one type of edges, or their mean.
struct edge_figures {
  estimate roc_auc, average_precision;
  estimate mrr;                ///< mean of 1 / rank over the positive edges
  std::vector<estimate> hits;  ///< beside k: the share of ranks up to k
};

struct edge_type_figures {
  std::string type, view;
  edge_score score = edge_score::both;
  std::uint64_t edges = 0, positives = 0;
  std::uint64_t unknown_edges = 0;  ///< with a node that has no edge of the view in training
  std::uint64_t candidates = 0;     ///< nodes that are ranked: all with an edge of the view in training
  edge_figures figures;
};

struct link_prediction_evaluation {
  std::vector<std::uint32_t> k;
  std::vector<edge_type_figures> types;
  edge_figures mean;  ///< over the types, each with the same weight
};

/// Scores held-out edges by the vectors of their view.
///
/// A pair with a node that has no edge of its view in training scores below every other pair; among themselves such
/// pairs tie. Ranks: for each positive edge (u, v), v among all nodes as the other end of u and, where the view is
/// undirected, u as the other end of v, each half the edge's share of the figures. Candidates that `edges` or `known`
/// hold as positive edges of u are left out (v itself stays), and so is u; ties count half; a node that is unknown is
/// never found. Nothing is sampled. Throws invalid_input where a type lacks positive or negative edges, an id or a
/// view is out of range, k is 0, or a score is not a number.
[[nodiscard]] link_prediction_evaluation evaluate_link_prediction(const model& m, std::span<const labelled_edges> edges,
                                                                  std::span<const labelled_edges> known = {},
                                                                  const link_prediction_options& options = {});

}  // namespace m2grl
