#!/bin/sh
# Lines and branches of the library and the command that the CPU tests run, by clang: build-coverage/coverage.txt, and
# html. Fails below 90 % of the lines, or where a file could make a reader take a branch that no test takes
# (reader_branches.py). Code for a GPU is not counted.
set -eu
cd "$(dirname "$0")/.."
cmake --preset coverage
cmake --build build-coverage -j "$(nproc)"
out=$PWD/build-coverage
rm -rf "$out/profiles" "$out/html"
mkdir "$out/profiles"
LLVM_PROFILE_FILE=$out/profiles/%4m.profraw ctest --test-dir "$out" --output-on-failure -j "$(nproc)"
llvm-profdata merge -o "$out/profile" "$out"/profiles/*.profraw
objects=$(find "$out/bin" -type f -perm -u+x | sed 's/^/-object=/')
# shellcheck disable=SC2086  # one argument each
counted() { llvm-cov "$@" $objects -instr-profile="$out/profile" -ignore-filename-regex='(^/usr|/tests/|/build-coverage/)'; }
counted report -show-branch-summary > "$out/coverage.txt"
counted show -format=html -show-branches=count -output-dir="$out/html" > /dev/null
tail -n 1 "$out/coverage.txt"
lines=$(awk '/^TOTAL/ { sub("%", "", $10); print int($10) }' "$out/coverage.txt")
[ "$lines" -ge 90 ] || { echo "coverage: $lines % of the lines, at least 90 are wanted"; exit 1; }
counted export -skip-expansions | scripts/reader_branches.py
