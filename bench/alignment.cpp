// The alignment step: linked pairs per second, against the time of its six bare matrix products.
#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <vector>

#include "cpu/align.hpp"
#include "cpu/blas_threads.hpp"
#include "support/bench.hpp"
#include "support/linked_views.hpp"
#include "train/batch_size.hpp"

extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                       const int*, const float*, const int*, const float*, float*, const int*);

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t dim = link_dim;

/// C [m, n] = op(A) · op(B), row-major, on this thread.
void product(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda, const float* b, int ldb,
             float* c, int ldc) {
  const float one = 1, zero = 0;
  sgemm_(transpose_b ? "T" : "N", transpose_a ? "T" : "N", &n, &m, &k, &one, b, &ldb, a, &lda, &zero, c, &ldc);
}

cpu::table_rows rows(linked_views& v, std::size_t view) {
  return {v.learned.views[view].input.data(), v.learned.views[view].input.stride()};
}

/// Seconds of the products that one batch needs: projection, back to the rows, and dW, for both sides; each
/// thread on its share of the rows, as the step does it.
class bare_products {
 public:
  bare_products(std::size_t a, std::size_t b, int threads) : sides_{a, b}, threads_(threads), w_(dim, dim) {
    for (int t = 0; t < threads; ++t) {
      const auto rows = std::max(a, b) / static_cast<std::size_t>(threads) + 1;
      x_.emplace_back(rows, dim);
      y_.emplace_back(rows, dim);
      dw_.emplace_back(dim, dim);
    }
  }
  double seconds() {
    return seconds_of([&] {
#pragma omp parallel num_threads(threads_)
      {
        const auto t = static_cast<std::size_t>(omp_get_thread_num());
        for (const std::size_t rows : sides_) {
          const auto n = static_cast<int>(rows * (t + 1) / static_cast<std::size_t>(threads_) -
                                          rows * t / static_cast<std::size_t>(threads_));
          const int d = dim;
          product(false, true, n, d, d, x_[t].data(), d, w_.data(), d, y_[t].data(), d);
          product(false, false, n, d, d, y_[t].data(), d, w_.data(), d, x_[t].data(), d);
          product(true, false, d, d, n, y_[t].data(), d, x_[t].data(), d, dw_[t].data(), d);
        }
      }
    });
  }

 private:
  std::size_t sides_[2];
  int threads_;
  table w_;
  std::vector<table> x_, y_, dw_;
};

void body(const options& o, report& r) {
  const cpu::single_threaded_blas one_thread_each;
  const auto items = static_cast<std::uint32_t>(500000 * o.size);
  const int cores = omp_get_max_threads();
  for (const int threads : {1, cores}) {
    const std::string name = fmt::format("identity_{}_core{}", threads, threads == 1 ? "" : "s");
    if (!r.wants(name)) continue;
    linked_views v(items, std::max(20u, items / 100), static_cast<std::uint32_t>(threads), occurrence::zipf);
    const std::uint32_t batch = batch_size_of(v.p, v.p.links[0]).pairs;
    cpu::worker_team team(v.p.threads);
    cpu::link_trainer trainer(v.p, v.p.links[0], team);
    const drawn_batch first = draw_batch(v.p, 0);
    const double expected = reference_loss(v, first);
    const auto start = trainer.train(0, {0, batch}, 0.01, rows(v, 0), rows(v, 1), v.learned.relations[0]);
    check(std::abs(start.mean() - expected) < 1e-4 * expected,
          fmt::format("the first batch's loss is {}, not {}", start.mean(), expected));
    r.validated(fmt::format("{}: the first batch's loss against a double-precision loop, within 1e-4", name));
    constexpr std::uint64_t batches = 8;
    bare_products bare(first.unique_a, first.unique_b, threads);
    std::uint64_t place = batch;
    double last = 0;
    figure f = compare(
        name, "pairs/s", o.runs,
        [&] {
          return batches * batch / seconds_of([&] {
                   const auto tally =
                       trainer.train(0, {place, batches * batch}, 0.01, rows(v, 0), rows(v, 1), v.learned.relations[0]);
                   check(!tally.non_finite, "a logit was not finite");
                   last = tally.mean();
                   place += batches * batch;
                 });
        },
        "the bare products of its batches",
        [&] {
          double seconds = 0;
          for (std::uint64_t i = 0; i < batches; ++i) seconds += bare.seconds();
          return batches * batch / seconds;
        });
    check(last < start.mean(), fmt::format("the loss rose from {} to {}", start.mean(), last));
    f.details = {{"unique_a", static_cast<double>(first.unique_a)},
                 {"unique_b", static_cast<double>(first.unique_b)},
                 {"first_loss", start.mean()},
                 {"last_loss", last}};
    r.add(std::move(f));
    if (cores == 1) break;
  }
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "alignment", body); }
