#!/bin/sh
# The documentation says what holds: links and paths resolve, commands and options exist, and what README.md shows a
# new user works as it stands: its shell blocks are run, its configuration is read, its C++ is compiled and run.
# Usage: check_docs.sh BUILD, a release build of this checkout.
set -eu
build=$(realpath "${1:-build}")
cd "$(dirname "$0")/.."
root=$PWD
work=$root/build-docs
docs=$(find . -name '*.md' -not -path './build*' -not -path './shared/*' -not -path './.*' | sort)
m2grl=$build/bin/m2grl
failures=0

say() { echo "check-docs: $*"; }
fault() { say "$*"; failures=$((failures + 1)); }
fail() { say "failed: $*"; exit 1; }
quietly() { "$@" > "$work/log" 2>&1 || { cat "$work/log"; fail "$*"; }; }

# blocks KIND FILE FOLDER: the code blocks of a kind (a fence's word, or "indented"), each into a file FOLDER/KIND.N.
blocks() {
  awk -v kind="$1" -v out="$3" '
    /^```/ { fence = fence == "" ? substr($0, 4) "." : ""; inside = fence == kind "." ; if (inside) n++; next }
    fence == "" && kind == "indented" {
      if (/^    /) { if (!inside) n++; inside = 1; print substr($0, 5) > (out "/" kind "." n); next }
      inside = 0
    }
    fence != "" && inside { print > (out "/" kind "." n) }' "$2"
}

# spans FILE: what stands between backticks, outside fenced blocks, one a line.
spans() { awk '/^```/ { fence = !fence; next } !fence' "$1" | grep -o '`[^`]*`' | tr -d '`' || true; }

check_links() {
  for target in $(grep -o '](\([^)]*\))' "$1" | sed 's/^](//; s/[#)].*$//' | grep -v -e '^[a-z]*:' -e '^$' || true); do
    [ -e "$(dirname "$1")/$target" ] || fault "$1 links to $target, which does not exist"
  done
}

# there PATTERN: whether a file or folder matches.
there() {
  for candidate in $1; do
    if [ -e "$candidate" ]; then return 0; fi
  done
  return 1
}

# A path is from the checkout's root or from the document's folder; a bare file name may lie anywhere. build/ is output.
check_paths() {
  spans "$1" | grep -v '^build/' | grep -x -E -e '[A-Za-z0-9_.-]+(/[A-Za-z0-9_.*-]*)+' \
    -e '[A-Za-z0-9_.-]+\.(hpp|cpp|cmake|toml|json|py|sh|md)' > "$work/paths" || true
  while read -r path; do
    if there "$path" || there "$(dirname "$1")/$path"; then continue; fi
    case $path in
      */*) ;;
      *) [ -z "$(find . -name "$path" -not -path './build*')" ] || continue ;;
    esac
    fault "$1 names $path, which does not exist"
  done < "$work/paths"
}

# check_command FILE COMMAND …: the command and every option of one `m2grl …` line.
check_command() {
  file=$1 command=$2
  shift 2
  case $command in
    COMMAND) return ;;
    -*) set -- "$command" "$@" && help=$("$m2grl" --help) ;;
    *)
      if ! "$m2grl" --help | grep -q "^  $command "; then fault "$file: m2grl has no command $command" && return; fi
      help=$("$m2grl" "$command" --help)
      ;;
  esac
  for word in "$@"; do
    case $word in
      - | [!-]*) ;;
      *)
        echo "$help" | grep -q -E -e "(^|[ ,])${word%%=*}([ ,:]|\$)" ||
          fault "$file: m2grl $command has no option $word"
        ;;
    esac
  done
}

check_commands() {
  { spans "$1"; grep -E '^(    |#   )' "$1" || true; } | sed 's/&&/\n/g; s/[|;>]/\n/g' |
    grep -o -E '^[# ]*m2grl [^[:space:]].*' | sed 's/^[# ]*m2grl //' > "$work/commands" || true
  while read -r line; do
    set -f
    # shellcheck disable=SC2086  # the words of the line
    check_command "$1" $line
    set +f
  done < "$work/commands"
  for target in $({ spans "$1"; grep '^    ' "$1" || true; } | sed -nE 's/^ *make ([a-z-]+).*/\1/p'); do
    make --no-print-directory help | grep -q "^$target " || fault "$1: make has no target $target"
  done
}

# A word alone, or "word = value", in docs/options.md is a key of the configuration.
check_keys() {
  for key in $(spans docs/options.md | sed -nE 's/^([a-z_]+)( = .*)?$/\1/p' | grep -v '^amazon_'); do
    grep -q -w "$key" include/m2grl/config.hpp || fault "docs/options.md: include/m2grl/config.hpp has no key $key"
  done
}

# Every block that runs m2grl, as a new user would copy it, in an empty folder; the files that it promises are there.
run_shell_blocks() {
  ran=0
  for block in "$work"/blocks/indented.*; do
    grep -q '^m2grl ' "$block" || continue
    say "running the commands of README.md: $(grep -c . "$block") lines"
    (cd "$work/walk" && PATH="$work/prefix/bin:$PATH" quietly sh -eu "$block")
    if grep 'unknown to the model' "$work/log"; then fail "README.md recommends from ids that do not exist"; fi
    for out in $(sed -nE 's/.* --out ([^ ]+).*/\1/p' "$block"); do
      [ -n "$(find "$work/walk/$out" -type f -size +0)" ] || fail "README.md: $out holds nothing"
    done
    ran=$((ran + 1))
  done
  [ "$ran" -gt 0 ] || fail "README.md has no block of m2grl commands"
}

read_configurations() {
  for block in "$work"/blocks/toml.*; do
    say "reading the configuration of README.md"
    quietly "$m2grl" train "$block" --data "$work/walk/shop" --out "$work/never_written" --dry-run
  done
}

run_programs() {
  for block in "$work"/blocks/cpp.*; do
    say "compiling and running the C++ of README.md"
    { grep '^#include' "$block"; echo 'int main() {'; grep -v '^#include' "$block"
      echo 'return hit_rate > 0.1 ? 0 : 1; }'; } > "$work/readme.cpp"  # popularity reaches 0.02
    quietly cmake -S tests/consumers/installed -B "$work/program" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_PREFIX_PATH="$work/prefix" -DM2GRL_CONSUMER_SOURCE="$work/readme.cpp"
    quietly cmake --build "$work/program"
    (cd "$work/walk_cpp" && quietly "$work/program/consumer")
  done
}

rm -rf "$work/blocks" "$work/walk" "$work/walk_cpp" "$work/prefix"
mkdir -p "$work/blocks" "$work/walk" "$work/walk_cpp"
for doc in $docs; do
  check_links "$doc"
  check_paths "$doc"
  check_commands "$doc"
done
for config in examples/configs/*.toml; do check_commands "$config"; done
check_keys
[ "$failures" -eq 0 ] || fail "$failures places"

for kind in indented toml cpp; do blocks $kind README.md "$work/blocks"; done
quietly cmake --install "$build" --prefix "$work/prefix"
run_shell_blocks
read_configurations
cp -r "$work/walk/shop" "$work/walk_cpp/shop"
run_programs
say "passed, $(echo "$docs" | wc -l) documents"
