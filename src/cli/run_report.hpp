#pragma once
/// What a run read and what it is about to train, for people and as JSON.

#include <string>

#include "cli/output_file.hpp"
#include "m2grl/config.hpp"
#include "m2grl/dataset.hpp"
#include "m2grl/model.hpp"

namespace m2grl::cli {

/// Events read and kept, what every rule dropped, the views and the held-out queries.
[[nodiscard]] std::string ingest_text(const dataset& data);
[[nodiscard]] json ingest_json(const ingest_report& report);

/// The views' graphs, the links, the tasks, and the memory that training will need.
[[nodiscard]] std::string plan_text(const config& cfg, const dataset& data);

/// Bytes of tables, optimiser state, sequences, graphs and links of a run on `data`.
[[nodiscard]] double estimated_bytes(const config& cfg, const dataset& data);

/// Tasks as a table: name, loss, weight, s, pairs.
[[nodiscard]] std::string tasks_text(const std::vector<task_state>& tasks);
[[nodiscard]] json tasks_json(const std::vector<task_state>& tasks);

}  // namespace m2grl::cli
