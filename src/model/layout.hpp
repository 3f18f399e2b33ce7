#pragma once
/// Names and numbers of the model directory's format.
///
///   model.json                 format, version, shapes, tasks, report, size and checksum of every other file,
///                              and a checksum of itself (of its text without the "checksum" entry)
///   config.toml                the configuration
///   view.NAME.input.npy        fp32 [nodes, dim]; view.NAME.output.npy likewise
///   view.NAME.ids              the caller's ids, a line each (id_lines.hpp); view.NAME.counts.npy: u64 [nodes]
///   link.N.{offsets,targets,counts}.npy         u64 [rows + 1], u32, u32
///   relation.N.from.npy, relation.N.to.npy      fp32 [relation_dim, dim]; `to` only where W is not shared
///   history.rounds.npy, history.losses.npy, history.weights.npy
///                              u64 [points], fp32 [points, tasks] twice; only where the model has a history
///   metric.npy                 fp32 [metric dim, dim(x)], since version 2; only where the model has a metric
///   queries.{validation,test}.{offsets,histories,targets}.npy    u64 [queries + 1], u32, u32; 2^32 − 1: unseen
///   Since version 3, only where the model has cold items:
///   cold.ids                   the caller's ids, a line each
///   cold.N.{offsets,targets,counts}.npy         their links, as link.N.*
///   queries.{validation,test}.cold.npy          u32 [queries], rows of cold.ids; 2^32 − 1: the target has a node
///   Beside the queries, where the model has them (an older reader passes over them, an older model has none):
///   queries.{validation,test}.{cold_offsets,cold_histories}.npy  u64 [queries + 1], u32: ids, then nodes + rows of
///                                                                cold.ids; where the model has cold items
///   queries.{validation,test}.{past_offsets,past,past_seconds}.npy
///                                               u64 [queries + 1], u32, u32; where the log had times

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "m2grl/model.hpp"
#include "model/files.hpp"
#include "model/staging.hpp"

namespace m2grl::layout {

using json = nlohmann::ordered_json;

inline constexpr const char* format_name = "m2grl-model";
inline constexpr std::uint64_t format_version = 3;  ///< the newest that is read
inline constexpr const char* metric_file = "metric.npy";
inline constexpr const char* history_entry = "history";
/// Names, for each split, the parts of its queries that not every model has.
inline constexpr const char* queries_entry = "queries";
inline constexpr const char* cold_histories_part = "cold_histories";
inline constexpr const char* past_part = "past";
inline std::string history_file(const char* what) { return fmt::format("history.{}.npy", what); }
/// A model is written in the oldest version that has a place for all it holds. Only what an older reader would miss
/// makes a new version: the training history came later to both, since readers that do not know it pass over it.
[[nodiscard]] std::uint64_t version_of(const model& m);
inline constexpr const char* manifest_name = "model.json";
inline constexpr const char* config_name = "config.toml";
inline constexpr const char* checkpoint_name = "checkpoint";

inline std::string view_file(const std::string& view, const char* what) {
  return fmt::format("view.{}.{}", files::file_name_of(view), what);
}
inline std::string link_file(std::size_t link, const char* what) { return fmt::format("link.{}.{}.npy", link, what); }
inline std::string relation_file(std::size_t relation, const char* what) {
  return fmt::format("relation.{}.{}.npy", relation, what);
}
inline constexpr const char* cold_ids_file = "cold.ids";
inline std::string cold_file(std::size_t link, const char* what) { return fmt::format("cold.{}.{}.npy", link, what); }
inline std::string query_file(const char* split, const char* what) {
  return fmt::format("queries.{}.{}.npy", split, what);
}

[[nodiscard]] json to_json(const task_state& task);
[[nodiscard]] json to_json(const ingest_report& report);
[[nodiscard]] json to_json(const metric_model& metric);
[[nodiscard]] task_state task_from(const json& entry);
[[nodiscard]] ingest_report report_from(const json& entry);

/// All but the matrix. Throws invalid_input where the instance has another name than those known.
[[nodiscard]] metric_model metric_from(const json& entry, const std::string& file);

/// Throws invalid_input where the text names none.
[[nodiscard]] projection_kind projection_from(const json& entry, const std::string& file);

/// The manifest as text, its own checksum added.
[[nodiscard]] std::string sealed(json manifest);
/// Parses a manifest. Throws invalid_input where it is not one, of a newer version, or damaged.
[[nodiscard]] json unsealed(const std::string& text, const std::string& file);

[[nodiscard]] std::string hexadecimal(std::uint64_t checksum);

}  // namespace m2grl::layout
