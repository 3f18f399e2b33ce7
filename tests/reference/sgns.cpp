#include "reference/sgns.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace reference {

using m2grl::kernel::purpose;
using m2grl::kernel::random_stream;
using m2grl::kernel::sgns_options;

matrix to_matrix(const m2grl::table& t) {
  matrix m;
  for (std::size_t r = 0; r < t.rows(); ++r) m.emplace_back(t[r].begin(), t[r].end());
  return m;
}

double dot(const vector& a, const vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double sgns_loss(const matrix& x, const matrix& t, std::uint32_t masked, double limit) {
  double loss = 0;
  for (const vector& context : x) {
    for (std::size_t k = 0; k < t.size(); ++k) {
      if ((masked >> k) & 1u) continue;
      const double z = std::clamp(dot(context, t[k]), -limit, limit);
      loss += softplus(k == 0 ? -z : z);
    }
  }
  return loss;
}

sgns_gradients sgns_gradient(const matrix& x, const matrix& t, std::uint32_t masked, double limit) {
  const std::size_t dim = x[0].size();
  sgns_gradients g{matrix(x.size(), vector(dim, 0.0)), matrix(t.size(), vector(dim, 0.0))};
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t k = 0; k < t.size(); ++k) {
      if ((masked >> k) & 1u) continue;
      const double z = dot(x[i], t[k]);
      if (std::abs(z) >= limit) continue;
      const double slope = sigmoid(z) - (k == 0 ? 1 : 0);
      for (std::size_t c = 0; c < dim; ++c) {
        g.x[i][c] += slope * t[k][c];
        g.t[k][c] += slope * x[i][c];
      }
    }
  }
  return g;
}

sequence_plan plan_sequence(const sgns_options& o, std::span<const std::uint32_t> ids, std::uint64_t sequence) {
  const auto draw = [&](purpose what) { return random_stream(o.seed, o.task, o.epoch, sequence, what); };
  sequence_plan plan;
  std::vector<std::uint32_t> raw;
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    if (o.keep != nullptr && draw(purpose::subsampling).block(i).word[0] > o.keep[ids[i]]) continue;
    raw.push_back(i);
    plan.ids.push_back(ids[i]);
  }
  const auto n = static_cast<std::int64_t>(plan.ids.size());
  for (std::int64_t c = 0; c < n; ++c) {
    const std::uint32_t place = raw[static_cast<std::size_t>(c)];
    centre made;
    made.kept = static_cast<std::size_t>(c);
    std::int64_t radius = o.radius;
    if (o.shrunk) {
      radius =
          1 + static_cast<std::int64_t>((std::uint64_t{draw(purpose::window).block(place).word[0]} * o.radius) >> 32);
    }
    for (std::int64_t p = std::max<std::int64_t>(0, c - radius); p < n && p <= c + radius; ++p) {
      if (p < c || (p > c && !o.past)) made.contexts.push_back(static_cast<std::size_t>(p));
    }
    made.outputs.push_back(plan.ids[made.kept]);
    for (std::uint32_t k = 0; k < o.negatives; ++k) {
      const auto block = draw(purpose::negatives).block(place * ((o.negatives + 1) / 2) + k / 2);
      made.outputs.push_back(o.sampler(block.word[2 * (k % 2)], block.word[2 * (k % 2) + 1]));
      bool hidden = made.outputs.back() == made.outputs[0];
      for (const std::size_t p : made.contexts)
        hidden = hidden || (o.mask_contexts && plan.ids[p] == made.outputs.back());
      if (hidden) made.masked |= 1u << (k + 1);
    }
    plan.centres.push_back(std::move(made));
  }
  return plan;
}

sgns_state::sgns_state(const m2grl::table& in, const m2grl::table& out)
    : input(to_matrix(in)),
      output(to_matrix(out)),
      input_factors(in.rows(), 1.0),
      output_factors(out.rows(), 1.0),
      input_squares(in.rows(), 0.0),
      output_squares(out.rows(), 0.0) {}

