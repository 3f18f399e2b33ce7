#pragma once
/// A model in pictures.

#include <cstdint>
#include <string>

#include "m2grl/api.hpp"
#include "m2grl/model.hpp"

namespace M2GRL_API m2grl {

struct report_options {
  std::string title{};       ///< of the page; empty: "m2grl model"
  bool validation = false;   ///< which held-out events are asked: validation's or test's
  std::uint32_t map = 1500;  ///< nodes of each view on its map, ≥ 3; of larger views a sample
  std::uint64_t seed = 1;    ///< of that sample
};

/// One HTML page that needs nothing else, no network and no script: what the model was trained on, how losses and
/// weights went, how often nodes occur, how well held-out events are found, where each view's nodes lie, and what
/// diversity costs. What the model cannot show (no history, no held-out events, no linked view, no metric) is said in
/// its place, with what would make it. docs/report.md says how to read it. The same model gives the same page.
/// Throws invalid_input where the model is damaged or options.map is less than 3.
[[nodiscard]] std::string report_html(const model& m, const report_options& options = {});

}  // namespace m2grl
