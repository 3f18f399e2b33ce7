/// Configurations: what is read is written and read again to the same text.

#include "m2grl/config.hpp"
#include "target.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  config cfg;
  if (!fuzz::refusal([&] { cfg = parse_config(fuzz::text_of(bytes, count), "c.toml"); }).empty()) return 0;
  const std::string written = to_toml(cfg);
  fuzz::require(fuzz::refusal([&] { cfg = parse_config(written, "written.toml"); }).empty(), "what is written is read");
  fuzz::require(to_toml(cfg) == written, "a configuration comes back as it was");
  return 0;
}
