#include "search/exact.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>

#include "cpu/blas_threads.hpp"
#include "m2grl/error.hpp"
#include "search/admission.hpp"
#include "search/best_list.hpp"
#include "search/candidate_blocks.hpp"
#include "search/gpu.hpp"
#include "search/query_block.hpp"
#include "search/rows.hpp"
#include "train/device.hpp"

namespace m2grl::search {
namespace {

using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using const_view = Eigen::Map<const row_matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

const_view view_of(const float* rows, std::size_t count, std::size_t stride) {
  const auto columns = static_cast<Eigen::Index>(stride);
  return {rows, static_cast<Eigen::Index>(count), columns, Eigen::OuterStride<>(columns)};
}

/// One search: blocks of queries times slices of the candidates.
struct plan {
  plan(const table& q, const table& c, const search_options& o, block_sizes s)
      : queries(q), candidates(c), how(o), sizes(s), admitted(o, q.rows(), c.rows()) {
    allowed = admitted.common().has_value() ? &*admitted.common() : nullptr;
    rows = allowed != nullptr ? allowed->size() : c.rows();
    query_blocks = (q.rows() + sizes.queries - 1) / sizes.queries;
    // A few queries share all threads; each slice has whole blocks.
    const std::size_t blocks = (rows + sizes.candidates - 1) / sizes.candidates;
    const auto threads = static_cast<std::size_t>(omp_get_max_threads());
    slices = std::clamp<std::size_t>((threads + query_blocks - 1) / query_blocks, 1, std::max<std::size_t>(blocks, 1));
    slice_rows = (blocks + slices - 1) / slices * sizes.candidates;
  }

  const table& queries;
  const table& candidates;
  const search_options& how;
  block_sizes sizes;
  admission admitted;
  const std::vector<node_id>* allowed = nullptr;
  std::size_t rows = 0, query_blocks = 0, slices = 1, slice_rows = 0;
};

/// What a thread needs for its tasks.
class worker {
 public:
  explicit worker(const plan& p)
      : plan_(p),
        blocks_(p.candidates, p.how.by, p.allowed, p.sizes.candidates),
        queries_(p.queries, p.how.by, p.sizes.queries),
        scores_(static_cast<Eigen::Index>(p.sizes.queries), static_cast<Eigen::Index>(p.sizes.candidates)),
        places_(p.sizes.candidates + spare_places) {}

  /// Of a block of queries, the best in a slice of the candidates: one list each.
  std::vector<best_list> search(std::size_t query_block, std::size_t slice) {
    const std::size_t first_query = query_block * plan_.sizes.queries;
    queries_.take(first_query, std::min(plan_.sizes.queries, plan_.queries.rows() - first_query));
    std::vector<best_list> best(queries_.count(), best_list(plan_.how.k));
    const std::size_t end = std::min(plan_.rows, (slice + 1) * plan_.slice_rows);
    for (std::size_t first = slice * plan_.slice_rows; first < end; first += plan_.sizes.candidates) {
      const candidate_block& block = blocks_.make(first, std::min(plan_.sizes.candidates, end - first));
      const std::size_t stride = plan_.candidates.stride();
      auto product =
          scores_.topLeftCorner(static_cast<Eigen::Index>(queries_.count()), static_cast<Eigen::Index>(block.count));
      product.noalias() =
          view_of(queries_.rows(), queries_.count(), stride) * view_of(block.rows, block.count, stride).transpose();
      for (std::size_t q = 0; q < queries_.count(); ++q) {
        select(q, block, scores_.data() + q * plan_.sizes.candidates, best[q]);
      }
    }
    return best;
  }

