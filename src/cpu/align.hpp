#pragma once
/// The inter-view task on the CPU: batches of linked pairs, projected by GEMMs.

#include <cstdint>
#include <vector>

#include "cpu/vocabulary.hpp"
#include "cpu/worker_team.hpp"
#include "m2grl/kernel/adam.hpp"
#include "m2grl/kernel/task_weights.hpp"
#include "m2grl/model.hpp"
#include "train/backend.hpp"
#include "train/problem.hpp"

namespace m2grl::cpu {

/// Trains one alignment task. Logit of a pair = f(W_a e_i) · f(W_b e_j) + b; every row of a batch is projected
/// once, its gradients summed; a row touched c times moves by its summed delta · min(1, 8 / c), and so do W
/// and b with c the pairs of the batch.
class link_trainer {
 public:
  /// `team` must outlive the trainer, and so must the moments of either side's rows where they move by lazy Adam.
  link_trainer(const problem& p, const link_task& task, worker_team& team, const kernel::adam_rows& a = {},
               const kernel::adam_rows& b = {});

  /// Trains pairs first … first + count − 1 of the epoch. `rate` = η · align_rate · ŵ.
  [[nodiscard]] kernel::loss_tally train(std::uint32_t epoch, task_slice slice, double rate, const table_rows& a,
                                         const table_rows& b, relation& r);

 private:
  /// The rows of one side that a batch touches.
  struct side {
    std::vector<std::uint32_t> slot_of;   ///< [nodes] place in `rows`, valid where `stamp_of` is the batch's
    std::vector<std::uint32_t> stamp_of;  ///< [nodes]
    std::vector<std::uint32_t> rows;      ///< ids of the unique rows
    std::vector<std::uint32_t> touches;   ///< [rows]
    table values, projected, gradient;    ///< [rows, dim], [rows, relation_dim] twice
    kernel::adam_rows adam;

    std::uint32_t slot(std::uint32_t id, std::uint32_t stamp);
  };

  void draw(const kernel::link_options& o, std::uint64_t first, std::uint32_t count);
  void collect(std::uint32_t count);
  void project(side& s, const table_rows& rows, const table& w, projection_kind kind);
  [[nodiscard]] kernel::loss_tally pair_losses(std::uint32_t count, float bias);
  [[nodiscard]] block_loss one_pair(std::uint32_t pair, float bias, float* bias_gradient, table& b_gradient);
  void update(side& s, const table_rows& rows, const table& w, projection_kind kind, double rate, table& w_delta);
  [[nodiscard]] kernel::loss_tally batch(const kernel::link_options& o, std::uint64_t first, std::uint32_t count,
                                         double rate, const table_rows& a, const table_rows& b, relation& r);

  const problem& problem_;
  const link_task& task_;
  std::uint32_t batch_pairs_;
  std::uint32_t pool_size_;
  std::uint32_t stamp_ = 0;
  worker_team& team_;
  std::size_t workers_ = 1;  ///< on the batch in hand
  side a_, b_;
  std::vector<kernel::linked_pair> pairs_;
  std::vector<std::uint32_t> pool_;
  std::vector<std::uint32_t> picks_;        ///< [pairs, K] nodes of the negatives, then their slots
  std::vector<std::uint32_t> masked_;       ///< [pairs] bit k: column k is masked
  std::vector<std::uint32_t> order_;        ///< pairs by slot of their a side
  std::vector<std::uint32_t> order_begin_;  ///< [slots of a + 1]
  std::vector<table> worker_gradient_;      ///< of side b, one per worker
  double bias_gradient_ = 0;
};

}  // namespace m2grl::cpu
