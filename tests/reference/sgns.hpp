#pragma once
/// Naive float64 reference of the intra-view task (SGNS): its loss, its gradients, one sequence of training.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "m2grl/kernel/sequence_trainer.hpp"
#include "m2grl/table.hpp"

namespace reference {

using vector = std::vector<double>;
using matrix = std::vector<vector>;  ///< [rows][columns]

inline constexpr double no_limit = std::numeric_limits<double>::infinity();

[[nodiscard]] matrix to_matrix(const m2grl::table& t);
[[nodiscard]] double dot(const vector& a, const vector& b);
[[nodiscard]] double softplus(double x);
[[nodiscard]] double sigmoid(double x);

/// Σ over contexts x of softplus(−x·t₀) + Σ_k softplus(x·t_k), masked columns left out, logits held to ±limit.
[[nodiscard]] double sgns_loss(const matrix& x, const matrix& t, std::uint32_t masked, double limit = no_limit);

/// Gradients of sgns_loss.
struct sgns_gradients {
  matrix x, t;
};
[[nodiscard]] sgns_gradients sgns_gradient(const matrix& x, const matrix& t, std::uint32_t masked,
                                           double limit = no_limit);

/// A centre as the design defines it: where it stands, its contexts, its outputs.
struct centre {
  std::size_t kept = 0;                ///< its place among the positions that subsampling keeps
  std::vector<std::size_t> contexts;   ///< places of its contexts, ascending
  std::vector<std::uint32_t> outputs;  ///< its own id, then K negatives
  std::uint32_t masked = 0;
};

struct sequence_plan {
  std::vector<std::uint32_t> ids;  ///< kept nodes
  std::vector<centre> centres;     ///< one per kept node, contexts perhaps empty
};

/// Draws by the documented counters.
[[nodiscard]] sequence_plan plan_sequence(const m2grl::kernel::sgns_options& o, std::span<const std::uint32_t> ids,
                                          std::uint64_t sequence);

/// Tables and their row-wise state. Factors default to 1; squares are AdaGrad's accumulators, used if `adagrad`.
struct sgns_state {
  matrix input, output;
  vector input_factors, output_factors, input_squares, output_squares;
  bool adagrad = false;

  sgns_state(const m2grl::table& in, const m2grl::table& out);
};

/// Where input rows are updated: in the table, or in a ring of copies whose difference is flushed when the last
/// position of a row leaves the window (hot-row factors then scale the flush).
enum class staging { table, ring };

/// Trains one sequence with block semantics; returns its loss.
double train_sequence(sgns_state& state, const sequence_plan& plan, const m2grl::kernel::sgns_options& o, double rate,
                      staging where);

}  // namespace reference
