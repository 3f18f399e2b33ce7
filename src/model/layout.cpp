#include "model/layout.hpp"

#include "config/enum_names.hpp"
#include "m2grl/error.hpp"
#include "model/bounded_json.hpp"

namespace m2grl::layout {

json to_json(const task_state& task) {
  return {{"name", task.name},
          {"log_variance", task.log_variance},
          {"weight", task.weight},
          {"loss", task.loss},
          {"pairs", task.pairs}};
}

task_state task_from(const json& entry) {
  task_state task;
  task.name = entry.at("name").get<std::string>();
  task.log_variance = entry.at("log_variance").get<double>();
  task.weight = entry.at("weight").get<double>();
  task.loss = entry.at("loss").get<double>();
  task.pairs = files::count_from(entry.at("pairs"));
  return task;
}

json to_json(const ingest_report& report) {
  json dropped = json::array();
  for (const dropped_count& d : report.dropped) dropped.push_back({{"rule", d.rule}, {"count", d.count}});
  return {{"events_read", report.events_read},
          {"events_kept", report.events_kept},
          {"users", report.users},
          {"sessions", report.sessions},
          {"dropped", dropped},
          {"seconds", report.seconds},
          {"training_events", report.training_events},
          {"crossing_sessions", report.crossing_sessions}};
}

ingest_report report_from(const json& entry) {
  ingest_report report;
  report.events_read = files::count_from(entry.at("events_read"));
  report.events_kept = files::count_from(entry.at("events_kept"));
  report.users = files::count_from(entry.at("users"));
  report.sessions = files::count_from(entry.at("sessions"));
  report.seconds = entry.at("seconds").get<double>();
  report.training_events = files::count_from(entry.at("training_events"));
  report.crossing_sessions = files::count_from(entry.at("crossing_sessions"));
  for (const json& d : entry.at("dropped")) {
    report.dropped.push_back({d.at("rule").get<std::string>(), files::count_from(d.at("count"))});
  }
  return report;
}

std::uint64_t version_of(const model& m) { return m.cold.size() > 0 ? 3 : m.metric ? 2 : 1; }

json to_json(const metric_model& metric) {
  const metric_options& o = metric.options;
  return {{"view", o.view},
          {"instance", o.instance == metric_instance::both ? "both" : "input"},
          {"dim", o.dim},
          {"margin", o.margin},
          {"window", o.window},
          {"negatives", o.negatives},
          {"same_category", o.same_category},
          {"alpha", o.alpha},
          {"epochs", o.epochs},
          {"batch", o.batch},
          {"learning_rate", o.learning_rate},
          {"seed", o.seed},
          {"columns", metric.matrix.dim()},
          {"loss", metric.loss},
          {"pairs", metric.pairs}};
}

metric_model metric_from(const json& entry, const std::string& file) {
  metric_model metric;
  metric_options& o = metric.options;
  entry.at("view").get_to(o.view);
  const auto instance = entry.at("instance").get<std::string>();
  if (instance != "both" && instance != "input") {
    throw invalid_input({file}, fmt::format("\"{}\" is no instance of a metric", instance));
  }
  o.instance = instance == "both" ? metric_instance::both : metric_instance::input;
  files::get_count(entry.at("dim"), o.dim);
  entry.at("margin").get_to(o.margin);
  files::get_count(entry.at("window"), o.window);
  files::get_count(entry.at("negatives"), o.negatives);
  entry.at("same_category").get_to(o.same_category);
  entry.at("alpha").get_to(o.alpha);
  files::get_count(entry.at("epochs"), o.epochs);
  files::get_count(entry.at("batch"), o.batch);
  entry.at("learning_rate").get_to(o.learning_rate);
  files::get_count(entry.at("seed"), o.seed);
  entry.at("loss").get_to(metric.loss);
  files::get_count(entry.at("pairs"), metric.pairs);
  return metric;
}

projection_kind projection_from(const json& entry, const std::string& file) {
  const auto text = entry.get<std::string>();
  for (const auto& known : config_keys::spellings<projection_kind>) {
    if (text == known.name) return known.value;
  }
  throw invalid_input({file}, fmt::format("\"{}\" is no projection", text));
}

std::string hexadecimal(std::uint64_t checksum) { return fmt::format("{:016x}", checksum); }

std::string sealed(json manifest) {
  // Text that is not UTF-8 (a rule that quotes a column) is made so; names are checked beforehand.
  const auto as_text = [](const json& j) { return j.dump(1, ' ', false, json::error_handler_t::replace); };
  manifest = json::parse(as_text(manifest));
  manifest["checksum"] = hexadecimal(files::checksum_of(as_text(manifest)));
  return as_text(manifest) + '\n';
}

json unsealed(const std::string& text, const std::string& file) {
  json manifest = files::parse_bounded<json>(text);
  if (manifest.is_discarded() || !manifest.is_object() || manifest.value("format", json()) != format_name) {
    throw invalid_input({file}, "this is not the manifest of an m2grl model, or it is damaged");
  }
  const json version = manifest.value("version", json());
  if (!version.is_number_unsigned() || version == 0) throw invalid_input({file}, "the format's version is missing");
  if (version.get<std::uint64_t>() > format_version) {
    throw invalid_input({file}, fmt::format("the model has format version {}, this program reads up to version {}: "
                                            "use a newer m2grl",
                                            version.get<std::uint64_t>(), format_version));
  }
  const json checksum = manifest.value("checksum", json());
  manifest.erase("checksum");
  if (checksum != hexadecimal(files::checksum_of(manifest.dump(1, ' ', false, json::error_handler_t::replace)))) {
    throw invalid_input({file}, "the file is damaged: its checksum differs");
  }
  return manifest;
}

}  // namespace m2grl::layout