namespace {

double mean_square(const vector& g) { return dot(g, g) / static_cast<double>(g.size()); }

/// An input row while some position of the window holds it.
struct staged_row {
  vector now, loaded;
  double accumulated = 0, added = 0;  // AdaGrad: at loading, and since
  int positions = 0;
};

/// The rows in the window; the table itself where nothing is staged.
class input_rows {
 public:
  input_rows(sgns_state& state, staging where) : state_(state), where_(where) {}

  void enter(std::uint32_t id) {
    staged_row& row = staged_[id];
    if (row.positions++ == 0) row = {state_.input[id], state_.input[id], state_.input_squares[id], 0, 1};
  }
  void leave(std::uint32_t id) {
    staged_row& row = staged_[id];
    if (--row.positions > 0) return;
    if (where_ == staging::ring) {
      for (std::size_t c = 0; c < row.now.size(); ++c) {
        state_.input[id][c] += state_.input_factors[id] * (row.now[c] - row.loaded[c]);
      }
      state_.input_squares[id] += row.added;
    }
    staged_.erase(id);
  }
  vector& values(std::uint32_t id) { return where_ == staging::ring ? staged_[id].now : state_.input[id]; }
  double factor(std::uint32_t id) const { return where_ == staging::ring ? 1 : state_.input_factors[id]; }
  double accumulated(std::uint32_t id) {
    return where_ == staging::ring ? staged_[id].accumulated + staged_[id].added : state_.input_squares[id];
  }
  void add_square(std::uint32_t id, double square) {
    (where_ == staging::ring ? staged_[id].added : state_.input_squares[id]) += square;
  }

 private:
  sgns_state& state_;
  staging where_;
  std::map<std::uint32_t, staged_row> staged_;
};

void add_scaled(vector& row, double scale, const vector& g) {
  for (std::size_t c = 0; c < row.size(); ++c) row[c] += scale * g[c];
}

double train_centre(sgns_state& state, input_rows& rows, const sequence_plan& plan, const centre& now, double rate,
                    double limit) {
  matrix x, t;
  vector x_rates, t_rates;
  const auto adagrad = [&](double accumulated, const vector& g) {
    return state.adagrad ? 1 / std::sqrt(accumulated + mean_square(g) + 1e-10) : 1.0;
  };
  for (const std::size_t p : now.contexts) x.push_back(rows.values(plan.ids[p]));
  for (const std::uint32_t id : now.outputs) t.push_back(state.output[id]);
  const sgns_gradients g = sgns_gradient(x, t, now.masked, limit);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint32_t id = plan.ids[now.contexts[i]];
    x_rates.push_back(rate * rows.factor(id) * adagrad(rows.accumulated(id), g.x[i]));
  }
  for (std::size_t k = 0; k < t.size(); ++k) {
    const std::uint32_t id = now.outputs[k];
    t_rates.push_back(rate * state.output_factors[id] * adagrad(state.output_squares[id], g.t[k]));
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::uint32_t id = plan.ids[now.contexts[i]];
    add_scaled(rows.values(id), -x_rates[i], g.x[i]);
    if (state.adagrad) rows.add_square(id, mean_square(g.x[i]));
  }
  for (std::size_t k = 0; k < t.size(); ++k) {
    add_scaled(state.output[now.outputs[k]], -t_rates[k], g.t[k]);
    if (state.adagrad) state.output_squares[now.outputs[k]] += mean_square(g.t[k]);
  }
  return sgns_loss(x, t, now.masked, limit);
}

}  // namespace

double train_sequence(sgns_state& state, const sequence_plan& plan, const sgns_options& o, double rate, staging where) {
  input_rows rows(state, where);
  const std::size_t ahead = o.past ? 1 : o.radius;
  std::size_t entered = 0, left = 0;
  double loss = 0;
  const auto limit = static_cast<double>(o.logit_limit);
  for (const centre& now : plan.centres) {
    for (; entered < plan.ids.size() && entered <= now.kept + ahead; ++entered) rows.enter(plan.ids[entered]);
    if (!now.contexts.empty()) loss += train_centre(state, rows, plan, now, rate, limit);
    for (; left + o.radius < now.kept + 1; ++left) rows.leave(plan.ids[left]);
  }
  for (; left < entered; ++left) rows.leave(plan.ids[left]);
  return loss;
}

}  // namespace reference
