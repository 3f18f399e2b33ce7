#!/bin/sh
# Every source as .clang-format says; prints what clang-format would change.
set -eu
cd "$(dirname "$0")/.."
files=$(find src include cuda tests bench examples -name '*.?pp' -o -name '*.cu' -o -name '*.cuh')
if ! clang-format --dry-run -Werror $files; then
  echo "check-format: failed; make format rewrites the places above"
  exit 1
fi
echo "check-format: passed, $(echo "$files" | wc -l) files"
