#pragma once
/// Whether a graph as hnswlib writes it may be given to hnswlib, which believes every size and link of its file.

#include <cstddef>
#include <string>
#include <string_view>

namespace m2grl::search {

/// What is wrong with the image of a graph of `rows` vectors of `stride` floats; empty where nothing is. Allocates
/// O(rows), and only once the image is known to hold as many.
[[nodiscard]] std::string fault_of_graph(std::string_view image, std::size_t rows, std::size_t stride);

}  // namespace m2grl::search
