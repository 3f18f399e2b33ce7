#include <algorithm>

#include "m2grl/kernel/philox.hpp"
#include "train/backend.hpp"

namespace m2grl {
namespace {

void fill_uniform(table& t, const train_config& cfg, std::uint32_t view) {
  const auto rows = static_cast<std::int64_t>(t.rows());
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < rows; ++r) {
    draw_initial_row(t[static_cast<std::size_t>(r)], cfg, view, static_cast<std::size_t>(r));
  }
}

table identity(std::size_t rows, std::size_t columns) {
  table w(rows, columns);
  for (std::size_t i = 0; i < std::min(rows, columns); ++i) w[i][i] = 1;
  return w;
}

/// What the run begins with in the place of the drawn.
void take_start(const embeddings& start, bool tied, embeddings& e) {
  for (std::size_t v = 0; v < e.views.size(); ++v) {
    if (start.views[v].input.empty()) continue;
    e.views[v].input = start.views[v].input.clone();
    if (!tied) e.views[v].output = start.views[v].output.clone();
  }
  for (std::size_t r = 0; r < e.relations.size(); ++r) {
    const relation& from = start.relations[r];
    if (from.w_from.empty()) continue;
    e.relations[r].w_from = from.w_from.clone();
    e.relations[r].w_to = from.w_to.clone();
    e.relations[r].bias = from.bias;
  }
  for (std::size_t t = 0; t < start.tasks.size(); ++t) e.tasks[t].log_variance = start.tasks[t].log_variance;
}

}  // namespace

void draw_initial_row(std::span<float> row, const train_config& cfg, std::uint32_t view, std::size_t node) {
  const float scale = static_cast<float>(2 * cfg.init_scale) / (4294967296.0f * static_cast<float>(row.size()));
  const kernel::random_stream stream(cfg.seed, view, 0, node, kernel::purpose::initial_values);
  for (std::size_t c = 0; c < row.size(); c += 4) {
    const auto block = stream.block(static_cast<std::uint32_t>(c / 4));
    for (std::size_t j = 0; j < std::min<std::size_t>(4, row.size() - c); ++j) {
      row[c + j] = (static_cast<float>(block.word[j]) - 2147483648.0f) * scale;
    }
  }
}

embeddings initial_embeddings(const problem& p) {
  embeddings e;
  for (const view_task& view : p.views) {
    e.views.push_back({table(view.input.nodes, p.cfg.dim), table(p.cfg.tied ? 0 : view.input.nodes, p.cfg.dim)});
    fill_uniform(e.views.back().input, p.cfg, view.number);
  }
  for (const link_task& link : p.links) {
    const std::uint32_t relation_dim = link.relation_dim(p.cfg);
    relation r;
    r.from = link.input.from;
    r.to = link.input.to;
    r.projection = link.input.options.projection;
    r.w_from = identity(relation_dim, p.cfg.dim);
    if (!link.input.options.shared) r.w_to = identity(relation_dim, p.cfg.dim);
    // A plain sigmoid makes every logit positive, relation_dim / 4 at first: b takes that away.
    const bool shifted = link.input.options.bias && r.projection == projection_kind::sigmoid;
    r.bias = shifted ? -static_cast<float>(relation_dim) / 4 : 0;
    e.relations.push_back(std::move(r));
  }
  e.tasks.resize(p.tasks());
  if (p.start != nullptr) take_start(*p.start, p.cfg.tied, e);
  return e;
}

void fill_outputs(embeddings& e) {
  for (view_tables& view : e.views) {
    if (view.output.rows() != view.input.rows()) view.output = table(view.input.rows(), view.input.dim());
    std::copy_n(view.input.data(), view.input.bytes() / sizeof(float), view.output.data());
  }
}

}  // namespace m2grl
