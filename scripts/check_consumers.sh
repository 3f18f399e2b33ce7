#!/bin/sh
# Builds and runs the programs of tests/consumers: against an installed m2grl, static and shared, and with m2grl as a
# subdirectory. Usage: check_consumers.sh BUILD, a release build of this checkout.
set -eu
build=$(realpath "${1:-build}")
cd "$(dirname "$0")/.."
work=$PWD/build-consumers
jobs=$(nproc)
rm -rf "$work/stage" "$work/prefix" "$work/shared_prefix" "$work/installed" "$work/shared_installed"
mkdir -p "$work"

say() { echo "check-consumers: $*"; }
quietly() { "$@" > "$work/log" 2>&1 || { cat "$work/log"; say "failed: $*"; exit 1; }; }
fail() { say "$*"; exit 1; }

# consume PREFIX FOLDER: builds and runs the installed consumer, which must take nothing from the checkout.
consume() {
  quietly cmake -S tests/consumers/installed -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$1" \
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
  quietly cmake --build "$2"
  "$2/consumer" || fail "the program's neighbours are not the planted ones"
  if grep -q -e "$PWD/include" -e "$PWD/src" "$2/compile_commands.json"; then
    fail "the package points into the checkout"
  fi
}

say "installed, static library (the prefix is moved after the installation)"
quietly cmake --install "$build" --prefix "$work/stage"
mv "$work/stage" "$work/prefix"
consume "$work/prefix" "$work/installed"
"$work/prefix/bin/m2grl" --version > /dev/null || fail "the installed command does not run"

say "installed, shared library"
quietly cmake -S . -B "$work/shared" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
  -DM2GRL_BUILD_TESTS=OFF -DM2GRL_BUILD_BENCH=OFF -DM2GRL_BUILD_EXAMPLES=OFF
quietly cmake --build "$work/shared" -j "$jobs"
quietly cmake --install "$work/shared" --prefix "$work/stage"
mv "$work/stage" "$work/shared_prefix"
consume "$work/shared_prefix" "$work/shared_installed"
"$work/shared_prefix/bin/m2grl" --version > /dev/null || fail "the installed command does not find its library"

say "as a subdirectory"
CXXFLAGS="" quietly cmake -S tests/consumers/subdirectory -B "$work/subdirectory" -G Ninja
quietly cmake --build "$work/subdirectory" -j "$jobs" --target consumer plain
"$work/subdirectory/consumer" || fail "the program's neighbours are not the planted ones"
ctest --test-dir "$work/subdirectory" -N | grep -q "Total Tests: 0" || fail "m2grl adds tests to its parent's"
# The command that compiles `plain` may hold the public headers and the language standard, nothing else.
flags=$(grep -e '-o CMakeFiles/plain.dir' "$work/subdirectory/compile_commands.json" | tr ' ' '\n' | grep '^-' |
  grep -v -x -e "-I$PWD/include" -e '-std=gnu++20' -e '-o' -e '-c' || true)
[ -z "$flags" ] || fail "m2grl hands flags of its own to its parent: $flags"
say "passed"
