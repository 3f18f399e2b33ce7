#pragma once
/// A model of a few nodes, saved, whose files a target replaces.

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "m2grl/metric_model.hpp"
#include "m2grl/model.hpp"
#include "model/directory.hpp"
#include "model/layout.hpp"
#include "support/small_model.hpp"
#include "target.hpp"

namespace m2grl::fuzz {

class small_folder {
 public:
  small_folder() {
    save_model(test::small_model(12, 4), dir());
    contents_ = test::contents_of(dir());
    for (const auto& [name, bytes] : contents_) {
      if (name != layout::manifest_name) names_.push_back(name);
    }
    manifest_ = layout::json::parse(contents_.at(layout::manifest_name));
    manifest_.erase("checksum");
  }
  [[nodiscard]] std::filesystem::path dir() const { return folder_.path() / "model"; }
  /// Of the files but the manifest, sorted.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  /// Writes a file anew, and the manifest with its size and checksum.
  void forge(const std::string& name, const std::string& bytes) const {
    test::write_bytes(dir() / name, bytes);
    layout::json manifest = manifest_;
    manifest["files"][name] = {{"bytes", bytes.size()}, {"xxh3", layout::hexadecimal(files::checksum_of(bytes))}};
    write(std::move(manifest));
  }
  /// Merges `change` into the manifest (RFC 7396), and seals it.
  void forge_manifest(const layout::json& change) const {
    layout::json manifest = manifest_;
    manifest.merge_patch(change);
    write(std::move(manifest));
  }
  void restore(const std::string& name) const { test::write_bytes(dir() / name, contents_.at(name)); }

  /// Loads it; a model that is taken holds together.
  void load() const {
    model m;
    if (!refusal([&] { m = load_model(dir()); }).empty()) return;
    require(!m.views.empty(), "a model has views");
    for (const link_data& link : m.links) require_ragged(link.targets, m.views.at(link.to).ids.size());
    for (const query_set* queries : {&m.validation, &m.test}) {
      require_ragged(queries->histories, m.views[0].ids.size());
      require(queries->histories.size() == queries->targets.size(), "every query has a target");
    }
    for (const model_view& view : m.views) {
      require(view.tables.input.rows() == view.ids.size() && view.tables.output.rows() == view.ids.size(),
              "every node has vectors");
    }
  }

 private:
  void write(layout::json manifest) const {
    test::write_bytes(dir() / layout::manifest_name, layout::sealed(std::move(manifest)));
  }

  scratch_folder folder_;
  std::map<std::string, std::string> contents_;
  layout::json manifest_;  ///< not sealed
  std::vector<std::string> names_;
};

}  // namespace m2grl::fuzz
