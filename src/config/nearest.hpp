#pragma once
/// The nearest known name, for messages.

#include <string>
#include <string_view>
#include <vector>

namespace m2grl::config_keys {

/// Edits (insert, delete, replace, swap of neighbours) between two words.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name that `word` most likely stands for; empty where none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, const std::vector<std::string>& known);

/// "; did you mean "x"?", for an unknown key given by its path without array indices ("views.colum"): the nearest
/// key of its table, else the same or the nearest name in another table, else the list of what its table knows.
[[nodiscard]] std::string suggest_key(const std::string& path);

}  // namespace m2grl::config_keys
