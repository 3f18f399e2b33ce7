#include "m2grl/warm_start.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <map>

#include "ingest/find_link.hpp"
#include "m2grl/error.hpp"
#include "train/backend.hpp"

namespace m2grl {
namespace {

using matrix = Eigen::MatrixXd;
using row_matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using const_view = Eigen::Map<const row_matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

matrix matrix_of(const table& t) {
  return const_view(t.data(), static_cast<Eigen::Index>(t.rows()), static_cast<Eigen::Index>(t.dim()),
                    Eigen::OuterStride<>(static_cast<Eigen::Index>(t.stride())))
      .cast<double>();
}

const model_view* find_view(const model& m, const std::string& name) {
  const auto found = std::find_if(m.views.begin(), m.views.end(), [&](const model_view& v) { return v.name == name; });
  return found == m.views.end() ? nullptr : &*found;
}

/// Whether `old` names are the first of `names`.
bool begins_with(const vocabulary& ids, const vocabulary& old) {
  return ids.size() >= old.size() && std::equal(old.names().begin(), old.names().end(), ids.names().begin());
}

void require_old_first(const vocabulary& ids, const model_view& old) {
  if (begins_with(ids, old.ids)) return;
  throw invalid_input(
      fmt::format("view \"{}\" does not begin with the {} nodes of the model that it would go on from: its data were "
                  "numbered without them",
                  old.name, old.ids.size()));
}

/// An alignment of the old model, in what solving for e needs.
struct aligned_view {
  const link_data* link = nullptr;  ///< of the new data
  const table* nodes = nullptr;     ///< old input vectors of the other side
  matrix w;                         ///< W_v, [relation_dim, dim]
  matrix pulled;                    ///< W_vᵀ W'_v, [dim, dim]
};

/// Input vectors of added nodes where the alignment puts them.
class aligned_nodes {
 public:
  aligned_nodes(std::vector<aligned_view> views, double longest, std::size_t dim)
      : views_(std::move(views)), longest_(longest), dim_(static_cast<Eigen::Index>(dim)) {}

  /// Writes node i's; false where none of its linked nodes is an old one.
  bool write(std::size_t i, std::span<float> row) {
    Eigen::VectorXd right = Eigen::VectorXd::Zero(dim_);
    std::uint64_t present = 0;
    for (std::size_t v = 0; v < views_.size(); ++v) {
      Eigen::VectorXd mean;
      if (!mean_of(views_[v], i, mean)) continue;
      right += views_[v].pulled * mean;
      present |= std::uint64_t{1} << v;
    }
    if (present == 0) return false;
    Eigen::VectorXd e = solver(present).solve(right);
    const double length = e.norm();
    if (!std::isfinite(length)) return false;
    if (length > longest_) e *= longest_ / length;
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = static_cast<float>(e[static_cast<Eigen::Index>(c)]);
    return true;
  }

 private:
  bool mean_of(const aligned_view& view, std::size_t i, Eigen::VectorXd& mean) const {
    mean = Eigen::VectorXd::Zero(dim_);
    double total = 0;
    const ragged& targets = view.link->targets;
    for (std::uint64_t at = targets.offsets[i]; at < targets.offsets[i + 1]; ++at) {
      const node_id node = targets.ids[at];
      if (node >= view.nodes->rows()) continue;  // an added node itself
      const auto vector = (*view.nodes)[node];
      const double count = view.link->counts[at];
      for (std::size_t c = 0; c < vector.size(); ++c) {
        mean[static_cast<Eigen::Index>(c)] += count * static_cast<double>(vector[c]);
      }
      total += count;
    }
    if (total > 0) mean /= total;
    return total > 0;
  }

  /// Of Σ W_vᵀ W_v + λ over the views that a node has; nodes with the same views share it.
  const Eigen::LDLT<matrix>& solver(std::uint64_t present) {
    const auto found = solvers_.find(present);
    if (found != solvers_.end()) return found->second;
    matrix sum = matrix::Zero(dim_, dim_);
    for (std::size_t v = 0; v < views_.size(); ++v) {
      if ((present >> v & 1) != 0) sum += views_[v].w.transpose() * views_[v].w;
    }
    constexpr double ridge = 1e-3;
    sum.diagonal().array() += ridge * std::max(sum.diagonal().mean(), 1e-12);
    return solvers_.emplace(present, sum.ldlt()).first->second;
  }

  std::vector<aligned_view> views_;
  double longest_;
  Eigen::Index dim_;
  std::map<std::uint64_t, Eigen::LDLT<matrix>> solvers_;
};

double root_mean_square_length(const table& vectors) {
  double squares = 0;
  for (std::size_t r = 0; r < vectors.rows(); ++r) {
    for (const float value : vectors[r]) squares += static_cast<double>(value) * static_cast<double>(value);
  }
  return vectors.empty() ? 0 : std::sqrt(squares / static_cast<double>(vectors.rows()));
}

class starter {
 public:
  starter(const model& old, const config& cfg, const dataset& data) : old_(old), cfg_(cfg), data_(data) {}

  warm_tables tables() {
    check_dim();
    for (const link_config& link : cfg_.links) warm_.start.relations.push_back(relation_of(link));
    for (std::size_t v = 0; v < data_.views.size(); ++v) add_view(v);
    for (const view_data& view : data_.views) add_task(view.name);
    for (const link_config& link : cfg_.links) add_task(link.from + "~" + link.to);
    return std::move(warm_);
  }

 private:
  void check_dim() const {
    for (const view_data& view : data_.views) {
      const model_view* const old = find_view(old_, view.name);
      if (old == nullptr || old->tables.input.dim() == cfg_.train.dim) continue;
      throw invalid_input(fmt::format("train.dim is {}, the model that it would go on from has {} dimensions",
                                      cfg_.train.dim, old->tables.input.dim()));
    }
  }

