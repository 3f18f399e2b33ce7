/// One file of a model, behind its checksum: the first byte says which, the others are its bytes.

#include "small_folder.hpp"

namespace m2grl::fuzz::model_target {

M2GRL_FUZZ_TARGET(model, input) {
  static const small_folder folder;
  if (input.empty()) return;
  const std::string& name = folder.names()[static_cast<std::uint8_t>(input[0]) % folder.names().size()];
  folder.load_with(name, std::string(input.substr(1)));
}

}  // namespace m2grl::fuzz::model_target
