#pragma once
/// toml++ without its assertions. A text such as "[[[" fails one of them: it would end the program, and in a release
/// build by clang be what the optimizer believes cannot happen. Without it the parser tells of the fault itself.

#pragma push_macro("NDEBUG")
#undef NDEBUG  // with it toml++ defines TOML_ASSERT itself
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
