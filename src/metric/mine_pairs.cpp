#include <fmt/format.h>

#include <algorithm>

#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"

namespace m2grl {

mined_pairs mine_pairs(ragged_ref sequences, std::span<const node_id> categories, std::uint32_t window) {
  const auto bad =
      std::find_if(sequences.ids.begin(), sequences.ids.end(), [&](node_id id) { return id >= categories.size(); });
  if (bad != sequences.ids.end()) {
    throw invalid_input(fmt::format("a sequence holds item {}, there are {}", *bad, categories.size()));
  }
  mined_pairs mined;
  const auto take = [&](node_id a, node_id b) {
    if (a == b) {
      ++mined.same_item;
    } else if (categories[a] == no_node || categories[b] == no_node) {
      ++mined.unknown_category;
    } else if (categories[a] == categories[b]) {
      ++mined.same_category;
    } else {
      mined.positives.push_back({a, b});
    }
  };
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    const auto sequence = sequences[s];
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      const std::size_t end = std::min<std::size_t>(sequence.size(), i + 1 + window);
      for (std::size_t j = i + 1; j < end; ++j) take(sequence[i], sequence[j]);
    }
  }
  return mined;
}

ragged sequences_of(const model& m, const dataset& data) {
  const vocabulary &known = m.views.at(0).ids, &read = data.views.at(0).ids;
  std::vector<node_id> node_of(read.size());
  for (node_id id = 0; id < read.size(); ++id) {
    node_of[id] = known.find(read.name(id));
    if (node_of[id] != no_node) continue;
    throw invalid_input(
        fmt::format("item \"{}\" of the data is unknown to the model: it was trained on other data", read.name(id)));
  }
  ragged sequences = data.views.at(0).sequences;
  for (node_id& id : sequences.ids) id = node_of[id];
  return sequences;
}

}  // namespace m2grl
