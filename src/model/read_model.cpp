#include "model/read_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "m2grl/error.hpp"
#include "model/bounded_json.hpp"
#include "model/check_model.hpp"
#include "model/id_lines.hpp"
#include "model/npy.hpp"

namespace m2grl {
namespace fs = std::filesystem;
namespace {

using files::input_file;
using layout::json;

/// Opens the files of one model: each must have the size and the checksum that the manifest tells.
class model_reader {
 public:
  model_reader(const fs::path& dir, const json& stamps) : dir_(dir), stamps_(stamps) {}

  /// Calls take(file), which reads the file to its end.
  template <class Take>
  auto read(const std::string& name, Take&& take) const {
    const json& stamp = stamps_.at(name);
    input_file file(dir_ / name);
    if (const auto bytes = files::count_from(stamp.at("bytes")); file.bytes() != bytes) {
      throw invalid_input({file.path().string()},
                          fmt::format("the file has {} bytes, it was written with {}", file.bytes(), bytes));
    }
    auto taken = take(file);
    if (file.left() != 0 || layout::hexadecimal(file.checksum()) != stamp.at("xxh3").get<std::string>()) {
      throw invalid_input({file.path().string()}, "the file is damaged: its checksum differs");
    }
    return taken;
  }
  table read_table(const std::string& name, std::uint64_t rows, std::uint64_t dim) const {
    return read(name, [&](input_file& file) { return files::read_npy_table(file, rows, dim); });
  }
  std::vector<std::uint32_t> read_u32(const std::string& name) const { return read(name, files::read_npy_u32); }
  std::vector<std::uint64_t> read_u64(const std::string& name) const { return read(name, files::read_npy_u64); }
  std::string read_text(const std::string& name) const {
    return read(name, [](input_file& file) {
      std::string text(file.bytes(), '\0');
      file.read(text.data(), text.size());
      return text;
    });
  }
  [[nodiscard]] std::string path_of(const std::string& name) const { return (dir_ / name).string(); }

