#pragma once
/// What a device does in the training of a metric: the steps of M, a mini-batch each.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "m2grl/table.hpp"
#include "m2grl/types.hpp"
#include "metric/pair_term.hpp"

namespace m2grl::metric {

/// Terms over the rows of x that they touch.
struct mini_batch {
  std::span<const node_id> rows;     ///< items, each once
  std::span<const pair_term> terms;  ///< between places in `rows`
  std::uint64_t pairs = 0;           ///< positive ones: the gradient is a mean over them
};

class stepper {
 public:
  stepper() = default;
  stepper(const stepper&) = delete;
  stepper& operator=(const stepper&) = delete;
  virtual ~stepper() = default;

  /// Moves M by Adam. The batch's memory may go when this returns.
  virtual void step(const mini_batch& batch, double rate) = 0;
  /// Sum of the losses since the last call.
  [[nodiscard]] virtual double take_loss() = 0;
  [[nodiscard]] virtual table matrix() const = 0;
};

/// The largest batch that step() will see.
struct batch_limits {
  std::size_t rows = 0, terms = 0;
};

/// x: [items, dim(x)], outlives the stepper; matrix: M at first, [out, dim(x)].
[[nodiscard]] std::unique_ptr<stepper> make_cpu_stepper(const table& x, table matrix, double margin);
/// The same on the current CUDA device, which holds x. Sums of gradients have another order in each run: M is the
/// CPU's up to rounding. Throws out_of_memory, cuda_error, and where m2grl was built without CUDA invalid_input.
[[nodiscard]] std::unique_ptr<stepper> make_cuda_stepper(const table& x, const table& matrix, double margin,
                                                         batch_limits most);

}  // namespace m2grl::metric
