#pragma once
/// Approximate nearest neighbours by an HNSW graph, for tables too large to score whole for every query.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "m2grl/api.hpp"
#include "m2grl/search.hpp"
#include "m2grl/table.hpp"

namespace M2GRL_API m2grl {

struct index_options {
  similarity by = similarity::inner_product;
  std::uint32_t neighbours = 16;    ///< links of a node in each layer but the lowest, which has twice as many
  std::uint32_t build_width = 200;  ///< candidates kept in sight while a node is linked: more is slower and better
  std::uint64_t seed = 1;
  std::uint32_t threads = 0;  ///< that build; 0: all. One thread builds the same index each time, more do not
};

/// A graph over the rows of a table, to which it refers: the table must outlive it, unchanged. It keeps a second copy
/// of the vectors. All members may be called from several threads at once.
class vector_index {
 public:
  /// Throws invalid_input where there are no rows, a value is not finite, or an option is out of range (neighbours 2 …
  /// 512, build_width from neighbours to 65536), and where m2grl was built without hnswlib; out_of_memory.
  explicit vector_index(const table& vectors, const index_options& how = {});
  /// From a file of save(). Throws io_error, and invalid_input where it is damaged, of another version, or built from
  /// other vectors.
  [[nodiscard]] static vector_index load(const std::filesystem::path& file, const table& vectors);
  vector_index(const vector_index&) = delete;
  vector_index& operator=(const vector_index&) = delete;
  vector_index(vector_index&&) noexcept;
  vector_index& operator=(vector_index&&) noexcept;
  ~vector_index();

  /// Written whole or not at all; takes the index's memory once more on the way. Throws io_error.
  void save(const std::filesystem::path& file) const;
  [[nodiscard]] similarity by() const noexcept;

  /// As search_top_k(), but it may miss some of the best. `width` candidates are looked up for each query (at least k)
  /// and scored exactly; where exclusions and filters leave fewer than k of them, more are, and where few candidates
  /// are let through at all, these are all scored. So a list is as long as the exact one. More width is slower and
  /// better. Throws invalid_input as search_top_k() does (NaN: where a query's value is not finite), and where how.by
  /// is not by().
  [[nodiscard]] std::vector<std::vector<scored_node>> search(const table& queries, const search_options& how,
                                                             std::uint32_t width = 100) const;

 private:
  struct state;
  explicit vector_index(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

/// Whether m2grl was built with hnswlib.
[[nodiscard]] bool built_with_index() noexcept;

/// Share of the ids of the exact lists that were found, over all queries; 1 where the lists are empty.
/// Throws invalid_input where there are not as many lists.
[[nodiscard]] double recall(std::span<const std::vector<scored_node>> found,
                            std::span<const std::vector<scored_node>> exact);

}  // namespace m2grl
