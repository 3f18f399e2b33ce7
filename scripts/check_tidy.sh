#!/bin/sh
# clang-tidy over the library and the command, public headers included; any finding fails.
# Usage: check_tidy.sh [FILE …], by default every source of src/.
set -eu
cd "$(dirname "$0")/.."
build=build-tidy
cmake --preset tidy > /dev/null
[ $# -gt 0 ] || set -- $(find src -name '*.cpp' | sort)
# clang-tidy counts the warnings that it does not show on standard error; findings go to standard output.
if ! printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy -p $build --quiet 2> $build/clang_tidy_notes; then
  grep -v -e 'warnings generated' -e 'warnings treated as errors' $build/clang_tidy_notes || true
  echo "check-tidy: failed; the findings above name their checks (.clang-tidy)"
  exit 1
fi
echo "check-tidy: passed, $# files"
