#include "m2grl/version.hpp"

#include <string_view>

#define M2GRL_TEXT_OF(number) #number
#define M2GRL_DOTTED(major, minor, patch) M2GRL_TEXT_OF(major) "." M2GRL_TEXT_OF(minor) "." M2GRL_TEXT_OF(patch)

namespace m2grl {

const char* version() noexcept {
  static_assert(std::string_view(M2GRL_VERSION) ==
                M2GRL_DOTTED(M2GRL_VERSION_MAJOR, M2GRL_VERSION_MINOR, M2GRL_VERSION_PATCH));
  return M2GRL_VERSION;
}

}  // namespace m2grl
