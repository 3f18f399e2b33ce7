#include "train/sgns_problem.hpp"

#include <fmt/format.h>

#include <cmath>

#include "m2grl/error.hpp"

namespace m2grl {

problem make_sgns_problem(const train_config& cfg, std::size_t input_rows, std::size_t output_rows, bool one_table,
                          std::span<const std::uint64_t> counts) {
  if (input_rows != output_rows) {
    throw invalid_input(fmt::format("the input table has {} rows, the output table {}", input_rows, output_rows));
  }
  if (cfg.tied && !one_table) {
    throw invalid_input("train.tied asks for one table, but the input and the output table are two");
  }
  view_input view;
  view.name = "sgns";
  view.nodes = input_rows;
  view.counts = counts;
  train_config plain = cfg;
  plain.fixed_weights.clear();
  plain.tied = one_table;
  problem p = make_problem(plain, std::span(&view, 1), {});
  p.views[0].input.counts = {};  // copied, and not needed again
  return p;
}

void check_step_rate(float learning_rate) {
  if (std::isfinite(learning_rate) && learning_rate >= 0) return;
  throw invalid_input(fmt::format("the learning rate is {}, it must be a finite number >= 0", learning_rate));
}

}  // namespace m2grl
