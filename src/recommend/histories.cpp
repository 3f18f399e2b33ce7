#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "ingest/block_reader.hpp"
#include "ingest/parallel.hpp"
#include "ingest/unknown_names.hpp"
#include "m2grl/recommend.hpp"

namespace m2grl {
namespace {

using namespace ingest;

void parse_items(const char* p, const char* end, const vocabulary& items, user_histories& out) {
  while (p < end) {
    if (*p == ' ') {
      ++p;
      continue;
    }
    if (*p == '\t') throw parse_fault{p, "there is a second tab: items are split by spaces"};
    const char* const start = p;
    while (p < end && *p != ' ' && *p != '\t') ++p;
    const std::string_view name(start, static_cast<std::size_t>(p - start));
    ++out.events;
    if (const node_id id = items.find(name); id != no_node) {
      out.histories.ids.push_back(id);
    } else {
      ++out.unknown_events;
      note_unknown(out.unknown, name);
    }
  }
}

user_histories parse_block(const text_block& block, const vocabulary& items) {
  user_histories out;
  for (const char* line = block.text_begin(); line < block.text_end();) {
    const char* const line_end = static_cast<const char*>(std::memchr(line, '\n', block.text_end() - line + 1));
    const char* const end = line_end > line && line_end[-1] == '\r' ? line_end - 1 : line_end;
    if (std::find_if(line, end, [](char c) { return c != ' '; }) != end) {
      const char* const tab = std::find(line, end, '\t');
      if (tab == end) throw parse_fault{line, "the line has no tab between the user and the items"};
      if (tab == line) throw parse_fault{line, "the user before the tab is empty"};
      out.users.emplace_back(line, tab);
      parse_items(tab + 1, end, items, out);
      out.histories.end_row();
    }
    line = line_end + 1;
  }
  return out;
}

void append(user_histories& all, user_histories&& part) {
  const std::uint64_t before = all.histories.ids.size();
  all.users.insert(all.users.end(), std::make_move_iterator(part.users.begin()),
                   std::make_move_iterator(part.users.end()));
  all.histories.ids.insert(all.histories.ids.end(), part.histories.ids.begin(), part.histories.ids.end());
  for (std::size_t row = 1; row < part.histories.offsets.size(); ++row) {
    all.histories.offsets.push_back(before + part.histories.offsets[row]);
  }
  all.events += part.events;
  all.unknown_events += part.unknown_events;
  for (const std::string& name : part.unknown) note_unknown(all.unknown, name);
}

}  // namespace

user_histories read_histories(const vocabulary& items, const std::string& file, const std::filesystem::path& root,
                              std::uint32_t threads) {
  block_reader reader(text_source(root, file), '\0');
  const std::size_t workers = reader.useful_workers(worker_count(threads));
  auto parts = parse_blocks<user_histories>(
      reader, workers, [&](std::size_t, const text_block& block) { return parse_block(block, items); });
  user_histories all;
  for (user_histories& part : parts) append(all, std::move(part));
  return all;
}

}  // namespace m2grl