 private:
  fs::path dir_;
  const json& stamps_;
};

model_view read_view(const model_reader& in, const json& entry) {
  model_view view;
  view.name = entry.at("name").get<std::string>();
  const auto nodes = files::count_from(entry.at("nodes")), dim = files::count_from(entry.at("dim"));
  const std::string ids_file = layout::view_file(view.name, "ids");
  auto names = in.read(ids_file, [&](input_file& file) { return files::read_ids(file, nodes); });
  auto counts = in.read_u64(layout::view_file(view.name, "counts.npy"));
  try {
    view.ids = vocabulary(std::move(names), std::move(counts));
  } catch (const invalid_input& fault) {
    throw invalid_input({in.path_of(ids_file)}, fault.what());
  }
  view.tables.input = in.read_table(layout::view_file(view.name, "input.npy"), nodes, dim);
  view.tables.output = in.read_table(layout::view_file(view.name, "output.npy"), nodes, dim);
  return view;
}

using file_namer = std::string (*)(std::size_t index, const char* what);

link_data read_link(const model_reader& in, const json& entry, std::size_t index, file_namer file) {
  link_data link;
  link.from = files::count_from(entry.at("from"));
  link.to = files::count_from(entry.at("to"));
  link.targets.offsets = in.read_u64(file(index, "offsets"));
  link.targets.ids = in.read_u32(file(index, "targets"));
  link.counts = in.read_u32(file(index, "counts"));
  return link;
}

relation read_relation(const model_reader& in, const json& entry, std::size_t index,
                       const std::vector<model_view>& views) {
  relation r;
  r.from = files::count_from(entry.at("from"));
  r.to = files::count_from(entry.at("to"));
  r.projection = layout::projection_from(entry.at("projection"), in.path_of(layout::manifest_name));
  r.bias = entry.at("bias").get<float>();
  const auto rows = files::count_from(entry.at("relation_dim"));
  r.w_from = in.read_table(layout::relation_file(index, "from"), rows, views.at(r.from).tables.input.dim());
  if (!entry.at("shared").get<bool>()) {
    r.w_to = in.read_table(layout::relation_file(index, "to"), rows, views.at(r.to).tables.input.dim());
  }
  return r;
}

query_set read_queries(const model_reader& in, const json& manifest, const char* split) {
  const json parts = manifest.value(layout::queries_entry, json::object()).value(split, json::array());
  const auto has = [&](const char* part) { return std::find(parts.begin(), parts.end(), part) != parts.end(); };
  query_set queries;
  queries.histories.offsets = in.read_u64(layout::query_file(split, "offsets"));
  queries.histories.ids = in.read_u32(layout::query_file(split, "histories"));
  queries.targets = in.read_u32(layout::query_file(split, "targets"));
  if (has(layout::cold_histories_part)) {
    queries.cold_histories.offsets = in.read_u64(layout::query_file(split, "cold_offsets"));
    queries.cold_histories.ids = in.read_u32(layout::query_file(split, "cold_histories"));
  }
  if (has(layout::past_part)) {
    queries.past.offsets = in.read_u64(layout::query_file(split, "past_offsets"));
    queries.past.ids = in.read_u32(layout::query_file(split, "past"));
    queries.past_seconds = in.read_u32(layout::query_file(split, "past_seconds"));
  }
  return queries;
}

/// The cold items and which queries ask for them.
void read_cold(const model_reader& in, const json& entry, model& m) {
  const auto items = files::count_from(entry.at("items"));
  m.cold.ids = in.read(layout::cold_ids_file, [&](input_file& file) { return files::read_ids(file, items); });
  for (const json& link : entry.at("links")) {
    m.cold.links.push_back(read_link(in, link, m.cold.links.size(), layout::cold_file));
  }
  for (auto [queries, split] : {std::pair{&m.validation, "validation"}, std::pair{&m.test, "test"}}) {
    if (queries->size() > 0) queries->cold_targets = in.read_u32(layout::query_file(split, "cold"));
  }
}

metric_model read_metric(const model_reader& in, const json& entry) {
  metric_model metric = layout::metric_from(entry, in.path_of(layout::manifest_name));
  const auto columns = files::count_from(entry.at("columns"));
  metric.matrix = in.read_table(layout::metric_file, metric.options.dim, columns);
  return metric;
}

training_history read_history(const model_reader& in, const json& entry, std::size_t tasks) {
  training_history history;
  files::get_count(entry.at("rounds_per_epoch"), history.rounds_per_epoch);
  const auto points = files::count_from(entry.at("points"));
  history.rounds = in.read_u64(layout::history_file("rounds"));
  history.losses = in.read_table(layout::history_file("losses"), points, tasks);
  history.weights = in.read_table(layout::history_file("weights"), points, tasks);
  return history;
}

model read_files(const fs::path& dir, const json& manifest) {
  const model_reader in(dir, manifest.at("files"));
  model m;
  m.cfg = parse_config(in.read_text(layout::config_name), in.path_of(layout::config_name));
  for (const json& entry : manifest.at("views")) m.views.push_back(read_view(in, entry));
  for (const json& entry : manifest.at("links"))
    m.links.push_back(read_link(in, entry, m.links.size(), layout::link_file));
  for (const json& entry : manifest.at("relations")) {
    m.relations.push_back(read_relation(in, entry, m.relations.size(), m.views));
  }
  for (const json& entry : manifest.at("tasks")) m.tasks.push_back(layout::task_from(entry));
  m.report = layout::report_from(manifest.at("report"));
  m.validation = read_queries(in, manifest, "validation");
  m.test = read_queries(in, manifest, "test");
  if (manifest.contains("cold")) read_cold(in, manifest.at("cold"), m);
  if (manifest.contains("metric")) m.metric = read_metric(in, manifest.at("metric"));
  if (manifest.contains("history")) {
    m.history = read_history(in, manifest.at("history"), m.tasks.size());
  }
  return m;
}

}  // namespace

model read_model(const fs::path& dir, const json& manifest) {
  const std::string manifest_file = (dir / layout::manifest_name).string();
  model m;
  try {
    m = read_files(dir, manifest);
  } catch (const json::exception& fault) {
    throw invalid_input({manifest_file}, fmt::format("the manifest cannot be used: {}", fault.what()));
  } catch (const std::out_of_range&) {
    throw invalid_input({manifest_file}, "a relation names a view that does not exist");
  }
  if (const std::string fault = fault_of(m); !fault.empty()) throw invalid_input({dir.string()}, fault);
  return m;
}

}  // namespace m2grl
