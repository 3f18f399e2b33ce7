#include "m2grl/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <string_view>

#include "m2grl/error.hpp"
#include "search/admission.hpp"
#include "search/best_list.hpp"
#include "search/candidate_blocks.hpp"
#include "search/exact.hpp"
#include "search/hnsw_graph.hpp"
#include "search/index_file.hpp"
#include "search/query_subset.hpp"

namespace m2grl {
namespace {

std::string_view name_of(similarity by) {
  switch (by) {
    case similarity::inner_product: return "inner product";
    case similarity::cosine: return "cosine";
    case similarity::l2: return "Euclidean distance";
  }
  return "";
}

/// The square of every row's length, [rows]. Throws where a value is not finite.
std::vector<double> finite_squares(const table& rows, const char* what) {
  std::vector<double> squares(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    squares[r] = kernel::inner_product(rows[r].data(), rows[r].data(), rows.stride());
    if (!std::isfinite(squares[r])) throw invalid_input(fmt::format("{} {} holds a value that is not finite", what, r));
  }
  return squares;
}

table unit_rows(const table& rows, const std::vector<double>& squares) {
  table units(rows.rows(), rows.dim());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    search::unit_row(rows[r].data(), rows.stride(), static_cast<float>(squares[r]), units[r].data());
  }
  return units;
}

void check_options(const index_options& how) {
  if (how.neighbours < 2 || how.neighbours > 512) {
    throw invalid_input(fmt::format("neighbours is {}, it must be 2 to 512", how.neighbours));
  }
  if (how.build_width < how.neighbours || how.build_width > 65536) {
    throw invalid_input(
        fmt::format("build_width is {}, it must be {} (neighbours) to 65536", how.build_width, how.neighbours));
  }
}

}  // namespace

struct vector_index::state {
  const table* vectors;
  similarity by;
  std::unique_ptr<search::hnsw_graph> graph;
};

namespace {

/// A search through the graph, query by query.
struct lookup {
  const table& vectors;
  const search::hnsw_graph& graph;
  const table& queries;
  const search_options& how;
  const search::admission& admitted;
  std::vector<double> squares;
  table units;  ///< of the queries, for cosine

  /// The best of at least `width` candidates that the graph finds; nothing where exclusions and filters leave too few
  /// of as many as are worth looking up.
  [[nodiscard]] std::optional<std::vector<scored_node>> best_of(std::size_t q, std::size_t width) const {
    const std::size_t rows = vectors.rows();
    const float *original = queries[q].data(), *query = units.empty() ? original : units[q].data();
    for (std::size_t fetch = std::min(width, rows);; fetch *= 4) {
      search::best_list best(how.k);
      for (const node_id id : graph.nearest(query, fetch)) {
        if (!admitted.is_common(id) || !admitted.admits(q, id)) continue;
        best.offer({id, kernel::similarity_of(how.by, original, squares[q], vectors[id].data(), vectors.stride())});
      }
      if (best.full()) return best.take();
      if (fetch > rows / 16) return std::nullopt;  // scoring every row is hardly more work
    }
  }

  /// The lists of all queries; those that best_of() leaves out by the exact search.
  [[nodiscard]] std::vector<std::vector<scored_node>> all(std::size_t width) const {
    std::vector<std::vector<scored_node>> found(queries.rows());
    std::vector<std::uint8_t> missing(queries.rows(), 0);
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic)
    for (std::size_t q = 0; q < queries.rows(); ++q) {
      try {
        auto best = best_of(q, width);
        missing[q] = !best.has_value();
        if (best) found[q] = std::move(*best);
      } catch (...) {
#pragma omp critical(m2grl_index_failure)
        failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
    complete(missing, found);
    return found;
  }

 private:
  void complete(const std::vector<std::uint8_t>& missing, std::vector<std::vector<scored_node>>& found) const {
    std::vector<std::size_t> which;
    for (std::size_t q = 0; q < missing.size(); ++q) {
      if (missing[q] != 0) which.push_back(q);
    }
    if (which.empty()) return;
    const search::query_subset rest(queries, how, which);
    auto exact = search_top_k(rest.rows(), vectors, rest.how());
    for (std::size_t i = 0; i < which.size(); ++i) found[which[i]] = std::move(exact[i]);
  }
};

}  // namespace

vector_index::vector_index(std::unique_ptr<state> made) : state_(std::move(made)) {}
vector_index::vector_index(vector_index&&) noexcept = default;
vector_index& vector_index::operator=(vector_index&&) noexcept = default;
vector_index::~vector_index() = default;

vector_index::vector_index(const table& vectors, const index_options& how) {
  check_options(how);
  if (vectors.rows() == 0) throw invalid_input("there are no vectors to index");
  const std::vector<double> squares = finite_squares(vectors, "vector");
  auto graph = how.by == similarity::cosine ? search::build_hnsw_graph(unit_rows(vectors, squares), how)
                                            : search::build_hnsw_graph(vectors, how);
  state_ = std::make_unique<state>(state{&vectors, how.by, std::move(graph)});
}

vector_index vector_index::load(const std::filesystem::path& file, const table& vectors) {
  auto loaded = search::load_graph(file, vectors);
  return vector_index(std::make_unique<state>(state{&vectors, loaded.by, std::move(loaded.graph)}));
}

void vector_index::save(const std::filesystem::path& file) const {
  search::save_graph(file, *state_->graph, state_->by, *state_->vectors);
}

similarity vector_index::by() const noexcept { return state_->by; }

std::vector<std::vector<scored_node>> vector_index::search(const table& queries, const search_options& how,
                                                           std::uint32_t width) const {
  const table& vectors = *state_->vectors;
  search::check_search(queries, vectors, how.k);
  if (how.by != state_->by) {
    throw invalid_input(fmt::format("the index was built for {}, not for {}", name_of(state_->by), name_of(how.by)));
  }
  const search::admission admitted(how, queries.rows(), vectors.rows());
  lookup l{vectors, *state_->graph, queries, how, admitted, finite_squares(queries, "query"), {}};
  if (admitted.common().has_value() && admitted.common()->size() < vectors.rows() / 16) {
    return search_top_k(queries, vectors, how);
  }
  if (how.by == similarity::cosine) l.units = unit_rows(queries, l.squares);
  return l.all(std::max(width, how.k));
}

double recall(std::span<const std::vector<scored_node>> found, std::span<const std::vector<scored_node>> exact) {
  if (found.size() != exact.size()) {
    throw invalid_input(fmt::format("{} lists were found, but there are {} exact ones", found.size(), exact.size()));
  }
  std::uint64_t wanted = 0, hits = 0;
  for (std::size_t q = 0; q < exact.size(); ++q) {
    std::vector<node_id> ids;
    for (const scored_node& node : found[q]) ids.push_back(node.id);
    std::sort(ids.begin(), ids.end());
    wanted += exact[q].size();
    for (const scored_node& node : exact[q]) hits += std::binary_search(ids.begin(), ids.end(), node.id);
  }
  return wanted == 0 ? 1 : static_cast<double>(hits) / static_cast<double>(wanted);
}

}  // namespace m2grl