 private:
  /// Offers what may be among the best of query q of the block, by its exact score.
  void select(std::size_t q, const candidate_block& block, const float* scores, best_list& best) {
    float threshold = queries_.threshold(q, block, best.least());
    const std::size_t found = survivors(scores, block.bias, block.count, threshold, places_.data());
    for (std::size_t i = 0; i < found; ++i) {
      const std::size_t place = places_[i];
      const float score = block.bias != nullptr ? scores[place] + block.bias[place] : scores[place];
      if (score <= threshold) continue;  // it has risen since
      const node_id id = block.id_of(place);
      const bool admitted = plan_.admitted.admits(queries_.first() + q, id);
      if (!admitted && !std::isnan(score)) continue;
      const float exact = queries_.score(q, plan_.candidates.data() + id * plan_.candidates.stride());
      if (std::isnan(exact)) {
        throw invalid_input(
            fmt::format("the score of candidate {} for query {} is not a number", id, queries_.first() + q));
      }
      if (!admitted) continue;
      best.offer({id, exact});
      threshold = queries_.threshold(q, block, best.least());
    }
  }

  const plan& plan_;
  candidate_blocks blocks_;
  query_block queries_;
  row_matrix scores_;
  std::vector<std::uint32_t> places_;
};

/// The lists of every query, [slices · queries].
std::vector<std::vector<best_list>> run_tasks(const plan& p) {
  const cpu::single_threaded_blas one_thread_each;
  const auto tasks = static_cast<std::int64_t>(p.query_blocks * p.slices);
  std::vector<std::vector<best_list>> found(static_cast<std::size_t>(tasks));
  std::int64_t failed = tasks;
  std::exception_ptr failure;
#pragma omp parallel
  {
    std::optional<worker> own;
#pragma omp for schedule(dynamic)
    for (std::int64_t t = 0; t < tasks; ++t) {
      try {
        if (!own) own.emplace(p);
        const auto task = static_cast<std::size_t>(t);
        found[task] = own->search(task / p.slices, task % p.slices);
      } catch (...) {
#pragma omp critical(m2grl_search_failure)
        if (t < failed) failed = t, failure = std::current_exception();
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
  return found;
}

}  // namespace

void check_search(const table& queries, const table& candidates, std::uint32_t k) {
  if (k == 0) throw invalid_input("k is 0, it must be at least 1");
  if (k > candidates.rows())
    throw invalid_input(fmt::format("k is {}, but there are {} candidates", k, candidates.rows()));
  if (queries.dim() != candidates.dim()) {
    throw invalid_input(fmt::format("queries have {} dimensions, candidates {}", queries.dim(), candidates.dim()));
  }
}

std::vector<std::vector<scored_node>> exact_top_k(const table& queries, const table& candidates,
                                                  const search_options& how, block_sizes sizes) {
  check_search(queries, candidates, how.k);
  std::vector<std::vector<scored_node>> results(queries.rows());
  if (queries.rows() == 0) return results;
  const plan p(queries, candidates, how, sizes);
  auto found = run_tasks(p);
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    const std::size_t task = q / sizes.queries * p.slices, row = q % sizes.queries;
    best_list& best = found[task][row];
    for (std::size_t slice = 1; slice < p.slices; ++slice) best.offer_all(found[task + slice][row]);
    results[q] = best.take();
  }
  return results;
}

bool on_gpu(const search_options& how) {
  const bool fits = how.k <= most_on_gpu;
  if (how.device == device_kind::automatic && !fits) return false;
  if (find_device(how.device) == device_kind::cpu) return false;
  if (!fits) {
    throw invalid_input(
        fmt::format("k is {}, but a GPU holds lists of at most {}; use device cpu or auto", how.k, most_on_gpu));
  }
  return true;
}

}  // namespace m2grl::search

namespace m2grl {

std::vector<std::vector<scored_node>> search_top_k(const table& queries, const table& candidates,
                                                   const search_options& how) {
  if (!search::on_gpu(how)) return search::exact_top_k(queries, candidates, how);
  search::check_search(queries, candidates, how.k);
  if (queries.rows() == 0) return {};
  return search::gpu_top_k(queries, candidates, how);
}

std::vector<std::vector<scored_node>> search_top_k(const table& queries, const table& candidates, std::uint32_t k,
                                                   ragged_ref excluded, similarity by) {
  search_options how;
  how.k = k, how.by = by, how.excluded = excluded;
  return search_top_k(queries, candidates, how);
}

}  // namespace m2grl
