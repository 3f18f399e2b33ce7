// Peak resident memory: training on 1 M nodes and 20 M edges, and reading a log.
#include <fmt/format.h>
#include <malloc.h>

#include <cmath>

#include "m2grl/dataset.hpp"
#include "m2grl/trainer.hpp"
#include "support/bench.hpp"
#include "support/data.hpp"
#include "support/event_log_file.hpp"

namespace {

using namespace m2grl;
using namespace m2grl::bench;

constexpr double megabyte = 1 << 20;

/// Gives freed memory back, so that what came before does not count.
void start_anew() {
  malloc_trim(0);
  reset_peak();
}

struct train_case {
  const char* name;
  sequence_source source;
  optimizer_kind optimizer;
};

void training(const train_case& c, const options& o, report& r) {
  if (!r.wants(c.name)) return;
  const auto nodes = static_cast<std::uint32_t>(1e6 * o.size);
  csr_graph graph;
  ragged sequences;
  if (c.source == sequence_source::walks) {
    graph = power_law_graph(nodes, static_cast<std::uint64_t>(20e6 * o.size));
  } else {
    sequences = random_sequences(static_cast<std::uint64_t>(1e6 * o.size), 21, nodes, skew::zipf);
  }
  start_anew();
  const double before = static_cast<double>(resident_bytes());
  view_input view;
  view.name = "node";
  view.nodes = nodes;
  view.sequences = sequences;
  view.graph = graph.empty() ? nullptr : &graph;
  view.source = c.source;
  train_config cfg;
  cfg.epochs = 1;
  cfg.optimizer = c.optimizer;
  std::stop_source stop;
  train_options train_with;
  train_with.stop = stop.get_token();
  double first_loss = 0, last_loss = 0;
  train_with.on_progress = [&](const progress& p) {  // memory is all in use after a few rounds
    if (first_loss == 0) first_loss = p.tasks[0].loss;
    last_loss = p.tasks[0].loss;
    if (p.round >= 60) stop.request_stop();
  };
  const train_result result = train(cfg, {&view, 1}, {}, train_with);
  const double peak = static_cast<double>(peak_resident_bytes());
  check(result.pairs > 0 && std::isfinite(last_loss) && last_loss < first_loss,
        fmt::format("{}: the loss went from {} to {}", c.name, first_loss, last_loss));
  r.validated(fmt::format("{}: {} pairs trained, loss {:.4f} to {:.4f}", c.name, result.pairs, first_loss, last_loss));
  const double tables = 2.0 * nodes * cfg.dim * sizeof(float);
  const double state = c.optimizer == optimizer_kind::adagrad ? 2.0 * nodes * sizeof(float) : 0;
  const double csr = static_cast<double>(graph.offsets.size() * 8 + graph.edges() * 8);
  const double rows =
      static_cast<double>(sequences.ids.size() * 4 + (graph.empty() ? sequences.offsets.size() * 8 : 0));
  figure f = measure(c.name, "bytes", 1, [&] { return peak; });
  f.against = "tables + optimiser state + CSR + sequences";
  f.reference = tables + state + csr + rows;
  f.share = f.value / f.reference;
  f.at_most = true;
  f.target_value = 1.3 * f.reference + 256 * megabyte;
  f.details = {
      {"tables", tables}, {"optimiser_state", state}, {"csr", csr}, {"sequences", rows}, {"resident_before", before}};
  r.add(std::move(f));
}

void ingest(const options& o, report& r) {
  if (!r.wants("ingest")) return;
  const auto events = static_cast<std::uint64_t>(10e6 * o.size);
  const temporary_folder folder;
  {
    const auto clicks =
        make_clicks(events, static_cast<std::uint32_t>(events / 10), static_cast<std::uint32_t>(events / 40));
    check(write_log(folder.path() / "events.csv", clicks, id_style::strings, packing::plain), "no log was written");
  }
  start_anew();
  const double before = static_cast<double>(resident_bytes());
  config cfg;
  cfg.data.root = folder.path();
  cfg.data.events = "events.csv";
  cfg.data.user = "user_id";
  cfg.data.item = "item_id";
  cfg.data.time = "timestamp";
  cfg.views.resize(1);
  cfg.views[0].name = "item";
  const dataset d = load_dataset(cfg);
  const double peak = static_cast<double>(peak_resident_bytes());
  check(d.report.events_kept == events, "events were lost");
  r.validated(fmt::format("ingest: {} events kept", events));
  figure f = measure("ingest", "bytes", 1, [&] { return peak; });
  f.details = {{"bytes_per_event", (peak - before) / static_cast<double>(events)},
               {"file_bytes", static_cast<double>(std::filesystem::file_size(folder.path() / "events.csv"))},
               {"resident_before", before}};
  r.add(std::move(f));
}

void body(const options& o, report& r) {
  check(peak_resident_bytes() > 0, "this system does not tell the peak of resident memory");
  training({"train_walks_sgd", sequence_source::walks, optimizer_kind::sgd}, o, r);
  training({"train_walks_adagrad", sequence_source::walks, optimizer_kind::adagrad}, o, r);
  training({"train_sequences_sgd", sequence_source::sessions, optimizer_kind::sgd}, o, r);
  ingest(o, r);
}

}  // namespace

int main(int argc, char** argv) { return run_main(argc, argv, "memory", body); }
