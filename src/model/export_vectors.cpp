#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>

#include "m2grl/compose.hpp"
#include "m2grl/error.hpp"
#include "m2grl/export.hpp"
#include "m2grl/metric.hpp"
#include "m2grl/version.hpp"
#include "model/check_model.hpp"
#include "model/id_lines.hpp"
#include "model/npy.hpp"
#include "model/safetensors.hpp"
#include "model/staging.hpp"

namespace m2grl {
namespace {

using files::output_file;

void write_word2vec(output_file& file, const table& t, const std::vector<std::string>& ids) {
  file.write(fmt::format("{} {}\n", t.rows(), t.dim()));
  fmt::memory_buffer line;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    line.clear();
    line.append(ids[r]);
    for (const float value : t[r]) fmt::format_to(std::back_inserter(line), " {}", value);
    line.push_back('\n');
    file.write(line.data(), line.size());
  }
}

void write_word2vec_binary(output_file& file, const table& t, const std::vector<std::string>& ids) {
  file.write(fmt::format("{} {}\n", t.rows(), t.dim()));
  for (std::size_t r = 0; r < t.rows(); ++r) {
    file.write(ids[r]);
    file.write(" ");
    file.write(t[r].data(), t[r].size_bytes());
    file.write("\n");
  }
}

void check_ids(const model_view& view) {
  const auto& names = view.ids.names();
  const auto bad = std::find_if(names.begin(), names.end(), [](const std::string& id) {
    return id.empty() || id.find_first_of(" \t\n\v\f\r") != std::string::npos;
  });
  if (bad == names.end()) return;
  throw invalid_input(fmt::format("view \"{}\": id \"{}\" cannot be written in word2vec's format: {}; export as npy",
                                  view.name, files::escaped_id(*bad),
                                  bad->empty() ? "it is empty" : "it holds white space"));
}

/// Writes tables and ids of one export into staged files.
class vector_writer {
 public:
  vector_writer(const std::filesystem::path& dir, vector_format format) : staged_(dir), format_(format) {}

  /// `t` must live until commit().
  void write(const std::string& name, const table& t, const std::vector<std::string>& ids) {
    switch (format_) {
      case vector_format::npy: return write_file(name + ".npy", [&](auto& file) { files::write_npy(file, t); });
      case vector_format::word2vec: return write_file(name + ".txt", [&](auto& file) { write_word2vec(file, t, ids); });
      case vector_format::word2vec_binary:
        return write_file(name + ".bin", [&](auto& file) { write_word2vec_binary(file, t, ids); });
      case vector_format::safetensors: tables_.push_back({name, &t}); return;
    }
  }
  void write(const std::string& name, table&& t, const std::vector<std::string>& ids) {
    if (format_ != vector_format::safetensors) return write(name, std::as_const(t), ids);
    write(name, std::as_const(kept_.emplace_back(std::move(t))), ids);
  }
  void write_ids(const std::string& name, const std::vector<std::string>& ids) {
    write_file(name + ".ids", [&](auto& file) { files::write_ids(file, ids); });
  }
  void commit() {
    if (format_ == vector_format::safetensors) {
      write_file("vectors.safetensors", [&](auto& file) { files::write_safetensors(file, tables_, metadata); });
    }
    staged_.commit();
  }

 private:
  void write_file(const std::string& name, const std::function<void(output_file&)>& fill) {
    output_file file(staged_.add(name));
    fill(file);
    (void)file.finish();
  }

  static inline const files::text_pairs metadata{{"format", "m2grl-vectors"}, {"library", version()}};

  files::staged_files staged_;
  vector_format format_;
  std::vector<files::named_table> tables_;  ///< of the one file that holds them all
  std::deque<table> kept_;
};

void write_composed(vector_writer& out, const model& m, std::span<const compose_part> compose) {
  const auto parts = parts_of(m, compose);
  const auto& ids = m.views.front().ids.names();
  out.write("query", query_vectors(parts), ids);
  out.write("candidate", candidate_vectors(parts, m.cfg.eval.input_similarity), ids);
  out.write_ids("query", ids);
  out.write_ids("candidate", ids);
}

}  // namespace

void export_vectors(const model& m, const std::filesystem::path& dir, vector_format format,
                    std::span<const compose_part> compose, bool metric) {
  if (const std::string fault = fault_of(m); !fault.empty()) {
    throw invalid_input(fmt::format("the vectors cannot be exported: {}", fault));
  }
  for (const model_view& view : m.views) {
    if (format == vector_format::word2vec || format == vector_format::word2vec_binary) check_ids(view);
    if (!compose.empty() && (view.name == "query" || view.name == "candidate")) {
      throw invalid_input(fmt::format("the view \"{}\" bears the name of a file of composed vectors", view.name));
    }
    if (metric && view.name == "metric") {
      throw invalid_input("the view \"metric\" bears the name of the file of metric vectors");
    }
  }
  if (!compose.empty()) (void)parts_of(m, compose);
  table metric_rows = metric ? metric_vectors(m) : table{};
  vector_writer out(dir, format);
  for (const model_view& view : m.views) {
    const std::string name = files::file_name_of(view.name);
    out.write(name + ".input", view.tables.input, view.ids.names());
    out.write(name + ".output", view.tables.output, view.ids.names());
    out.write_ids(name, view.ids.names());
  }
  if (!compose.empty()) write_composed(out, m, compose);
  if (metric) {
    out.write("metric", std::move(metric_rows), m.views.front().ids.names());
    out.write_ids("metric", m.views.front().ids.names());
  }
  out.commit();
}

}  // namespace m2grl
