#include "support/linked_views.hpp"

#include <cmath>

#include "support/data.hpp"
#include "train/batch_size.hpp"

namespace m2grl::bench {

linked_views::linked_views(std::uint32_t items, std::uint32_t others, std::uint32_t threads, occurrence counts) {
  if (counts == occurrence::zipf) {
    item_sequences = random_sequences(items / 10, 20, items, skew::zipf);
    other_sequences = random_sequences(items / 10, 20, others, skew::zipf);
  } else {
    item_counts.assign(items, 1);
    other_counts.assign(others, 1);
  }
  for (std::uint32_t i = 0; i < items; ++i) {
    links.ids.push_back(kernel::mulhi(synthetic_stream(9, i).word(0), others));
    links.end_row();
  }
  train_config cfg;
  cfg.dim = link_dim;
  cfg.threads = threads;
  view_input views[2];
  views[0].name = "item";
  views[0].nodes = items;
  views[0].sequences = item_sequences;
  views[0].counts = item_counts;
  views[1].name = "category";
  views[1].nodes = others;
  views[1].sequences = other_sequences;
  views[1].counts = other_counts;
  const link_input link{0, 1, links, {}, {}};
  p = make_problem(cfg, views, {&link, 1});
  learned = initial_embeddings(p);
  for (auto& view : learned.views) {  // initial values too small for a gradient to matter
    for (std::size_t i = 0; i < view.input.rows() * view.input.stride(); ++i) view.input.data()[i] *= 30;
  }
}

drawn_batch draw_batch(const problem& p, std::uint64_t first) {
  const batch_size size = batch_size_of(p, p.links[0]);
  const kernel::link_options o = p.links[0].options(p.cfg, 0);
  drawn_batch out;
  std::vector<bool> a(p.views[0].input.nodes), b(p.views[1].input.nodes);
  const auto note = [](std::vector<bool>& seen, std::uint32_t id, std::size_t& unique) {
    unique += seen[id] ? 0 : 1;
    seen[id] = true;
  };
  for (std::uint64_t i = first; i < first + size.pairs; ++i) {
    out.pairs.push_back(kernel::draw_pair(o, i));
    note(a, out.pairs.back().from, out.unique_a);
    note(b, out.pairs.back().to, out.unique_b);
    for (std::uint32_t k = 0; k < o.negatives; ++k) {
      out.negatives.push_back(kernel::draw_pool_entry(o, first, kernel::draw_pool_index(o, i, k, size.pool)));
      note(b, out.negatives.back(), out.unique_b);
    }
  }
  return out;
}

double reference_loss(const linked_views& v, const drawn_batch& d) {
  const std::uint32_t k = v.p.cfg.negatives;
  const auto logit = [&](std::uint32_t from, std::uint32_t to) {
    double z = 0;
    for (std::uint32_t c = 0; c < link_dim; ++c) {
      z +=
          static_cast<double>(v.learned.views[0].input[from][c]) * static_cast<double>(v.learned.views[1].input[to][c]);
    }
    return z;
  };
  double loss = 0;
  for (std::size_t i = 0; i < d.pairs.size(); ++i) {
    loss += std::log1p(std::exp(-logit(d.pairs[i].from, d.pairs[i].to)));
    for (std::uint32_t j = 0; j < k; ++j) {
      const std::uint32_t negative = d.negatives[i * k + j];
      if (negative != d.pairs[i].to) loss += std::log1p(std::exp(logit(d.pairs[i].from, negative)));
    }
  }
  return loss / static_cast<double>(d.pairs.size());
}

}  // namespace m2grl::bench
