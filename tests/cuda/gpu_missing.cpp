/// Of programs whose tests need a GPU.
#include "cuda/runtime/devices.hpp"
#include "support/missing.hpp"

std::string m2grl::test::missing() {
  const cuda::device_search found = cuda::find_devices();
  return found.count > 0 ? "" : "no GPU can be used here (" + found.reason + ")";
}
