#pragma once
/// hnswlib behind a seam, so that its header, whose code depends on the compiler's flags, is included in one place.

#include <memory>
#include <string>
#include <vector>

#include "m2grl/index.hpp"

namespace m2grl::search {

class hnsw_graph {
 public:
  virtual ~hnsw_graph() = default;
  /// About `count` ids near a query of [stride] floats (a unit vector for cosine), in no order.
  [[nodiscard]] virtual std::vector<node_id> nearest(const float* query, std::size_t count) const = 0;
  /// Writes hnswlib's own format. Throws io_error.
  virtual void write(const std::string& path) const = 0;
};

/// Over rows as nearest() takes them. Throws out_of_memory.
[[nodiscard]] std::unique_ptr<hnsw_graph> build_hnsw_graph(const table& rows, const index_options& how);
/// From a file of write() for rows of `stride` floats.
[[nodiscard]] std::unique_ptr<hnsw_graph> read_hnsw_graph(const std::string& path, similarity by, std::size_t stride);

}  // namespace m2grl::search
