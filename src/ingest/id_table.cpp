#include "ingest/id_table.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "ingest/parallel.hpp"
#include "m2grl/error.hpp"

namespace m2grl::ingest {
namespace {

constexpr std::size_t first_slots = 64;
constexpr std::size_t first_chunk_bytes = 1024, most_doublings = 8;

std::uint64_t mix(std::uint64_t key) noexcept {
  key ^= key >> 32;
  key *= 0x9E3779B97F4A7C15u;
  key ^= key >> 29;
  return key * 0xBF58476D1CE4E5B9u;
}

}  // namespace

std::uint64_t hash_text(std::string_view text) noexcept { return XXH3_64bits(text.data(), text.size()); }

id_table::id_table() : slots_(first_slots, slot{0, no_node}), shift_(64 - std::countr_zero(first_slots)) {}

std::size_t id_table::home(std::uint64_t key) const noexcept { return mix(key) >> shift_; }

/// The slot of an id, or the free slot where it belongs.
std::size_t id_table::probe(std::uint64_t key, std::string_view text) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = home(key);; at = (at + 1) & mask) {
    const slot& s = slots_[at];
    if (s.id == no_node) return at;
    if (s.key == key && ((key & text_key_bit) == 0 || texts_[entries_[s.id].text] == text)) return at;
  }
}

node_id id_table::find(std::uint64_t key, std::string_view text) const noexcept { return slots_[probe(key, text)].id; }

node_id id_table::find_or_insert(std::uint64_t key, std::string_view text, std::uint64_t position) {
  std::size_t at = probe(key, text);
  if (slots_[at].id != no_node) return slots_[at].id;
  if ((entries_.size() + 1) * 2 > slots_.size()) {
    grow();
    at = probe(key, text);
  }
  if (entries_.size() >= no_node) throw invalid_input(fmt::format("more than {} different ids", no_node - 1));
  const auto id = static_cast<node_id>(entries_.size());
  node_id text_index = no_node;
  if ((key & text_key_bit) != 0) {
    text_index = static_cast<node_id>(texts_.size());
    texts_.push_back(keep(text));
  }
  entries_.push_back({key, position, text_index});
  slots_[at] = {key, id};
  return id;
}

void id_table::seen_at(node_id id, std::uint64_t position) noexcept {
  entries_[id].first = std::min(entries_[id].first, position);
}

void id_table::grow() {
  std::vector<slot> old(slots_.size() * 2, slot{0, no_node});
  old.swap(slots_);
  --shift_;
  const std::size_t mask = slots_.size() - 1;
  for (const slot& s : old) {
    if (s.id == no_node) continue;
    std::size_t at = home(s.key);
    while (slots_[at].id != no_node) at = (at + 1) & mask;
    slots_[at] = s;
  }
}

std::string_view id_table::keep(std::string_view text) {
  if (text.size() > arena_left_) {
    arena_left_ = std::max(text.size(), first_chunk_bytes << std::min<std::size_t>(arena_.size(), most_doublings));
    arena_next_ = arena_.emplace_back(std::make_unique_for_overwrite<char[]>(arena_left_)).get();
  }
  std::memcpy(arena_next_, text.data(), text.size());
  const std::string_view kept(arena_next_, text.size());
  arena_next_ += text.size();
  arena_left_ -= text.size();
  return kept;
}

std::string id_names::name(node_id id) const {
  return (keys_[id] & text_key_bit) == 0 ? std::to_string(keys_[id]) : std::string(texts_[id]);
}

