/// Checkpoints as they lie on a disk.

#include "target.hpp"
#include "train/checkpoint.hpp"

using namespace m2grl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const fuzz::scratch_folder folder;
  const auto file = folder.write("checkpoint", fuzz::text_of(bytes, count));
  (void)fuzz::refusal([&] {
    checkpoint_reader in(file);
    std::size_t held = 0;
    for (const auto& [name, size] : in.parts()) {
      fuzz::require(in.next().size() == size, "a part is as long as the header says");
      held += size;
    }
    fuzz::require(held <= count, "a checkpoint holds no more than its file");
  });
  return 0;
}
