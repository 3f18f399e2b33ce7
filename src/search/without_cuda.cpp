/// What stands in for the search on a GPU in a library without CUDA.

#include "m2grl/error.hpp"
#include "search/gpu.hpp"

namespace m2grl::search {

std::vector<std::vector<scored_node>> gpu_top_k(const table&, const table&, const search_options&) {
  throw invalid_input("this m2grl was built without the CUDA backend");
}

}  // namespace m2grl::search
