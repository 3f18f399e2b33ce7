#include "m2grl/compose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "ingest/find_link.hpp"
#include "m2grl/error.hpp"

namespace m2grl {
namespace {

const link_data* link_to(const std::vector<link_data>& links, std::size_t view, const std::string& name) {
  if (const link_data* found = find_link(links, 0, view)) return found;
  throw invalid_input(fmt::format("view \"{}\" cannot be composed: the item view is not linked to it", name));
}

std::vector<vector_part> resolve(const std::vector<std::string>& names, const std::vector<const view_tables*>& tables,
                                 const std::vector<link_data>& links, std::span<const compose_part> compose) {
  if (compose.empty()) return {{&tables.at(0)->input, &tables.at(0)->output, nullptr, 1.0}};
  std::vector<vector_part> parts;
  for (const compose_part& part : compose) {
    const auto found = std::find(names.begin(), names.end(), part.view);
    if (found == names.end()) {
      throw invalid_input(
          fmt::format("compose names view \"{}\"; the views are {}", part.view, fmt::join(names, ", ")));
    }
    const auto view = static_cast<std::size_t>(found - names.begin());
    const table* input = &tables[view]->input;
    if (std::any_of(parts.begin(), parts.end(), [&](const auto& p) { return p.input == input; })) {
      throw invalid_input(fmt::format("compose names view \"{}\" twice", part.view));
    }
    parts.push_back({input, &tables[view]->output, view == 0 ? nullptr : link_to(links, view, part.view), part.weight});
  }
  return parts;
}

/// out += factor · the item's vector in one part.
void add_part(const table& source, const link_data* link, std::size_t item, double factor, std::span<float> out) {
  const auto add = [&](std::size_t row, double weight) {
    const auto values = source[row];
    for (std::size_t c = 0; c < values.size(); ++c) out[c] += static_cast<float>(weight) * values[c];
  };
  if (link == nullptr) return add(item, factor);
  const std::uint64_t begin = link->targets.offsets[item], end = link->targets.offsets[item + 1];
  double total = 0;
  for (std::uint64_t i = begin; i < end; ++i) total += link->counts[i];
  if (total == 0) return;
  for (std::uint64_t i = begin; i < end; ++i) add(link->targets.ids[i], factor * link->counts[i] / total);
}

std::size_t items_of(const vector_part& part) {
  return part.link != nullptr ? part.link->targets.size() : part.input->rows();
}

std::size_t check_parts(std::span<const vector_part> parts) {
  if (parts.empty()) throw invalid_input("nothing to compose: there are no parts");
  const std::size_t items = items_of(parts.front());
  for (const vector_part& part : parts) {
    if (items_of(part) != items) {
      throw invalid_input(fmt::format("parts of one composition have {} and {} items", items, items_of(part)));
    }
  }
  return items;
}

/// A part's rows are its input vectors · input + its output vectors · output.
struct part_factors {
  double input = 0, output = 0;
};

template <class FactorsOf>
table composed(std::span<const vector_part> parts, FactorsOf factors_of) {
  const std::size_t items = check_parts(parts);
  std::size_t dim = 0;
  for (const vector_part& part : parts) dim += part.input->dim();
  table result(items, dim);
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(items); ++i) {
    const auto item = static_cast<std::size_t>(i);
    std::size_t column = 0;
    for (const vector_part& part : parts) {
      const part_factors factors = factors_of(part);
      const auto out = result[item].subspan(column, part.input->dim());
      if (factors.input != 0) add_part(*part.input, part.link, item, factors.input, out);
      if (factors.output != 0) add_part(*part.output, part.link, item, factors.output, out);
      column += out.size();
    }
  }
  return result;
}

}  // namespace

std::vector<vector_part> parts_of(const model& m, std::span<const compose_part> compose) {
  std::vector<std::string> names;
  std::vector<const view_tables*> tables;
  for (const model_view& view : m.views) {
    names.push_back(view.name);
    tables.push_back(&view.tables);
  }
  return resolve(names, tables, m.links, compose);
}

std::vector<vector_part> parts_of(const dataset& data, const embeddings& learned,
                                  std::span<const compose_part> compose) {
  std::vector<std::string> names;
  std::vector<const view_tables*> tables;
  for (std::size_t v = 0; v < data.views.size(); ++v) {
    names.push_back(data.views[v].name);
    tables.push_back(&learned.views.at(v));
  }
  return resolve(names, tables, data.links, compose);
}

table query_vectors(std::span<const vector_part> parts) {
  return composed(parts, [](const vector_part& part) { return part_factors{part.weight, 0}; });
}
table candidate_vectors(std::span<const vector_part> parts, double input_similarity) {
  return composed(parts, [&](const vector_part&) { return part_factors{input_similarity, 1}; });
}

table history_vectors(const table& item_queries, ragged_ref histories, std::uint32_t last, double decay) {
  const auto largest = std::max_element(histories.ids.begin(), histories.ids.end());
  if (largest != histories.ids.end() && *largest >= item_queries.rows()) {
    throw invalid_input(
        fmt::format("a history holds node {}, which is not among the {} items", *largest, item_queries.rows()));
  }
  table result(histories.size(), item_queries.dim());
#pragma omp parallel for schedule(static)
  for (std::int64_t h = 0; h < static_cast<std::int64_t>(histories.size()); ++h) {
    const auto row = static_cast<std::size_t>(h);
    const auto items = histories[row];
    std::size_t count = last == 0 ? items.size() : std::min<std::size_t>(last, items.size());
    if (decay == 0) count = std::min<std::size_t>(count, 1);
    double weight = 1;
    for (std::size_t k = 0; k < count && weight > 1e-12; ++k, weight *= decay) {
      const auto query = item_queries[items[items.size() - 1 - k]];
      for (std::size_t c = 0; c < query.size(); ++c) result[row][c] += static_cast<float>(weight) * query[c];
    }
  }
  return result;
}

}  // namespace m2grl
