#include "model/check_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "m2grl/error.hpp"
#include "m2grl/metric.hpp"

namespace m2grl {
namespace {

std::string fault_of_values(const table& t, const std::string& what) {
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const auto row = t[r];
    float all = 0;
    for (const float value : row) all += value * 0;  // 0 unless one is infinite or not a number
    if (all == 0) continue;
    const auto at = std::find_if(row.begin(), row.end(), [](float value) { return !std::isfinite(value); });
    return fmt::format("{}: row {}, column {} is {}", what, r, at - row.begin(), *at);
  }
  return {};
}

std::string fault_of_view(const model_view& view, std::size_t index) {
  const std::string name = fmt::format("view \"{}\"", view.name);
  if (view.name.empty()) return fmt::format("view {} has no name", index);
  const table &in = view.tables.input, &out = view.tables.output;
  if (in.rows() != view.ids.size() || out.rows() != view.ids.size()) {
    return fmt::format("{} has {} ids, {} input and {} output vectors", name, view.ids.size(), in.rows(), out.rows());
  }
  if (in.dim() != out.dim() || (in.dim() == 0 && !view.ids.names().empty())) {
    return fmt::format("{} has input vectors of {} and output vectors of {} dimensions", name, in.dim(), out.dim());
  }
  if (auto fault = fault_of_values(in, fmt::format("the input vectors of {}", name)); !fault.empty()) return fault;
  return fault_of_values(out, fmt::format("the output vectors of {}", name));
}

std::string fault_of_ragged(const ragged& r, std::size_t nodes, const std::string& what) {
  const auto& offsets = r.offsets;
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != r.ids.size() ||
      !std::is_sorted(offsets.begin(), offsets.end())) {
    return fmt::format("the offsets of {} do not rise from 0 to {}", what, r.ids.size());
  }
  const auto bad = std::find_if(r.ids.begin(), r.ids.end(), [&](node_id id) { return id >= nodes; });
  return bad == r.ids.end() ? "" : fmt::format("{} hold id {}, there are {} nodes", what, *bad, nodes);
}

/// `rows`: how many nodes (or cold items) are linked.
std::string fault_of_link(const model& m, const link_data& link, std::size_t rows, const std::string& name) {
  if (std::max(link.from, link.to) >= m.views.size()) {
    return fmt::format("{} joins views {} and {}, there are {}", name, link.from, link.to, m.views.size());
  }
  const std::string what = fmt::format("the {}s \"{}\" to \"{}\"", name.substr(0, name.rfind(' ')),
                                       m.views[link.from].name, m.views[link.to].name);
  if (auto fault = fault_of_ragged(link.targets, m.views[link.to].ids.size(), what); !fault.empty()) return fault;
  if (link.targets.size() != rows) {
    return fmt::format("{} have {} rows for {} nodes", what, link.targets.size(), rows);
  }
  if (link.counts.size() != link.targets.ids.size()) {
    return fmt::format("{} have {} counts for {} targets", what, link.counts.size(), link.targets.ids.size());
  }
  const bool zero = std::find(link.counts.begin(), link.counts.end(), 0u) != link.counts.end();
  return zero ? fmt::format("{} hold a count of 0", what) : "";
}

std::string fault_of_cold(const model& m) {
  for (std::size_t l = 0; l < m.cold.links.size(); ++l) {
    const link_data& link = m.cold.links[l];
    if (auto fault = fault_of_link(m, link, m.cold.size(), fmt::format("cold link {}", l)); !fault.empty())
      return fault;
  }
  for (const auto& [queries, split] : {std::pair{&m.validation, "validation"}, std::pair{&m.test, "test"}}) {
    const auto& cold = queries->cold_targets;
    if (cold.size() != (m.cold.size() > 0 ? queries->size() : 0)) {
      return fmt::format("there are {} {} queries and {} cold targets", queries->size(), split, cold.size());
    }
    for (std::size_t q = 0; q < cold.size(); ++q) {
      if (cold[q] == no_node) continue;
      if (cold[q] >= m.cold.size()) {
        return fmt::format("a {} target is cold item {}, there are {}", split, cold[q], m.cold.size());
      }
      if (queries->targets[q] != no_node) return fmt::format("the target of {} query {} is cold and not", split, q);
    }
  }
  return {};
}

std::string fault_of_relation(const model& m, const relation& r, std::size_t index) {
  if (std::max(r.from, r.to) >= m.views.size()) {
    return fmt::format("relation {} joins views {} and {}, there are {}", index, r.from, r.to, m.views.size());
  }
  const std::string name = fmt::format("relation \"{}~{}\"", m.views[r.from].name, m.views[r.to].name);
  const table& w_to = r.w_to.empty() ? r.w_from : r.w_to;
  if (r.w_from.rows() != w_to.rows() || r.w_from.dim() != m.views[r.from].tables.input.dim() ||
      w_to.dim() != m.views[r.to].tables.input.dim()) {
    return fmt::format("{} has matrices [{}, {}] and [{}, {}] for views of {} and {} dimensions", name, r.w_from.rows(),
                       r.w_from.dim(), w_to.rows(), w_to.dim(), m.views[r.from].tables.input.dim(),
                       m.views[r.to].tables.input.dim());
  }
  if (!std::isfinite(r.bias)) return fmt::format("{} has a bias of {}", name, r.bias);
  if (auto fault = fault_of_values(r.w_from, name); !fault.empty()) return fault;
  return fault_of_values(r.w_to, name);
}

