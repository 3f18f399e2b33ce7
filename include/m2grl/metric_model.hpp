#pragma once
/// The multi-view metric model as a value: its options and its matrix. metric.hpp trains and applies it.

#include <cstdint>
#include <string>

#include "m2grl/api.hpp"
#include "m2grl/table.hpp"

namespace M2GRL_API m2grl {

/// Which vectors of the item view stand for an item in x_i.
enum class metric_instance {
  input,  ///< in(i), [dim]
  both,   ///< [in(i), out(i)], [2 dim]: what follows i beside what i follows
};

/// How a metric model is trained.
struct metric_options {
  std::string view;  ///< the category-like view: pairs across its nodes are positives; empty: the first linked view
  metric_instance instance = metric_instance::input;
  std::uint32_t dim = 128;      ///< of M x, 1 … 1024
  double margin = 1;            ///< m of max(0, m − d)², > 0
  std::uint32_t window = 5;     ///< two items of a session at most this far apart are co-clicked, ≥ 1
  std::uint32_t negatives = 8;  ///< per positive pair, ≥ 1
  double same_category = 0.5;   ///< share of the negatives drawn from the anchor's own category, 0 … 1
  double alpha = 0;             ///< negatives are drawn in proportion to count^alpha, 0 … 1
  std::uint32_t epochs = 3;     ///< passes over the positive pairs, ≥ 1
  std::uint32_t batch = 4096;   ///< positive pairs a step, ≥ 1
  double learning_rate = 3e-3;  ///< of Adam; falls linearly to 0
  std::uint64_t seed = 1;
  bool operator==(const metric_options&) const = default;
};

/// d(i, j) = ‖M x_i − M x_j‖.
struct metric_model {
  metric_options options;   ///< `view` is filled in
  table matrix;             ///< M, [options.dim, dim(x)]
  double loss = 0;          ///< mean per positive pair, its negatives included, over the last epoch
  std::uint64_t pairs = 0;  ///< positive pairs of one epoch
};

}  // namespace m2grl
