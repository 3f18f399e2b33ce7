/// Plain, gzip and zstd: the same text whatever the size of the reads.

#include <algorithm>

#include "ingest/text_source.hpp"
#include "target.hpp"

namespace m2grl::fuzz::packed_target {

constexpr std::size_t most = std::size_t{1} << 16;  // of a bomb

std::string read(const std::string& file, std::size_t chunk) {
  ingest::text_source source({}, file);
  std::string text, part(chunk, '\0');
  while (text.size() < most) {
    const std::size_t got = source.read(part.data(), part.size());
    require(got <= part.size(), "no more is given than asked for");
    if (got == 0) break;
    text.append(part, 0, got);
  }
  return text;
}

M2GRL_FUZZ_TARGET(packed, input) {
  static const scratch_folder folder;
  const std::string file = folder.write("packed", input).string();
  std::string whole, cut;
  const std::string refused = refusal([&] { whole = read(file, most); });
  if (input.size() > 4096) return;
  const std::string again = refusal([&] { cut = read(file, 7); });
  if (std::max(whole.size(), cut.size()) >= most) return;  // one of them may have stopped before a fault
  // What a library says of damage may depend on how much room it was given.
  require(refused.empty() == again.empty() && whole == cut, "small reads give the same text");
}

}  // namespace m2grl::fuzz::packed_target
