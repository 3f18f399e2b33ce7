#!/bin/sh
# Installs the Debian packages that are missing for a tier: build (the default), test (build, and what its sanitizers
# need), or check (test, and its tools).
set -eu
packages="g++ cmake ninja-build pkg-config libfmt-dev catch2 libhwy-dev libeigen3-dev libopenblas-dev
libthrust-dev libcli11-dev libtomlplusplus-dev nlohmann-json3-dev zlib1g-dev libzstd-dev libxxhash-dev
libbenchmark-dev libdlpack-dev libhnswlib-dev liblinear-dev"
# libclang-rt-dev: the sanitizers of clang, and its fuzzer; llvm: llvm-symbolizer, without which suppressions match no
# function
sanitizers="clang libclang-rt-dev libomp-dev llvm"
case "${1:-build}" in
  build) ;;
  test) packages="$packages $sanitizers" ;;
  check) packages="$packages $sanitizers clang-format clang-tidy doxygen dpkg-dev file" ;;
  *) echo "usage: install_dependencies.sh [build|test|check]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
  # Not Debian: go on where the build already works, else say what it needs.
  if command -v cmake >/dev/null 2>&1 && [ -n "${M2GRL_DEPENDENCIES_PRESENT:-}" ]; then exit 0; fi
  echo "m2grl needs these packages (Debian's names); install them, then set M2GRL_DEPENDENCIES_PRESENT=1:" >&2
  echo $packages >&2
  exit 1
fi

missing=""
for package in $packages; do
  state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

echo "installing:$missing"
root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "m2grl: not root and no sudo: please install:$missing" >&2
    exit 1
  fi
  root="sudo"
fi
$root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing
