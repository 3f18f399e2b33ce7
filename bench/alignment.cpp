// The alignment step: linked pairs per second, against the time of its six bare matrix products.
#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <set>
#include <vector>

#include "cpu/align.hpp"
#include "cpu/blas_threads.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"
#include "train/backend.hpp"
#include "train/problem.hpp"

extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                       const int*, const float*, const int*, const float*, float*, const int*);

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t dim = 128;
constexpr std::uint32_t batch = 1u << 14;  // pairs, as the step cuts them

/// C [m, n] = op(A) · op(B), row-major, on this thread.
void product(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda, const float* b, int ldb,
             float* c, int ldc) {
  const float one = 1, zero = 0;
  sgemm_(transpose_b ? "T" : "N", transpose_a ? "T" : "N", &n, &m, &k, &one, b, &ldb, a, &lda, &zero, c, &ldc);
}

/// Views of items and their categories, linked; what the step draws from.
struct linked_views {
  explicit linked_views(std::uint32_t items, std::uint32_t categories, std::uint32_t threads)
      : item_sequences(random_sequences(items / 10, 20, items, skew::zipf)),
        category_sequences(random_sequences(items / 10, 20, categories, skew::zipf)) {
    for (std::uint32_t i = 0; i < items; ++i) {
      links.ids.push_back(kernel::mulhi(synthetic_stream(9, i).word(0), categories));
      links.end_row();
    }
    train_config cfg;
    cfg.dim = dim;
    cfg.threads = threads;
    view_input views[2];
    views[0].name = "item";
    views[0].nodes = items;
    views[0].sequences = item_sequences;
    views[1].name = "category";
    views[1].nodes = categories;
    views[1].sequences = category_sequences;
    const link_input link{0, 1, links, {}, {}};
    p = make_problem(cfg, views, {&link, 1});
    learned = initial_embeddings(p);
    for (auto& view : learned.views) {  // initial values too small for a gradient to matter
      for (std::size_t i = 0; i < view.input.rows() * view.input.stride(); ++i) view.input.data()[i] *= 30;
    }
  }
  cpu::table_rows rows(std::size_t v) { return {learned.views[v].input.data(), learned.views[v].input.stride()}; }

  ragged item_sequences, category_sequences, links;
  problem p;
  embeddings learned;
};

/// The pairs and negatives of the batch that starts at `first`, from the documented counters.
struct drawn_batch {
  std::vector<kernel::linked_pair> pairs;
  std::vector<std::uint32_t> negatives;  ///< [pairs, K]
  std::size_t unique_a = 0, unique_b = 0;
};

drawn_batch draw(const problem& p, std::uint64_t first, std::uint32_t count) {
  const kernel::link_options o = p.links[0].options(p.cfg, 0);
  drawn_batch out;
  std::vector<bool> a(p.views[0].input.nodes), b(p.views[1].input.nodes);
  const auto note = [](std::vector<bool>& seen, std::uint32_t id, std::size_t& unique) {
    unique += seen[id] ? 0 : 1;
    seen[id] = true;
  };
  for (std::uint64_t i = first; i < first + count; ++i) {
    out.pairs.push_back(kernel::draw_pair(o, i));
    note(a, out.pairs.back().from, out.unique_a);
    note(b, out.pairs.back().to, out.unique_b);
    for (std::uint32_t k = 0; k < o.negatives; ++k) {
      out.negatives.push_back(kernel::draw_pool_entry(o, first, kernel::draw_pool_index(o, i, k, 1024)));
      note(b, out.negatives.back(), out.unique_b);
    }
  }
  return out;
}

/// Mean loss of a batch over tables as they are, W the identity, no bias: a plain double-precision loop.
double reference_loss(const linked_views& v, const drawn_batch& d) {
  const std::uint32_t k = v.p.cfg.negatives;
  const auto logit = [&](std::uint32_t from, std::uint32_t to) {
    double z = 0;
    for (std::uint32_t c = 0; c < dim; ++c) {
      z +=
          static_cast<double>(v.learned.views[0].input[from][c]) * static_cast<double>(v.learned.views[1].input[to][c]);
    }
    return z;
  };
  double loss = 0;
  for (std::size_t i = 0; i < d.pairs.size(); ++i) {
    loss += std::log1p(std::exp(-logit(d.pairs[i].from, d.pairs[i].to)));
    for (std::uint32_t j = 0; j < k; ++j) {
      const std::uint32_t negative = d.negatives[i * k + j];
      if (negative != d.pairs[i].to) loss += std::log1p(std::exp(logit(d.pairs[i].from, negative)));
    }
  }
  return loss / static_cast<double>(d.pairs.size());
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
    linked_views v(items, std::max(20u, items / 100), static_cast<std::uint32_t>(threads));
    cpu::worker_team team(v.p.threads);
    cpu::link_trainer trainer(v.p, v.p.links[0], team);
    const drawn_batch first = draw(v.p, 0, batch);
    const double expected = reference_loss(v, first);
    const auto start = trainer.train(0, {0, batch}, 0.01, v.rows(0), v.rows(1), v.learned.relations[0]);
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
                       trainer.train(0, {place, batches * batch}, 0.01, v.rows(0), v.rows(1), v.learned.relations[0]);
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
