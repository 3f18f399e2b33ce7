#include <fmt/format.h>

#include <functional>

#include "config/enum_names.hpp"
#include "m2grl/error.hpp"
#include "m2grl/model.hpp"
#include "m2grl/version.hpp"
#include "model/check_model.hpp"
#include "model/folders.hpp"
#include "model/id_lines.hpp"
#include "model/layout.hpp"
#include "model/npy.hpp"

namespace m2grl {
namespace fs = std::filesystem;
namespace {

using files::output_file;
using layout::json;

void check(const model& m) {
  if (const std::string fault = fault_of(m); !fault.empty()) {
    throw invalid_input(fmt::format("the model cannot be saved: {}", fault));
  }
  for (const model_view& view : m.views) {
    try {
      (void)json(view.name).dump();
    } catch (const json::exception&) {
      throw invalid_input(fmt::format("the model cannot be saved: the name of view \"{}\" is not UTF-8", view.name));
    }
  }
}

/// Throws io_error where there is a file that cannot be read.
bool is_model(const fs::path& dir) {
  std::error_code code;
  if (!fs::is_regular_file(dir / layout::manifest_name, code)) return false;
  try {
    const json manifest =
        json::parse(files::read_text(dir / layout::manifest_name, std::uint64_t{1} << 30), nullptr, false);
    return manifest.is_object() && manifest.value("format", json()) == layout::format_name;
  } catch (const invalid_input&) {  // longer than any
    return false;
  }
}

/// Whether it is a folder of checkpoints alone, whole ones and those that a killed training left unfinished. None at
/// all: it was killed before its first.
bool is_unfinished(const fs::path& dir) {
  std::error_code code;
  if (!fs::is_directory(dir, code)) return false;
  const std::string begin = fmt::format(".{}.", layout::checkpoint_name);
  bool only_these = true;
  const bool read = files::for_each_name(dir, [&](std::string_view name) {
    only_these = only_these && (name == layout::checkpoint_name || name.starts_with(begin));
  });
  return read && only_these;
}

/// Writes the files of one model, and keeps their sizes and checksums.
class model_writer {
 public:
  explicit model_writer(const fs::path& dir) : dir_(dir) {}

  void write(const std::string& name, const std::function<void(output_file&)>& fill) {
    output_file file(dir_ / name);
    fill(file);
    const files::stamp stamp = file.finish();
    stamps_[name] = {{"bytes", stamp.bytes}, {"xxh3", layout::hexadecimal(stamp.checksum)}};
  }
  template <class Array>
  void write_array(const std::string& name, const Array& values) {
    write(name, [&](output_file& file) { files::write_npy(file, values); });
  }
  [[nodiscard]] const json& stamps() const noexcept { return stamps_; }

