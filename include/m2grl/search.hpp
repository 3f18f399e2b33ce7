#pragma once
/// Exact nearest neighbours by inner product, cosine or Euclidean distance, with exclusions and filters.

#include <cstdint>
#include <span>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/device.hpp"
#include "m2grl/kernel/similarity.hpp"
#include "m2grl/table.hpp"
#include "m2grl/types.hpp"

namespace M2GRL_API m2grl {

struct scored_node {
  node_id id = no_node;
  float score = 0;

  friend bool operator==(const scored_node&, const scored_node&) = default;
};

/// Lets candidates through by a category of theirs: a category, a brand, a shop, any grouping.
struct category_filter {
  enum class rule {
    only,   ///< those whose category is in the set; a candidate without a category never is
    never,  ///< those whose category is not in the set
  };
  std::span<const node_id> category;  ///< [candidates]; no_node: none
  ragged_ref set;                     ///< one row: the set of every query; else row q is that of query q
  rule keep = rule::only;
};

struct search_options {
  std::uint32_t k = 10;
  similarity by = similarity::inner_product;
  ragged_ref excluded;                       ///< no rows: none; one row: of every query; else row q is that of query q
  std::span<const category_filter> filters;  ///< a candidate must pass all of them
  /// Ids and scores are the same on both. A GPU holds lists of at most 1024; `automatic` takes it where there is one
  /// and k is not more.
  device_kind device = device_kind::cpu;
};

/// For each query row its k best candidates, by descending score, ties by ascending id; fewer than k where exclusions
/// and filters leave fewer. An excluded id that is no candidate is fine.
///
/// Blocks of candidates are scored by one matrix product in fp32; what may be among the best is scored anew, its
/// products summed in double in a fixed order and rounded to fp32 once. So scores, and with them the results, depend
/// neither on the number of threads nor on the BLAS. Scores are never held for more than a block: memory is that of
/// the results and about 2 MiB a thread.
///
/// Throws invalid_input where dims differ, k is 0 or exceeds the candidates, exclusions or filters do not fit, or the
/// score of a candidate is NaN that the filters common to all queries let through, and where a GPU is asked for that is
/// not there or k is beyond it; from a GPU out_of_memory, cuda_error.
[[nodiscard]] std::vector<std::vector<scored_node>> search_top_k(const table& queries, const table& candidates,
                                                                 const search_options& how);
[[nodiscard]] std::vector<std::vector<scored_node>> search_top_k(const table& queries, const table& candidates,
                                                                 std::uint32_t k, ragged_ref excluded = {},
                                                                 similarity by = similarity::inner_product);

}  // namespace m2grl
