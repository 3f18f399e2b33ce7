#include "search/hnsw_graph.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <exception>
#include <filesystem>
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
  void write(const std::string& path) const override {
    graph_.saveIndex(path);  // tells no failure
    const std::uint64_t wanted = written_bytes(), found = std::filesystem::file_size(path);
    if (found != wanted) {
      throw io_error(fmt::format("cannot keep the index in memory: {} of {} bytes were written", found, wanted));
    }
  }

 private:
  /// What saveIndex() writes: its header, the rows of the lowest layer, and the links of those above, a length each.
  [[nodiscard]] std::uint64_t written_bytes() const {
    const auto& g = graph_;
    const std::size_t rows = g.cur_element_count;
    std::uint64_t bytes = sizeof(g.offsetLevel0_) + sizeof(g.max_elements_) + sizeof(rows) +
                          sizeof(g.size_data_per_element_) + sizeof(g.label_offset_) + sizeof(g.offsetData_) +
                          sizeof(g.maxlevel_) + sizeof(g.enterpoint_node_) + sizeof(g.maxM_) + sizeof(g.maxM0_) +
                          sizeof(g.M_) + sizeof(g.mult_) + sizeof(g.ef_construction_);
    bytes += rows * (g.size_data_per_element_ + sizeof(unsigned));
    for (std::size_t r = 0; r < rows; ++r) {
      bytes += static_cast<std::uint64_t>(g.element_levels_[r]) * g.size_links_per_element_;
    }
    return bytes;
  }

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
