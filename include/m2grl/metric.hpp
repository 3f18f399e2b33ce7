#pragma once
/// Multi-view metric model for discovery: items that one session clicks across categories come close, others far.
///
///   x_i = [instance embedding of item i ; relation-space embedding of item i]
///   d(i, j) = ‖M x_i − M x_j‖,   loss = y·d² + (1 − y)·max(0, margin − d)²
///
/// The relation-space embedding has one part per view v that the item view is linked to: the count-weighted mean of
/// f(W e_c) over the item's nodes c in v, W of v's side, where the model aligned item and v; of e_c itself where it
/// did not. (f(W e_i), the other side of the alignment, says nothing new to a linear M where f is the identity; the
/// two meet in one space, and the nodes' side has what other views know.) An item without a node in v has zeros.

#include <functional>
#include <span>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/device.hpp"
#include "m2grl/model.hpp"
#include "m2grl/recommend.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

/// One node per item of the item view, [items]: the most counted one that the item is linked to in `view` (of equals
/// the lowest), no_node where there is none. Throws invalid_input where the view does not exist or is not linked.
[[nodiscard]] std::vector<node_id> main_nodes(const model& m, const std::string& view);

/// The view that `name` asks for; empty: the first one that the item view is linked to. Throws invalid_input where
/// the model has no such view: a metric model needs a linked category-like view.
[[nodiscard]] std::string category_view(const model& m, const std::string& name);

/// dim(x). Throws invalid_input where no view is linked from the item view.
[[nodiscard]] std::size_t metric_dim(const model& m, metric_instance instance);

/// x of all items, [items, dim(x)]. Throws invalid_input where no view is linked from the item view.
[[nodiscard]] table metric_inputs(const model& m, metric_instance instance);

struct item_pair {
  node_id a = no_node, b = no_node;
  bool operator==(const item_pair&) const = default;
};

/// Co-clicked pairs of one log, and what became of those that are no positives.
struct mined_pairs {
  std::vector<item_pair> positives;  ///< different categories, once per co-click, a before b
  std::uint64_t same_item = 0;
  std::uint64_t same_category = 0;
  std::uint64_t unknown_category = 0;  ///< one item or both have none
};

/// Mines every two places of a sequence at most `window` apart. categories: [items], as main_nodes() gives them.
/// Throws invalid_input where a sequence holds an id that is no item.
[[nodiscard]] mined_pairs mine_pairs(ragged_ref sequences, std::span<const node_id> categories, std::uint32_t window);

/// The training sequences of a data set with the model's item ids. Throws invalid_input where the data holds an item
/// that the model does not know: it is not what the model was trained on.
[[nodiscard]] ragged sequences_of(const model& m, const dataset& data);

struct metric_progress {
  std::uint32_t epoch = 0, epochs = 0;  ///< the epoch that ended, counted from 1
  double loss = 0;                      ///< its mean per positive pair
};

/// Trains M on the pairs mined from `sequences` (of the model's item ids). On the CPU the same result for the same
/// seed, for any number of threads; a GPU sums gradients in an order of its own, and gives the CPU's M up to rounding.
/// Throws invalid_input where an option is out of range, there is no linked view, no pair crosses categories, or
/// `device` is not there; diverged where a distance is no longer finite; out_of_memory, cuda_error.
[[nodiscard]] metric_model train_metric(const model& m, ragged_ref sequences, const metric_options& options,
                                        const std::function<void(const metric_progress&)>& progress = {},
                                        device_kind device = device_kind::cpu);

/// M x of all items, [items, options.dim]. Throws invalid_input where the model has no metric.
[[nodiscard]] table metric_vectors(const model& m);

/// Items by d: similar_nodes() of recommend.hpp finds the nearest with it, exactly or by an index, filtered as wished;
/// score = −d². Refers to the model. Throws invalid_input where the model has no metric.
[[nodiscard]] neighbour_vectors metric_neighbours(const model& m);

}  // namespace m2grl
