/// Checkpoints as they lie on a disk.

#include "target.hpp"
#include "train/checkpoint.hpp"

namespace m2grl::fuzz::checkpoint_target {

M2GRL_FUZZ_TARGET(checkpoint, input) {
  static const scratch_folder folder;
  const auto file = folder.write("checkpoint", input);
  (void)refusal([&] {
    checkpoint_reader in(file);
    std::size_t held = 0;
    for (const auto& [name, size] : in.parts()) {
      require(in.next().size() == size, "a part is as long as the header says");
      held += size;
    }
    require(held <= input.size(), "a checkpoint holds no more than its file");
  });
}

}  // namespace m2grl::fuzz::checkpoint_target
