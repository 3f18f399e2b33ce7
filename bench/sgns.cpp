// The SGNS bench: positive pairs per second through the sequence trainer and the CPU's vocabulary, negatives
// drawn inside the timing, against the rate of fused multiply-adds that the same run measures.
#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <filesystem>

#include "cpu/train_sequences.hpp"
#include "m2grl/dataset.hpp"
#include "sgns_reference.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"
#include "train/samplers.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr std::uint32_t dim = 128;
constexpr std::uint32_t negatives = 5;
constexpr double fma_per_pair = 3.0 * (1 + negatives) * dim;         // logits, input rows, output rows: 2,304
constexpr double start_loss = (1 + negatives) * 0.6931471805599453;  // all logits zero

/// Tables, sequences and samplers of one case.
class sgns_case {
 public:
  sgns_case(std::uint32_t nodes, ragged sequences, alias_table noise)
      : sequences_(std::move(sequences)), noise_(std::move(noise)), input_(nodes, dim), output_(nodes, dim) {
    for (std::uint32_t r = 0; r < nodes; ++r) {
      const auto stream = synthetic_stream(5, r);
      for (std::uint32_t c = 0; c < dim; ++c) {
        input_[r][c] = (static_cast<float>(stream.word(c)) / 4294967296.0f - 0.5f) / dim;
      }
    }
    options.negatives = negatives;
    options.sampler = noise_.ref();
  }

  /// One pass over the sequences on `threads` threads; positive pairs per second.
  double epoch(int threads) {
    kernel::loss_tally total;
    const ragged_ref rows = sequences_;
    const std::uint64_t chunks = (rows.size() + cpu::sequence_chunk - 1) / cpu::sequence_chunk;
    const double seconds = seconds_of([&] {
#pragma omp parallel num_threads(threads)
      {
        cpu::sequence_worker worker({input_.data(), input_.stride()}, {output_.data(), output_.stride()}, dim, 0.025f,
                                    options);
#pragma omp for schedule(dynamic, 1)
        for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) {
          cpu::sequence_item items[cpu::sequence_chunk];
          const std::uint64_t first = chunk * cpu::sequence_chunk;
          const auto count = std::min<std::uint64_t>(cpu::sequence_chunk, rows.size() - first);
          for (std::uint64_t i = 0; i < count; ++i) {
            const auto ids = rows[first + i];
            items[i] = {ids.data(), ids.size(), first + i};
          }
          worker.train({items, count});
        }
#pragma omp critical
        {
          total.loss += worker.tally().loss;
          total.pairs += worker.tally().pairs;
          total.non_finite = total.non_finite || worker.tally().non_finite;
        }
      }
    });
    ++options.epoch;
    check(!total.non_finite, "a logit was not finite");
    if (first_loss_ == 0) first_loss_ = total.mean();
    last_loss_ = total.mean();
    pairs_ = total.pairs;
    return static_cast<double>(total.pairs) / seconds;
  }

  /// The tables hold finite numbers, and the loss fell from that of zero logits.
  void validate() const {
    for (const table* t : {&input_, &output_}) {
      double sum = 0;
      for (std::size_t i = 0; i < t->rows() * t->stride(); ++i) sum += std::abs(static_cast<double>(t->data()[i]));
      check(std::isfinite(sum) && sum > 0, "the tables are not finite");
    }
    check(first_loss_ > 0 && first_loss_ < start_loss + 1e-3, fmt::format("the first epoch's loss is {}", first_loss_));
    check(last_loss_ < first_loss_, fmt::format("the loss rose from {} to {}", first_loss_, last_loss_));
  }

  std::map<std::string, double> details() const {
    return {{"pairs", static_cast<double>(pairs_)}, {"first_loss", first_loss_}, {"last_loss", last_loss_}};
  }

  kernel::sgns_options options;

 private:
  ragged sequences_;
  alias_table noise_;
  table input_, output_;
  double first_loss_ = 0, last_loss_ = 0;
  std::uint64_t pairs_ = 0;
};

struct setting {
  const char* name;
  std::uint32_t length;
  bool shrunk, past;
};

/// One figure beside the peak of the multiply-adds. Returns the median rate.
double run_case(sgns_case& c, const std::string& name, int threads, double target, const options& o, report& r) {
  if (!r.wants(name)) return 0;
  c.epoch(threads);  // touches every page, warms the caches
  figure f = compare(
      name, "pairs/s", o.runs, [&] { return c.epoch(threads); }, "multiply-add peak",
      [&] { return threads * cpu::measure_fma_rate(0.05) / fma_per_pair; });
  c.validate();
  f.target_share = target;
  f.details = c.details();
  const double value = f.value;
  r.add(std::move(f));
  return value;
}

void body(const options& o, report& r) {
  validate_against_reference();
  r.validated("tables of 200 small sequences against a double-precision loop, six settings, within 1e-5");
  if (!o.extra.at("corpus").empty()) {
    // word2vec's settings on a file of sequences, for a peer that reads the same file.
    config cfg;
    const std::filesystem::path file = o.extra.at("corpus");
    cfg.data.root = file.parent_path();
    cfg.data.sequences = file.filename().string();
    cfg.views.resize(1);
    cfg.views[0].name = "node";
    dataset data = load_dataset(cfg);
    const auto counts = data.views[0].ids.counts();
    sgns_case c(static_cast<std::uint32_t>(counts.size()), std::move(data.views[0].sequences),
                alias_table(negative_probabilities(counts, negative_sampler::unigram, 0.75)));
    c.options.shrunk = true;
    run_case(c, "corpus_shrunk_1_core", 1, 0, o, r);
    c.options.shrunk = false;
    run_case(c, "corpus_fixed_1_core", 1, 0, o, r);
    return;
  }
  const int cores = omp_get_max_threads();
  std::map<std::string, double> rates;
  for (const setting& s : {setting{"", 40, false, false}, {"short_", 8, true, true}}) {
    for (const skew ids : {skew::uniform, skew::zipf}) {
      for (const std::uint32_t nodes : {100000u, 1000000u}) {
        const std::string base =
            fmt::format("{}{}_{}", s.name, ids == skew::uniform ? "uniform" : "zipf", nodes == 100000 ? "100k" : "1M");
        if (!r.wants(base + "_1_core") && !r.wants(fmt::format("{}_{}_cores", base, cores))) continue;
        const auto positions = static_cast<std::uint64_t>((nodes == 100000 ? 4e6 : 8e6) * o.size);
        sgns_case c(nodes, random_sequences(positions / s.length, s.length, nodes, ids), alias_table::uniform(nodes));
        c.options.shrunk = s.shrunk;
        c.options.past = s.past;
        const bool headline = ids == skew::uniform && s.length == 40 && nodes == 100000;
        rates[base] = run_case(c, base + "_1_core", 1, headline ? 0.55 : 0, o, r);
        if (cores > 1) run_case(c, fmt::format("{}_{}_cores", base, cores), cores, 0, o, r);
      }
    }
  }
  if (rates["uniform_100k"] > 0 && rates["uniform_1M"] > 0) {
    figure f = measure("uniform_1M_of_100k_1_core", "pairs/s", 1, [&] { return rates["uniform_1M"]; });
    f.against = "the 100 k figure";
    f.reference = rates["uniform_100k"];
    f.share = f.value / f.reference;
    f.target_share = 0.6;
    r.add(std::move(f));
  }
}

}  // namespace

int main(int argc, char** argv) {
  return run_main(argc, argv, "sgns", body,
                  {{"corpus", {"", "measure on this file of sequences, one a line, with word2vec's settings"}}});
}
