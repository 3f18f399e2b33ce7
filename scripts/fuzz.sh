#!/bin/sh
# Every reader under libFuzzer with AddressSanitizer and UBSan, by clang: FUZZ_RUNS inputs each (10,000,000), at most
# FUZZ_SECONDS each (0: no limit). FUZZ_TARGETS: their names; all where it is not set. What is found that leads
# further is kept in build-fuzz/corpus/NAME; a crash, in build-fuzz/crashes, is told and makes the exit code 1.
set -eu
cd "$(dirname "$0")/.."
runs=${FUZZ_RUNS:-10000000} seconds=${FUZZ_SECONDS:-0}
cmake --preset fuzz
cmake --build build-fuzz -j "$(nproc)" --target fuzz
export OMP_NUM_THREADS=1 UBSAN_OPTIONS=print_stacktrace=1
# Fresh pages and the place of every allocation would take most of the time; a crash replayed without this tells the place.
export ASAN_OPTIONS=quarantine_size_mb=1:malloc_context_size=1
targets=${FUZZ_TARGETS:-$(ls tests/fuzz/corpus)}
mkdir -p build-fuzz/crashes
failed=0
for name in $targets; do
  mkdir -p "build-fuzz/corpus/$name"
  log=build-fuzz/corpus/$name.log
  outcome="no crash"
  "build-fuzz/bin/fuzz_$name" -runs="$runs" -max_total_time="$seconds" -max_len=4096 -entropic=0 -timeout=30 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="build-fuzz/crashes/$name-" \
    "build-fuzz/corpus/$name" "tests/fuzz/corpus/$name" > "$log" 2>&1 || { outcome="CRASH, see $log" failed=1; }
  inputs=$(sed -nE 's/^stat::number_of_executed_units: *//p' "$log")
  took=$(sed -nE 's/^Done [0-9]+ runs in ([0-9]+) second.*/\1/p' "$log")
  printf '%-18s %10s inputs %6s s  %s\n' "$name" "${inputs:-?}" "${took:-?}" "$outcome"
done
exit $failed