/// Of one of the parts that not every model has: no row at all, or one a query.
std::string fault_of_part(const ragged& part, std::size_t queries, std::size_t nodes, const std::string& what) {
  if (part.size() == 0 && part.ids.empty()) return {};
  if (auto fault = fault_of_ragged(part, nodes, what); !fault.empty()) return fault;
  return part.size() == queries ? "" : fmt::format("{} have {} rows for {} queries", what, part.size(), queries);
}

std::string fault_of_queries(const model& m, const query_set& queries, const std::string& split) {
  const std::size_t items = m.views.front().ids.size();
  if (auto fault = fault_of_ragged(queries.histories, items, fmt::format("the {} histories", split)); !fault.empty()) {
    return fault;
  }
  if (queries.histories.size() != queries.targets.size()) {
    return fmt::format("there are {} {} histories and {} targets", queries.histories.size(), split,
                       queries.targets.size());
  }
  const auto bad = std::find_if(queries.targets.begin(), queries.targets.end(),
                                [&](node_id id) { return id >= items && id != no_node; });
  if (bad != queries.targets.end()) return fmt::format("a {} target is item {}, there are {}", split, *bad, items);
  auto fault = fault_of_part(queries.cold_histories, queries.size(), items + m.cold.size(),
                             fmt::format("the {} histories with cold items", split));
  if (!fault.empty()) return fault;
  const std::string past = fmt::format("the {} pasts", split);
  if (queries.past_seconds.size() != queries.past.ids.size()) {
    return fmt::format("{} have {} items and {} times", past, queries.past.ids.size(), queries.past_seconds.size());
  }
  return fault_of_part(queries.past, queries.size(), items, past);
}

std::string fault_of_metric(const model& m) {
  if (!m.metric) return {};
  const metric_model& metric = *m.metric;
  std::size_t columns = 0;
  try {
    (void)category_view(m, metric.options.view);
    columns = metric_dim(m, metric.options.instance);
  } catch (const invalid_input& fault) {
    return fmt::format("the metric cannot be used: {}", fault.what());
  }
  if (metric.matrix.rows() != metric.options.dim || metric.matrix.dim() != columns) {
    return fmt::format("the metric has a matrix [{}, {}] for {} dimensions and items of {}", metric.matrix.rows(),
                       metric.matrix.dim(), metric.options.dim, columns);
  }
  return fault_of_values(metric.matrix, "the metric's matrix");
}

std::string fault_of_task(const task_state& task) {
  const bool finite = std::isfinite(task.log_variance) && std::isfinite(task.weight) && std::isfinite(task.loss);
  return finite ? ""
                : fmt::format("task \"{}\" has a loss of {}, a weight of {} and a log variance of {}", task.name,
                              task.loss, task.weight, task.log_variance);
}

std::string fault_of_history(const model& m) {
  const training_history& history = m.history;
  const auto fits = [&](const table& t) {
    return t.rows() == history.rounds.size() && (t.dim() == m.tasks.size() || t.empty());
  };
  if (!fits(history.losses) || !fits(history.weights)) {
    return fmt::format("the history has {} points, losses [{}, {}] and weights [{}, {}] for {} tasks",
                       history.rounds.size(), history.losses.rows(), history.losses.dim(), history.weights.rows(),
                       history.weights.dim(), m.tasks.size());
  }
  if (history.empty()) return {};
  if (history.rounds_per_epoch == 0) return "the history has epochs of 0 rounds";
  std::uint64_t before = 0;
  for (const std::uint64_t round : history.rounds) {
    if (round <= before) return fmt::format("the rounds of the history do not rise: {} after {}", round, before);
    before = round;
  }
  if (auto fault = fault_of_values(history.losses, "the history's losses"); !fault.empty()) return fault;
  return fault_of_values(history.weights, "the history's weights");
}

}  // namespace

std::string fault_of(const model& m) {
  if (m.views.empty()) return "the model has no views";
  std::string fault;
  const auto failed = [&](std::string found) { return !(fault = std::move(found)).empty(); };
  for (std::size_t v = 0; v < m.views.size(); ++v) {
    if (failed(fault_of_view(m.views[v], v))) return fault;
    for (std::size_t u = 0; u < v; ++u) {
      if (m.views[u].name == m.views[v].name) return fmt::format("two views are called \"{}\"", m.views[v].name);
    }
  }
  for (std::size_t l = 0; l < m.links.size(); ++l) {
    const link_data& link = m.links[l];
    const std::size_t rows = link.from < m.views.size() ? m.views[link.from].ids.size() : 0;
    if (failed(fault_of_link(m, link, rows, fmt::format("link {}", l)))) return fault;
  }
  for (std::size_t r = 0; r < m.relations.size(); ++r) {
    if (failed(fault_of_relation(m, m.relations[r], r))) return fault;
  }
  for (const task_state& task : m.tasks) {
    if (failed(fault_of_task(task))) return fault;
  }
  if (failed(fault_of_queries(m, m.validation, "validation"))) return fault;
  if (failed(fault_of_queries(m, m.test, "test"))) return fault;
  if (failed(fault_of_cold(m))) return fault;
  if (failed(fault_of_metric(m))) return fault;
  return fault_of_history(m);
}

}  // namespace m2grl
