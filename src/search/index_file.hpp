#pragma once
/// The file of an index: a header of ours, then hnswlib's own format.

#include <cstdint>
#include <filesystem>
#include <memory>

#include "search/hnsw_graph.hpp"

namespace m2grl::search {

/// Written whole or not at all. `vectors`: the table that the graph was built from. Throws io_error.
void save_graph(const std::filesystem::path& file, const hnsw_graph& graph, similarity by, const table& vectors);

struct loaded_graph {
  similarity by = similarity::inner_product;
  std::unique_ptr<hnsw_graph> graph;
};
/// Throws io_error; invalid_input where the file is damaged, of another version, or built from other vectors.
[[nodiscard]] loaded_graph load_graph(const std::filesystem::path& path, const table& vectors);

}  // namespace m2grl::search
