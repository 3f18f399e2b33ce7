/// What stands in for the approximate index in a library without hnswlib: it says that it is not there.

#include "m2grl/error.hpp"
#include "search/hnsw_graph.hpp"

namespace m2grl {
namespace search {
namespace {

constexpr const char* missing = "this m2grl was built without hnswlib: there are no approximate indexes";

}  // namespace

std::unique_ptr<hnsw_graph> build_hnsw_graph(const table&, const index_options&) { throw invalid_input(missing); }
std::unique_ptr<hnsw_graph> read_hnsw_graph(const std::string&, similarity, std::size_t) {
  throw invalid_input(missing);
}

}  // namespace search

bool built_with_index() noexcept { return false; }

}  // namespace m2grl
