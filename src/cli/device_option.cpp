#include "cli/device_option.hpp"

namespace m2grl::cli {

void add_device(CLI::App& command, std::string& name) {
  command.add_option("--device", name, "auto (a GPU where there is one), cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str()
      ->type_name("DEVICE");
}

device_kind device_named(const std::string& name) {
  return name == "cuda" ? device_kind::cuda : name == "cpu" ? device_kind::cpu : device_kind::automatic;
}

}  // namespace m2grl::cli
