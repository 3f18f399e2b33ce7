/// Configurations: what is read is written and read again to the same text.

#include "m2grl/config.hpp"
#include "target.hpp"

namespace m2grl::fuzz::config_target {

M2GRL_FUZZ_TARGET(config, input) {
  config cfg;
  if (!refusal([&] { cfg = parse_config(input, "c.toml"); }).empty()) return;
  const std::string written = to_toml(cfg);
  require(refusal([&] { cfg = parse_config(written, "written.toml"); }).empty(), "what is written is read");
  require(to_toml(cfg) == written, "a configuration comes back as it was");
}

}  // namespace m2grl::fuzz::config_target