  /// The old model's alignment of these views; without W where it has none.
  relation relation_of(const link_config& link) const {
    relation r;
    r.from = view_of_link(data_.views, link.from), r.to = view_of_link(data_.views, link.to),
    r.projection = link.projection;
    for (const relation& old : old_.relations) {
      if (old_.views[old.from].name != link.from || old_.views[old.to].name != link.to) continue;
      check_shape(old, link);
      r.w_from = old.w_from.clone(), r.w_to = old.w_to.clone(), r.bias = old.bias;
    }
    return r;
  }

  void check_shape(const relation& old, const link_config& link) const {
    const std::size_t rows = link.relation_dim != 0 ? link.relation_dim : cfg_.train.dim;
    if (old.w_from.rows() == rows && old.w_to.empty() == link.shared && old.projection == link.projection) return;
    throw invalid_input(
        fmt::format("link \"{}~{}\": relation_dim {}, {} W and its projection are not those of the model that it would "
                    "go on from, whose W has {} rows, {}",
                    link.from, link.to, rows, link.shared ? "a shared" : "one", old.w_from.rows(),
                    old.w_to.empty() ? "shared" : "one a side"));
  }

  void add_view(std::size_t v) {
    const view_data& view = data_.views[v];
    const model_view* const old = find_view(old_, view.name);
    warm_.views.push_back({view.name, 0, view.ids.size(), 0});
    if (old == nullptr) {
      warm_.start.views.emplace_back();
      return;
    }
    require_old_first(view.ids, *old);
    warm_.views.back().kept = old->ids.size();
    warm_.views.back().added -= old->ids.size();
    warm_.start.views.push_back(grown(v, old->tables, warm_.views.back().from_aligned));
  }

  view_tables grown(std::size_t v, const view_tables& old, std::uint64_t& from_aligned) const {
    const std::size_t nodes = data_.views[v].ids.size(), dim = cfg_.train.dim;
    view_tables tables{table(nodes, dim), table(nodes, dim)};
    std::copy_n(old.input.data(), old.input.bytes() / sizeof(float), tables.input.data());
    std::copy_n(old.output.data(), old.output.bytes() / sizeof(float), tables.output.data());
    aligned_nodes aligned(alignments_of(v), root_mean_square_length(old.input), dim);
    for (std::size_t i = old.input.rows(); i < nodes; ++i) {
      if (aligned.write(i, tables.input[i])) {
        ++from_aligned;
      } else {
        draw_initial_row(tables.input[i], cfg_.train, static_cast<std::uint32_t>(v), i);
      }
    }
    return tables;
  }

  std::vector<aligned_view> alignments_of(std::size_t v) const {
    std::vector<aligned_view> found;
    for (const relation& r : warm_.start.relations) {
      const link_data* const link = find_link(data_.links, r.from, r.to);
      const model_view* const other = find_view(old_, data_.views[r.to].name);
      if (r.from != v || r.w_from.empty() || link == nullptr || other == nullptr || found.size() == 64) continue;
      aligned_view view{link, &other->tables.input, matrix_of(r.w_from), {}};
      view.pulled = view.w.transpose() * (r.w_to.empty() ? view.w : matrix_of(r.w_to));
      found.push_back(std::move(view));
    }
    return found;
  }

  void add_task(const std::string& name) {
    task_state task;
    task.name = name;
    for (const task_state& old : old_.tasks) {
      if (old.name == name) task.log_variance = old.log_variance;
    }
    warm_.start.tasks.push_back(std::move(task));
  }

  const model& old_;
  const config& cfg_;
  const dataset& data_;
  warm_tables warm_;
};

/// Adds the old links' counts, rows and targets by their old ids, which the new views keep.
void add_link(link_data& link, const link_data& old) {
  link_data sum;
  sum.from = link.from, sum.to = link.to;
  for (std::size_t row = 0; row < link.targets.size(); ++row) {
    std::map<node_id, std::uint64_t> counts;
    const auto add = [&](const link_data& l) {
      for (std::uint64_t at = l.targets.offsets[row]; at < l.targets.offsets[row + 1]; ++at) {
        counts[l.targets.ids[at]] += l.counts[at];
      }
    };
    add(link);
    if (row < old.targets.size()) add(old);
    for (const auto& [target, count] : counts) {
      sum.targets.ids.push_back(target);
      sum.counts.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(count, 0xFFFFFFFFu)));
    }
    sum.targets.end_row();
  }
  link = std::move(sum);
}

}  // namespace

std::vector<known_nodes> known_nodes_of(const model& old) {
  std::vector<known_nodes> known;
  for (const model_view& view : old.views) known.push_back({view.name, &view.ids});
  return known;
}

warm_tables warm_start(const model& old, const config& cfg, const dataset& data) {
  return starter(old, cfg, data).tables();
}

model carry_over(const model& old, model renewed) {
  for (model_view& view : renewed.views) {
    const model_view* const before = find_view(old, view.name);
    if (before == nullptr) continue;
    require_old_first(view.ids, *before);
    std::vector<std::uint64_t> counts = view.ids.counts();
    for (std::size_t i = 0; i < before->ids.size(); ++i) counts[i] += before->ids.counts()[i];
    view.ids = vocabulary(view.ids.names(), std::move(counts));
  }
  for (link_data& link : renewed.links) {
    for (const link_data& before : old.links) {
      if (old.views[before.from].name == renewed.views[link.from].name &&
          old.views[before.to].name == renewed.views[link.to].name) {
        add_link(link, before);
      }
    }
  }
  return renewed;
}

}  // namespace m2grl
