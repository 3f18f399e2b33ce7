#pragma once
/// From the ids of a file to dense numbers: a hash table per worker, then one merge.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "m2grl/types.hpp"

namespace m2grl::ingest {

/// Key of an id: small canonical integers stand for themselves, any other text for its hash (top bit set).
inline constexpr std::uint64_t text_key_bit = std::uint64_t{1} << 63;
/// Key of an empty cell; no id has it.
inline constexpr std::uint64_t empty_key = std::uint64_t{1} << 62;

[[nodiscard]] std::uint64_t hash_text(std::string_view text) noexcept;

/// An integer of up to 18 digits without a leading zero is its own key: no text to hash, keep or compare.
[[nodiscard]] inline std::uint64_t make_key(std::string_view text) noexcept {
  constexpr std::size_t most_digits = 18;  // < 2^62
  if (text.empty()) return empty_key;
  if (text.size() <= most_digits && (text[0] != '0' || text.size() == 1)) {
    std::uint64_t value = 0;
    for (const char c : text) {
      const auto digit = static_cast<unsigned>(static_cast<unsigned char>(c)) - '0';
      if (digit > 9) return hash_text(text) | text_key_bit;
      value = value * 10 + digit;
    }
    return value;
  }
  return hash_text(text) | text_key_bit;
}

/// Open-addressing map id → number in order of insertion. Remembers where each id was first seen.
class id_table {
 public:
  id_table();

  /// Number of an id. `position`, in the file's order, must not fall from call to call.
  /// Throws invalid_input where 2^32 − 1 different ids are exceeded.
  node_id find_or_insert(std::uint64_t key, std::string_view text, std::uint64_t position);
  /// Number of an id, or no_node.
  [[nodiscard]] node_id find(std::uint64_t key, std::string_view text) const noexcept;
  void prefetch(std::uint64_t key) const noexcept { __builtin_prefetch(&slots_[home(key)]); }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::uint64_t key(node_id id) const noexcept { return entries_[id].key; }
  [[nodiscard]] std::uint64_t first_position(node_id id) const noexcept { return entries_[id].first; }
  /// Lowers the first position of an id.
  void seen_at(node_id id, std::uint64_t position) noexcept;
  /// Text of an id; empty for integers.
  [[nodiscard]] std::string_view text(node_id id) const noexcept {
    return entries_[id].text == no_node ? std::string_view() : texts_[entries_[id].text];
  }

 private:
  struct slot {
    std::uint64_t key;
    node_id id;
  };
  struct entry {
    std::uint64_t key, first;
    node_id text;
  };

  [[nodiscard]] std::size_t home(std::uint64_t key) const noexcept;
  [[nodiscard]] std::size_t probe(std::uint64_t key, std::string_view text) const noexcept;
  void grow();
  std::string_view keep(std::string_view text);

  std::vector<slot> slots_;
  std::vector<entry> entries_;
  std::vector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> arena_;
  std::size_t arena_left_ = 0;
  char* arena_next_ = nullptr;
  int shift_;
};

struct merged_ids;

/// The ids of a column, numbered in order of first sight.
class id_names {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  /// The id as it was in the file.
  [[nodiscard]] std::string name(node_id id) const;
  /// The key, and the text (empty for integers), as id_table takes them.
  [[nodiscard]] std::uint64_t key(node_id id) const noexcept { return keys_[id]; }
  [[nodiscard]] std::string_view text(node_id id) const noexcept {
    return texts_.empty() ? std::string_view() : texts_[id];
  }

 private:
  friend struct merged_ids;
  friend merged_ids merge_ids(std::vector<id_table>, const std::vector<std::uint64_t>&, std::size_t);
  std::vector<std::uint64_t> keys_;
  std::vector<std::string_view> texts_;                 ///< empty where every id is an integer
  std::shared_ptr<const std::vector<id_table>> owner_;  ///< keeps the texts alive
};

/// The workers' tables as one numbering, in order of first sight: the same for any number of workers.
struct merged_ids {
  id_names names;
  std::vector<std::vector<node_id>> remap;  ///< [worker][worker's number] → number
};

/// Merges the workers' tables. A position is (block << 32 | place in block); `places_before`, one entry
/// per block and a last one, holds the places before each block.
[[nodiscard]] merged_ids merge_ids(std::vector<id_table> tables, const std::vector<std::uint64_t>& places_before,
                                   std::size_t workers);

}  // namespace m2grl::ingest