namespace {

/// Rank of the first places among all places: a bitmap and running counts, so that no sort is needed.
class place_ranks {
 public:
  explicit place_ranks(std::uint64_t places) : bits_(places / 64 + 1), before_(bits_.size()) {}
  void set(std::uint64_t place) noexcept {
    std::atomic_ref(bits_[place / 64]).fetch_or(std::uint64_t{1} << (place % 64), std::memory_order_relaxed);
  }
  std::uint64_t count_up() noexcept {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      before_[i] = total;
      total += static_cast<std::uint64_t>(std::popcount(bits_[i]));
    }
    return total;
  }
  [[nodiscard]] std::uint64_t rank(std::uint64_t place) const noexcept {
    const std::uint64_t below = bits_[place / 64] & ((std::uint64_t{1} << (place % 64)) - 1);
    return before_[place / 64] + static_cast<std::uint64_t>(std::popcount(below));
  }

 private:
  std::vector<std::uint64_t> bits_, before_;
};

/// Which part of the keys a merging worker owns; bits other than those that choose the slot.
std::size_t part_of(std::uint64_t key, std::size_t parts) noexcept {
  return static_cast<std::size_t>(((mix(key) & 0xFFFFFFFFu) * parts) >> 32);
}

/// Merges the ids of one part of the key space; remap receives numbers within the part.
void merge_part(const std::vector<id_table>& tables, std::size_t part, std::size_t parts, id_table& merged,
                std::vector<std::vector<node_id>>& remap) {
  for (std::size_t w = 0; w < tables.size(); ++w) {
    const id_table& table = tables[w];
    for (node_id i = 0; i < table.size(); ++i) {
      if (part_of(table.key(i), parts) != part) continue;
      const node_id id = merged.find_or_insert(table.key(i), table.text(i), table.first_position(i));
      merged.seen_at(id, table.first_position(i));
      remap[w][i] = id;
    }
  }
}

}  // namespace

merged_ids merge_ids(std::vector<id_table> tables, const std::vector<std::uint64_t>& places_before,
                     std::size_t workers) {
  const std::size_t parts = tables.size() == 1 ? 1 : workers;
  const auto place = [&](std::uint64_t position) { return places_before[position >> 32] + (position & 0xFFFFFFFFu); };
  merged_ids result;
  for (const auto& table : tables) result.remap.emplace_back(table.size());
  std::vector<id_table> merged(tables.size() == 1 ? 0 : parts);
  if (tables.size() == 1) {
    merged.swap(tables);  // one worker: its table is the merge
    for (node_id i = 0; i < merged[0].size(); ++i) result.remap[0][i] = i;
  } else {
    run_workers(parts, [&](std::size_t part) { merge_part(tables, part, parts, merged[part], result.remap); });
  }

  place_ranks ranks(places_before.back());
  run_workers(parts, [&](std::size_t part) {
    for (node_id i = 0; i < merged[part].size(); ++i) ranks.set(place(merged[part].first_position(i)));
  });
  const std::uint64_t total = ranks.count_up();
  if (total >= no_node) throw invalid_input(fmt::format("more than {} different ids", no_node - 1));

  id_names& names = result.names;
  names.keys_.resize(total);
  bool texts = false;
  for (const auto& table : merged) {
    for (node_id i = 0; i < table.size() && !texts; ++i) texts = (table.key(i) & text_key_bit) != 0;
  }
  if (texts) names.texts_.resize(total);
  std::vector<std::vector<node_id>> number(parts);
  run_workers(parts, [&](std::size_t part) {
    const id_table& table = merged[part];
    number[part].resize(table.size());
    for (node_id i = 0; i < table.size(); ++i) {
      const auto id = static_cast<node_id>(ranks.rank(place(table.first_position(i))));
      number[part][i] = id;
      names.keys_[id] = table.key(i);
      if (texts) names.texts_[id] = table.text(i);
    }
  });
  run_workers(tables.empty() ? 1 : tables.size(), [&](std::size_t w) {
    auto& remap = result.remap[w];
    for (node_id i = 0; i < remap.size(); ++i)
      remap[i] = number[parts > 1 ? part_of(tables[w].key(i), parts) : 0][remap[i]];
  });
  if (texts) names.owner_ = std::make_shared<const std::vector<id_table>>(std::move(merged));
  return result;
}

}  // namespace m2grl::ingest
