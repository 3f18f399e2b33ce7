#!/bin/sh
# The documentation says what holds: links and paths resolve, commands and options exist, the reference is made without
# a warning, and what the documents show is run (scripts/check_snippets.py).
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

# A path is from the checkout's root or from the document's folder; a bare file name may lie anywhere. build/ is output, shop/
# and vectors/ are what commands write.
check_paths() {
  spans "$1" | grep -v -E '^(build|shop|vectors)/' | grep -x -E -e '[A-Za-z0-9_.-]+(/[A-Za-z0-9_.*-]*)+' \
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
  for key in $(sed -nE 's/^ *v[.a-z]*\("([a-z0-9_]+)".*/\1/p' src/config/keys.hpp | sort -u); do
    spans docs/configuration.md | grep -q -w "$key" || fault "docs/configuration.md: the key $key is missing"
  done
}

rm -rf "$work"
mkdir -p "$work"
for doc in $docs; do
  check_links "$doc"
  check_paths "$doc"
  check_commands "$doc"
done
for config in examples/configs/*.toml; do check_commands "$config"; done
check_keys
[ "$failures" -eq 0 ] || fail "$failures places"

if command -v doxygen > /dev/null; then
  say "the reference of the public headers"
  quietly doxygen docs/Doxyfile
else
  say "doxygen is not installed: the reference is not made"
fi
say "running what the documents show"
quietly cmake --install "$build" --prefix "$work/prefix"
scripts/check_snippets.py --prefix "$work/prefix" --work "$work/snippets"
say "passed, $(echo "$docs" | wc -l) documents"
