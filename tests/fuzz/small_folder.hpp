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
#include "model/read_model.hpp"
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
    // Most of the time would go into a configuration that names every option.
    put(layout::config_name, contents_[layout::config_name] = short_config, manifest_);
    test::write_bytes(dir() / layout::manifest_name, manifest_with(layout::json::object()));
    require(refusal([&] { (void)load_model(dir()); }).empty(), "the model can be read as it is");
  }
  [[nodiscard]] std::filesystem::path dir() const { return folder_.path() / "model"; }
  /// Of the files but the manifest, sorted.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  /// Loads it with other bytes in one of its files, whose size and checksum the manifest tells.
  void load_with(const std::string& name, const std::string& bytes) const {
    layout::json manifest = manifest_;
    put(name, bytes, manifest);
    check([&] { return read_model(dir(), manifest); });
    test::write_bytes(dir() / name, contents_.at(name));
  }
  /// The manifest with `change` merged into it (RFC 7396), sealed anew.
  [[nodiscard]] std::string manifest_with(const layout::json& change) const {
    layout::json manifest = manifest_;
    manifest.merge_patch(change);
    return layout::sealed(std::move(manifest));
  }
  /// Loads it with this manifest.
  void load_with_manifest(const std::string& text) const {
    test::write_bytes(dir() / layout::manifest_name, text);
    check([&] { return load_model(dir()); });
  }

 private:
  static constexpr const char* short_config = R"(
    data = {events = "events.csv", user = "user_id", item = "item_id"}
    views = [{name = "item"}, {name = "category", column = "category_id"}]
  )";

  /// Writes a file, and its size and checksum into the manifest.
  void put(const std::string& name, const std::string& bytes, layout::json& manifest) const {
    manifest["files"][name] = {{"bytes", bytes.size()}, {"xxh3", layout::hexadecimal(files::checksum_of(bytes))}};
    test::write_bytes(dir() / name, bytes);
  }

  /// A model that is taken holds together.
  template <class Load>
  static void check(const Load& load) {
    model m;
    if (!refusal([&] { m = load(); }).empty()) return;
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

  scratch_folder folder_;
  std::map<std::string, std::string> contents_;
  layout::json manifest_;  ///< not sealed
  std::vector<std::string> names_;
};

}  // namespace m2grl::fuzz
