/// An index behind its checksums: the input is what follows the header, hnswlib's own format.

#include <cstring>

#include "m2grl/index.hpp"
#include "model/files.hpp"
#include "search/index_header.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

namespace m2grl::fuzz::index_target {

M2GRL_FUZZ_TARGET(index, input) {
  static const scratch_folder folder;
  std::mt19937 random(1);
  static const table vectors = test::random_table(6, 3, random);
  const search::index_header header = search::header_of(input, similarity::l2, vectors);
  std::string text(sizeof header, '\0');
  std::memcpy(text.data(), &header, sizeof header);
  const auto file = folder.write("index", text.append(input));
  (void)refusal([&] {
    const vector_index index = vector_index::load(file, vectors);
    search_options how;
    how.k = 3, how.by = similarity::l2;
    for (const auto& list : index.search(vectors, how)) {
      for (const scored_node& node : list) require(node.id < vectors.rows(), "found nodes are known");
    }
  });
}

}  // namespace m2grl::fuzz::index_target