 private:
  fs::path dir_;
  json stamps_ = json::object();
};

json write_view(model_writer& out, const model_view& view) {
  out.write_array(layout::view_file(view.name, "input.npy"), view.tables.input);
  out.write_array(layout::view_file(view.name, "output.npy"), view.tables.output);
  out.write_array(layout::view_file(view.name, "counts.npy"), std::span(view.ids.counts()));
  out.write(layout::view_file(view.name, "ids"), [&](output_file& file) { files::write_ids(file, view.ids.names()); });
  return {{"name", view.name}, {"nodes", view.ids.size()}, {"dim", view.tables.input.dim()}};
}

using file_namer = std::string (*)(std::size_t index, const char* what);

json write_link(model_writer& out, const link_data& link, std::size_t index, file_namer file) {
  out.write_array(file(index, "offsets"), std::span(link.targets.offsets));
  out.write_array(file(index, "targets"), std::span(link.targets.ids));
  out.write_array(file(index, "counts"), std::span(link.counts));
  return {{"from", link.from}, {"to", link.to}};
}

json write_relation(model_writer& out, const relation& r, std::size_t index) {
  out.write_array(layout::relation_file(index, "from"), r.w_from);
  if (!r.w_to.empty()) out.write_array(layout::relation_file(index, "to"), r.w_to);
  return {{"from", r.from},
          {"to", r.to},
          {"projection", config_keys::spelled(r.projection)},
          {"relation_dim", r.w_from.rows()},
          {"shared", r.w_to.empty()},
          {"bias", r.bias}};
}

/// Returns what the manifest says of them: which of the arrays that not every model has are there.
json write_queries(model_writer& out, const query_set& queries, const char* split) {
  out.write_array(layout::query_file(split, "offsets"), std::span(queries.histories.offsets));
  out.write_array(layout::query_file(split, "histories"), std::span(queries.histories.ids));
  out.write_array(layout::query_file(split, "targets"), std::span(queries.targets));
  if (!queries.cold_targets.empty()) {
    out.write_array(layout::query_file(split, "cold"), std::span(queries.cold_targets));
  }
  json parts = json::array();
  if (queries.cold_histories.size() > 0) {
    parts.push_back(layout::cold_histories_part);
    out.write_array(layout::query_file(split, "cold_offsets"), std::span(queries.cold_histories.offsets));
    out.write_array(layout::query_file(split, "cold_histories"), std::span(queries.cold_histories.ids));
  }
  if (queries.past.size() > 0) {
    parts.push_back(layout::past_part);
    out.write_array(layout::query_file(split, "past_offsets"), std::span(queries.past.offsets));
    out.write_array(layout::query_file(split, "past"), std::span(queries.past.ids));
    out.write_array(layout::query_file(split, "past_seconds"), std::span(queries.past_seconds));
  }
  return parts;
}

json write_cold(model_writer& out, const cold_items& cold) {
  out.write(layout::cold_ids_file, [&](output_file& file) { files::write_ids(file, cold.ids); });
  json links = json::array();
  for (std::size_t l = 0; l < cold.links.size(); ++l) {
    links.push_back(write_link(out, cold.links[l], l, layout::cold_file));
  }
  return {{"items", cold.size()}, {"links", links}};
}

json write_history(model_writer& out, const training_history& history) {
  out.write_array(layout::history_file("rounds"), std::span(history.rounds));
  out.write_array(layout::history_file("losses"), history.losses);
  out.write_array(layout::history_file("weights"), history.weights);
  return {{"points", history.rounds.size()}, {"rounds_per_epoch", history.rounds_per_epoch}};
}

void write_files(const model& m, const std::string& toml, const fs::path& dir) {
  model_writer out(dir);
  json manifest = {{"format", layout::format_name}, {"version", layout::version_of(m)}, {"library", version()}};
  for (const char* list : {"views", "links", "relations", "tasks"}) manifest[list] = json::array();
  out.write(layout::config_name, [&](output_file& file) { file.write(toml); });
  for (const model_view& view : m.views) manifest["views"].push_back(write_view(out, view));
  for (std::size_t l = 0; l < m.links.size(); ++l)
    manifest["links"].push_back(write_link(out, m.links[l], l, layout::link_file));
  for (std::size_t r = 0; r < m.relations.size(); ++r) {
    manifest["relations"].push_back(write_relation(out, m.relations[r], r));
  }
  for (const task_state& task : m.tasks) manifest["tasks"].push_back(layout::to_json(task));
  manifest["report"] = layout::to_json(m.report);
  json parts = {{"validation", write_queries(out, m.validation, "validation")},
                {"test", write_queries(out, m.test, "test")}};
  if (!parts["validation"].empty() || !parts["test"].empty()) manifest[layout::queries_entry] = std::move(parts);
  if (m.cold.size() > 0) manifest["cold"] = write_cold(out, m.cold);
  if (m.metric) {
    out.write_array(layout::metric_file, m.metric->matrix);
    manifest["metric"] = layout::to_json(*m.metric);
  }
  if (!m.history.empty()) manifest["history"] = write_history(out, m.history);
  manifest["files"] = out.stamps();
  output_file file(dir / layout::manifest_name);
  file.write(layout::sealed(std::move(manifest)));
  (void)file.finish();
}

}  // namespace

fs::path checkpoint_of(const fs::path& dir) { return dir / layout::checkpoint_name; }

void check_model_place(const fs::path& dir, bool overwrite) {
  std::error_code code;
  if (fs::symlink_status(dir, code).type() == fs::file_type::not_found) return;
  if (!overwrite) throw invalid_input(fmt::format("{} exists already", dir.string()));
  if (is_model(dir) || is_unfinished(dir)) return;
  throw invalid_input(fmt::format("{} is not replaced: it is not an m2grl model", dir.string()));
}

void save_model(const model& m, const fs::path& dir, bool overwrite) {
  check(m);
  const std::string toml = to_toml(m.cfg);
  (void)parse_config(toml, layout::config_name);  // what could not be read again is not written
  files::staged_directory staged(dir);
  check_model_place(staged.place(), overwrite);
  write_files(m, toml, staged.path());
  staged.commit(overwrite);
}

}  // namespace m2grl
