#!/bin/sh
# The CPU tests under ThreadSanitizer, by clang with its own OpenMP runtime: g++'s is not built for it and gives
# false reports. Declared races are those of tests/tsan.supp, no others.
set -eu
cd "$(dirname "$0")/.."
cmake --preset tsan
cmake --build build-tsan -j "$(nproc)"
# archer, libomp's own tool, tells ThreadSanitizer of OpenMP's barriers and locks.
archer=$(find /usr/lib/llvm-*/lib -name libarcher.so 2> /dev/null | head -n 1)
[ -n "$archer" ] || { echo "check-tsan: libarcher.so (libomp-dev) not found"; exit 1; }
export OMP_TOOL_LIBRARIES="$archer"
# OpenBLAS and the C++ library are not instrumented: what they do among themselves is not looked at.
export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp ignore_noninstrumented_modules=1 halt_on_error=0 history_size=5"
ctest --test-dir build-tsan --output-on-failure -j "$(nproc)"
