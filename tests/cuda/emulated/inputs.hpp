#pragma once
/// What the tests of the emulated backend train on, and how two results are compared.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "device.hpp"
#include "m2grl/trainer.hpp"
#include "train/catalogue.hpp"

namespace emulated {

/// The device as it must be after any call: nothing live, nothing that a device would have suffered.
inline std::string faults() {
  std::string found;
  if (live() != live_counts()) found += "something is still live; ";
  for (const std::string& v : violations()) found += v + "; ";
  return found;
}

/// ‖a − b‖ / ‖b‖ over all values.
inline double difference(const m2grl::table& a, const m2grl::table& b) {
  double apart = 0, whole = 0;
  for (std::size_t i = 0; i < b.rows() * b.stride(); ++i) {
    const double x = a.data()[i], y = b.data()[i];
    apart += (x - y) * (x - y);
    whole += y * y;
  }
  return std::sqrt(apart / std::max(whole, 1e-30));
}

/// The largest of all tables.
inline double difference(const m2grl::embeddings& a, const m2grl::embeddings& b) {
  double largest = 0;
  for (std::size_t v = 0; v < b.views.size(); ++v) {
    largest = std::max(
        {largest, difference(a.views[v].input, b.views[v].input), difference(a.views[v].output, b.views[v].output)});
  }
  for (std::size_t r = 0; r < b.relations.size(); ++r) {
    largest = std::max({largest, difference(a.relations[r].w_from, b.relations[r].w_from),
                        static_cast<double>(std::abs(a.relations[r].bias - b.relations[r].bias))});
    if (!b.relations[r].w_to.empty()) {
      largest = std::max(largest, difference(a.relations[r].w_to, b.relations[r].w_to));
    }
  }
  return largest;
}

inline m2grl::train_result train_on(m2grl::device_kind device, const catalogue::inputs& c,
                                    const m2grl::train_config& cfg, m2grl::train_options options = {}) {
  options.device = device;
  return m2grl::train(cfg, c.views, c.linked, options);
}

}  // namespace emulated
