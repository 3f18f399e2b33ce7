/// Plain, gzip and zstd: the same text whatever the size of the reads.

#include <algorithm>

#include "ingest/text_source.hpp"
#include "target.hpp"

using namespace m2grl;

namespace {

constexpr std::size_t most = std::size_t{1} << 18;  // of a bomb

std::string read(const std::string& file, std::size_t chunk) {
  ingest::text_source source({}, file);
  std::string text, part(chunk, '\0');
  while (text.size() < most) {
    const std::size_t got = source.read(part.data(), part.size());
    fuzz::require(got <= part.size(), "no more is given than asked for");
    if (got == 0) break;
    text.append(part, 0, got);
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::scratch_folder folder;
  const std::string file = folder.write("packed", fuzz::text_of(bytes, count)).string();
  std::string whole, cut;
  const std::string refused = fuzz::refusal([&] { whole = read(file, most); });
  if (count > 4096) return 0;
  const std::string again = fuzz::refusal([&] { cut = read(file, 7); });
  if (std::max(whole.size(), cut.size()) >= most) return 0;  // one of them may have stopped before a fault
  // What a library says of damage may depend on how much room it was given.
  fuzz::require(refused.empty() == again.empty() && whole == cut, "small reads give the same text");
  return 0;
}
