#pragma once
/// What must hold for views from edge lists.

#include <string>

#include "config/places.hpp"
#include "m2grl/config.hpp"

namespace m2grl::config_keys {

/// The columns, and every view that names an edge list, a type or a set of nodes. Throws invalid_input.
void check_edge_lists(const config& cfg, const key_places& places);

/// Views of a log are linked by its events, views from edge lists by the nodes that they share. Throws invalid_input.
void check_edge_link(const view_config& from, const view_config& to, const std::string& path, const key_places& places);

}  // namespace m2grl::config_keys
