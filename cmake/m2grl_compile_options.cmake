# Flags of m2grl's own targets; nothing here leaks into a parent project.
add_library(m2grl_private_options INTERFACE)
target_compile_features(m2grl_private_options INTERFACE cxx_std_20)
target_compile_options(m2grl_private_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor>)
if(M2GRL_DEVELOPER)
  target_compile_options(m2grl_private_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
if(M2GRL_SANITIZE)
  target_compile_options(m2grl_private_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${M2GRL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)  # it warns of its own <regex> and <functional> here
  target_link_options(m2grl_private_options INTERFACE -fsanitize=${M2GRL_SANITIZE})
endif()
# Sources ask for these: g++ and clang tell of their sanitizers each in its own way.
if(M2GRL_SANITIZE MATCHES address)
  target_compile_definitions(m2grl_private_options INTERFACE M2GRL_ASAN)
elseif(M2GRL_SANITIZE MATCHES thread)
  target_compile_definitions(m2grl_private_options INTERFACE M2GRL_TSAN)
endif()

# Checks of UBSan that AddressSanitizer does without: a fifth of the time that everything takes to compile.
if(M2GRL_SANITIZE MATCHES "address.*undefined")
  target_compile_options(m2grl_private_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=null,vptr,object-size>)
endif()

# What computes little: most tests and, under sanitizers, the command. At -O1 a test takes half as long to compile as at
# -O3. At -O0, as under sanitizers, a third; but templates that the library instantiates, too, are then taken from the
# test, and a release test of JSON took 17 times as long.
add_library(m2grl_quick_compilation INTERFACE)
if(M2GRL_SANITIZE AND NOT M2GRL_FUZZ)
  target_compile_options(m2grl_quick_compilation INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-O0>)
elseif(NOT M2GRL_FUZZ)
  target_compile_options(m2grl_quick_compilation INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-O1>)
endif()

# Of Highway's targets, chosen at run time, three are compiled: the baseline, AVX2 and AVX-512. A sanitizer's build does
# without the last: the same source again, and the slowest to compile.
set(M2GRL_SIMD_DEFINITIONS "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3_DL)")
if(M2GRL_SANITIZE)
  set(M2GRL_SIMD_DEFINITIONS "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3_DL|HWY_AVX3)")
endif()
