#pragma once
/// Recommendations for users by their histories, and neighbours of nodes.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/config.hpp"
#include "m2grl/device.hpp"
#include "m2grl/index.hpp"
#include "m2grl/model.hpp"
#include "m2grl/search.hpp"
#include "m2grl/types.hpp"
#include "m2grl/vocabulary.hpp"

namespace M2GRL_API m2grl {

/// Histories of users, as read from a file.
struct user_histories {
  std::vector<std::string> users;    ///< in the order of the file; a user may occur twice
  ragged histories;                  ///< row u: items of users[u], oldest first, without the unknown ones
  std::uint64_t events = 0;          ///< items read, unknown ones included
  std::uint64_t unknown_events = 0;  ///< items that the vocabulary does not hold: left out
  std::vector<std::string> unknown;  ///< the first few different ones, for a message
};

/// Reads one line per user, `user<TAB>item item item…`, oldest first, items split by spaces; plain, .gz or .zst,
/// "-" is standard input. A user without items, and blank lines, are fine.
/// Throws io_error; invalid_input (file, line, column) where a line has no tab, a second tab, or an empty user.
[[nodiscard]] user_histories read_histories(const vocabulary& items, const std::string& file,
                                            const std::filesystem::path& root = {}, std::uint32_t threads = 0);

/// The k best next items of each history [histories], without those in it: what evaluate_next_item() ranks.
/// Uses the composition, history and decay of `how`. An empty history scores every item 0, so that the order is
/// that of the ids. Filters over the items are those of search.hpp, each common to all histories.
/// Throws invalid_input where k is 0 or exceeds the items, an id is no item, a filter does not fit, the composition is
/// wrong, or `device` is not there.
[[nodiscard]] std::vector<std::vector<scored_node>> recommend(const model& m, ragged_ref histories, std::uint32_t k,
                                                              const eval_config& how,
                                                              std::span<const category_filter> filters = {},
                                                              device_kind device = device_kind::cpu);

/// How far lists lead to what is new to a user: λ, κ of discovery.hpp.
struct discovery_taste {
  double mix = 0;            ///< λ: the metric's share of the score, 0 … 1; any but 0 needs a metric
  double known_penalty = 0;  ///< κ ≥ 0, in standard deviations of a user's scores: against categories of the history
  std::string view;          ///< category-like; empty: the metric's, else the first that the item view is linked to
};

/// recommend() by the mixed scores of discovery.hpp, those of which evaluate_discovery() tells what they bring and
/// cost. Each history is scored against all items at once, on the CPU: 4 bytes an item and way of scoring, in blocks of
/// at least 16 histories a thread. Throws as recommend(), and invalid_input where λ or κ is out of range, λ asks for a
/// metric that the model lacks, or the view does not exist or is not linked.
[[nodiscard]] std::vector<std::vector<scored_node>> recommend_discoveries(
    const model& m, ragged_ref histories, std::uint32_t k, const eval_config& how, const discovery_taste& taste,
    std::span<const category_filter> filters = {});

/// How a node is compared with the others of its view.
enum class neighbour_score {
  next,    ///< input · output: what tends to follow the node in a sequence
  cosine,  ///< cosine of the input vectors: what occurs in the same contexts
  l2,      ///< minus the squared distance of the input vectors
};

/// Which neighbours similar_nodes() looks for.
struct neighbour_query {
  std::string view;                   ///< empty: the item view
  std::vector<compose_part> compose;  ///< item view only: its composed vectors; empty: the view's own
  std::uint32_t k = 10;
  neighbour_score score = neighbour_score::next;
  double input_similarity = 0;  ///< with compose, by `next`: γ of compose.hpp
};

/// What similar_nodes() compares: by `next` the query with the candidate vectors of compose.hpp, so that a composed
/// score is the weighted sum of the views' scores; else the query vectors with each other. By a metric:
/// metric_neighbours() of metric.hpp. Refers to the model.
class neighbour_vectors {
 public:
  /// k is not looked at. Throws invalid_input where the view does not exist, or has no vectors, or compose is given for
  /// another view than the item view.
  neighbour_vectors(const model& m, const neighbour_query& query);
  /// A view's nodes by vectors of the caller's, [nodes, d], compared with each other. Throws invalid_input where there
  /// is not one for each node.
  neighbour_vectors(const model_view& view, table vectors, similarity by);

  [[nodiscard]] const table& queries() const noexcept { return own_queries_.empty() ? *queries_ : own_queries_; }
  /// Where an index over them is wanted, keep these neighbour_vectors where they are.
  [[nodiscard]] const table& candidates() const noexcept;
  [[nodiscard]] similarity by() const noexcept { return by_; }
  [[nodiscard]] const model_view& view() const noexcept { return *view_; }

 private:
  const model_view* view_;
  similarity by_;
  const table *queries_ = nullptr, *candidates_ = nullptr;
  table own_queries_, own_candidates_;
};

/// How similar_nodes() looks for them.
struct neighbour_limits {
  std::uint32_t k = 10;
  std::span<const category_filter> filters;  ///< over the candidates, each common to all nodes
  const vector_index* index = nullptr;       ///< over the candidates; null: exact
  std::uint32_t width = 100;                 ///< of the index's search
  device_kind device = device_kind::cpu;     ///< of the exact search
};

/// The k best neighbours of each of `nodes` (empty: of every node of the view), each node itself left out.
/// Throws invalid_input where a node is none of the view's, k is 0 or exceeds its nodes, or a filter does not fit.
[[nodiscard]] std::vector<std::vector<scored_node>> similar_nodes(const neighbour_vectors& vectors,
                                                                  std::span<const node_id> nodes,
                                                                  const neighbour_limits& limits);
[[nodiscard]] std::vector<std::vector<scored_node>> similar_nodes(const model& m, std::span<const node_id> nodes,
                                                                  const neighbour_query& query = {});

/// The index of a view by its name; empty: 0, the item view. Throws invalid_input, naming the views there are.
[[nodiscard]] std::size_t view_index(const model& m, std::string_view name);

}  // namespace m2grl
