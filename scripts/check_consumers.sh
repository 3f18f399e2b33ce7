#!/bin/sh
# Builds and runs the programs of tests/consumers: against an installed m2grl, static and shared, by CMake and by
# pkg-config, as a subdirectory, and against the Debian package. The consumers enable C++ only; where the build has CUDA
# code, they link it. Usage: check_consumers.sh BUILD, a release build of this checkout.
set -eu
build=$(realpath "${1:-build}")
cd "$(dirname "$0")/.."
work=$PWD/build-consumers
jobs=$(nproc)
rm -rf "$work"
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

# by_pkg_config PREFIX NAME [--static]: the same program without CMake.
by_pkg_config() {
  export PKG_CONFIG_PATH="$1/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2> /dev/null || true)/pkgconfig:$1/lib/pkgconfig"
  flags=$(pkg-config ${3:-} --cflags --libs m2grl) || fail "pkg-config does not know m2grl"
  # shellcheck disable=SC2086  # the words of the flags
  quietly g++ -std=c++20 tests/consumers/program.cpp -o "$work/$2" $flags
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir m2grl) "$work/$2" || fail "the program's neighbours are not the planted ones"
}

# check_symbols LIBRARY: it shows m2grl::, what the public headers declare of it, and nothing else.
check_symbols() {
  nm -DC --defined-only "$1" | cut -c 20- > "$work/symbols"
  foreign=$(grep -v -E '^((vtable|typeinfo|typeinfo name) for )?m2grl::' "$work/symbols" || true)
  [ -z "$foreign" ] || fail "the shared library shows symbols of others: $(echo "$foreign" | head -3)"
  inner=$(grep -E 'm2grl::(cpu|cuda|ingest|files|layout|search|metric|graph|kernel)::' "$work/symbols" || true)
  [ -z "$inner" ] || fail "the shared library shows its insides: $(echo "$inner" | head -3)"
  grep -q '^m2grl::train(' "$work/symbols" || fail "the shared library does not show m2grl::train"
}

say "installed, static library (the prefix is moved after the installation)"
quietly cmake --install "$build" --prefix "$work/stage"
mv "$work/stage" "$work/prefix"
consume "$work/prefix" "$work/installed"
"$work/prefix/bin/m2grl" --version > /dev/null || fail "the installed command does not run"
by_pkg_config "$work/prefix" static_by_pkg_config --static

say "installed, shared library"
quietly cmake -S . -B "$work/shared" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DCMAKE_UNITY_BUILD=ON \
  -DM2GRL_BUILD_TESTS=OFF -DM2GRL_BUILD_BENCH=OFF -DM2GRL_BUILD_EXAMPLES=OFF
quietly cmake --build "$work/shared" -j "$jobs"
quietly cmake --install "$work/shared" --prefix "$work/stage"
mv "$work/stage" "$work/shared_prefix"
consume "$work/shared_prefix" "$work/shared_installed"
"$work/shared_prefix/bin/m2grl" --version > /dev/null || fail "the installed command does not find its library"
by_pkg_config "$work/shared_prefix" shared_by_pkg_config
library=$(find "$work/shared_prefix" -name 'libm2grl.so.*.*.*')
check_symbols "$library"
objdump -p "$library" | grep -q -E 'SONAME +libm2grl.so.[0-9]+.[0-9]+$' || fail "the shared library's soname has no version"

say "as a subdirectory"
CXXFLAGS="" quietly cmake -S tests/consumers/subdirectory -B "$work/subdirectory" -G Ninja \
  -DCMAKE_UNITY_BUILD=ON
quietly cmake --build "$work/subdirectory" -j "$jobs" --target consumer plain
"$work/subdirectory/consumer" || fail "the program's neighbours are not the planted ones"
ctest --test-dir "$work/subdirectory" -N | grep -q "Total Tests: 0" || fail "m2grl adds tests to its parent's"
# The command that compiles `plain` may hold the public headers and the language standard, nothing else.
flags=$(grep -e '-o CMakeFiles/plain.dir' "$work/subdirectory/compile_commands.json" | tr ' ' '\n' | grep '^-' |
  grep -v -x -e "-I$PWD/include" -e '-std=gnu++20' -e '-o' -e '-c' || true)
[ -z "$flags" ] || fail "m2grl hands flags of its own to its parent: $flags"

if command -v dpkg-deb > /dev/null; then
  say "the Debian package"
  (cd "$build" && quietly cpack -G DEB -B "$work/deb")
  package=$(find "$work/deb" -maxdepth 1 -name 'm2grl_*.deb')
  if [ "$(id -u)" -eq 0 ] && ! dpkg-query -W m2grl > /dev/null 2>&1; then
    quietly env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"
    installed=/usr
    trap 'dpkg --remove m2grl > /dev/null 2>&1' EXIT
  else  # not ours to install on: unpacked, its dependencies are the build's
    quietly dpkg-deb -x "$package" "$work/deb/root"
    installed=$work/deb/root/usr
  fi
  consume "$installed" "$work/deb_installed"
  "$installed/bin/m2grl" --version > /dev/null || fail "the package's command does not run"
fi
say "passed"
