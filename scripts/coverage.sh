#!/bin/sh
# Line and branch coverage of the library and the command by the CPU tests: build-coverage/coverage.{txt,html}. Fails
# below 90 % of the lines. Code for a GPU is not counted.
set -eu
cd "$(dirname "$0")/.."
cmake --preset coverage
cmake --build build-coverage -j "$(nproc)"
find build-coverage -name '*.gcda' -delete
ctest --test-dir build-coverage --output-on-failure -j "$(nproc)"
mkdir -p build-coverage/html
# Branches that only an exception from the C++ library takes say nothing of the code.
gcovr --root . --filter src/ --filter include/ --exclude-throw-branches --exclude-unreachable-branches \
  --gcov-ignore-parse-errors -j "$(nproc)" build-coverage \
  --txt build-coverage/coverage.txt --html-details build-coverage/html/index.html --print-summary --fail-under-line 90
