#include "search/hnsw_graph.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <exception>
#include <stdexcept>

#define NO_MANUAL_VECTORIZATION  // its own kernels depend on the compiler's flags; ours are chosen at run time
#include <hnswlib/hnswlib.h>

#include "m2grl/error.hpp"
#include "search/rows.hpp"

namespace m2grl::search {
namespace {

/// Rows of `stride` floats, padding included, and the distance that ranks them.
class row_space : public hnswlib::SpaceInterface<float> {
 public:
  row_space(similarity by, std::size_t stride) : stride_(stride), distance_(distance_of(by)) {}

  std::size_t get_data_size() override { return stride_ * sizeof(float); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return distance_; }
  void* get_dist_func_param() override { return &stride_; }

 private:
  std::size_t stride_;
  row_distance distance_;
};

/// hnswlib throws std::runtime_error.
template <class Function>
auto translated(const Function& call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    throw out_of_memory("not enough memory for the index");
  } catch (const std::runtime_error& fault) {
    const std::string what = fault.what();
    if (what.starts_with("Not enough memory")) throw out_of_memory("not enough memory for the index");
    throw error("the index failed: " + what);
  }
}

class graph : public hnsw_graph {
 public:
  graph(const table& rows, const index_options& how)
      : space_(how.by, rows.stride()),
        graph_(&space_, rows.rows(), how.neighbours, how.build_width, static_cast<std::size_t>(how.seed)) {
    graph_.addPoint(rows.data(), 0);
    [[maybe_unused]] const int threads = how.threads == 0 ? omp_get_max_threads() : static_cast<int>(how.threads);
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 64) num_threads(threads)
    for (std::size_t r = 1; r < rows.rows(); ++r) {
      try {
        graph_.addPoint(rows.data() + r * rows.stride(), r);
      } catch (...) {
#pragma omp critical(m2grl_index_failure)
        failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
  }
  graph(const std::string& path, similarity by, std::size_t stride) : space_(by, stride), graph_(&space_, path) {}

  [[nodiscard]] std::vector<node_id> nearest(const float* query, std::size_t count) const override {
    std::vector<node_id> ids;
    ids.reserve(count);
    for (auto found = graph_.searchKnn(query, count); !found.empty(); found.pop()) {
      ids.push_back(static_cast<node_id>(found.top().second));
    }
    return ids;
  }
  void write(const std::string& path) const override { graph_.saveIndex(path); }

 private:
  row_space space_;
  mutable hnswlib::HierarchicalNSW<float> graph_;  // its saveIndex() is not const, and changes nothing
};

}  // namespace

std::unique_ptr<hnsw_graph> build_hnsw_graph(const table& rows, const index_options& how) {
  return translated([&] { return std::make_unique<graph>(rows, how); });
}

std::unique_ptr<hnsw_graph> read_hnsw_graph(const std::string& path, similarity by, std::size_t stride) {
  return translated([&] { return std::make_unique<graph>(path, by, stride); });
}

}  // namespace m2grl::search

namespace m2grl {

bool built_with_index() noexcept { return true; }

}  // namespace m2grl
