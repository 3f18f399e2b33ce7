#!/usr/bin/env python3
"""clang-tidy over the library and the command, public headers included; any finding fails.

A source that passed is not looked at again while it, all that it includes, its compile command, .clang-tidy and
clang-tidy itself stay the same. Usage: check_tidy.py [FILE …], by default every source of src/.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-tidy"
PASSED = BUILD / "passed"


def output_of(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


def state_of(source, entry, tool):
    """A digest of everything that clang-tidy's verdict on `source` depends on."""
    command = [word for word in shlex.split(entry["command"]) if word != "-c"]
    at_output = command.index("-o")
    del command[at_output : at_output + 2]
    rule = output_of(*command, "-M", cwd=entry["directory"], text=True)
    digest = hashlib.sha256(tool + entry["command"].encode())
    for name in re.sub(r"\\\n", " ", rule).split()[1:]:
        path = pathlib.Path(entry["directory"], name)
        digest.update(f"{path}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def check(source, entry, tool):
    """What clang-tidy finds in one source; empty where it passes."""
    state = state_of(source, entry, tool)
    record = PASSED / str(source.relative_to(ROOT)).replace("/", "+")
    if record.exists() and record.read_text() == state:
        return ""
    done = subprocess.run(["clang-tidy", "-p", BUILD, "--quiet", source], capture_output=True, text=True)
    if done.returncode == 0:
        record.write_text(state)
        return ""
    # It counts the warnings that it does not show on standard error; findings go to standard output.
    notes = [n for n in done.stderr.splitlines() if not re.search("warnings (generated|treated as errors)", n)]
    return "\n".join([done.stdout.rstrip(), *notes]).strip() or f"{source}: clang-tidy ended with {done.returncode}"


def main():
    output_of("cmake", "--preset", "tidy", cwd=ROOT)
    PASSED.mkdir(exist_ok=True)
    entries = {pathlib.Path(e["file"]): e for e in json.loads((BUILD / "compile_commands.json").read_text())}
    named = [pathlib.Path(name).resolve() for name in sys.argv[1:]]
    sources = named or sorted((ROOT / "src").rglob("*.cpp"))
    # A source that this configuration does not build (the index without its library) has no command: clang-tidy would
    # guess one.
    built = [s for s in sources if s in entries]
    tool = output_of("clang-tidy", "--version") + (ROOT / ".clang-tidy").read_bytes()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for findings in pool.map(lambda s: check(s, entries[s], tool), built):
            if findings:
                failed += 1
                print(findings, flush=True)
    for source in set(sources) - set(built):
        print(f"check-tidy: {source.relative_to(ROOT)} is not built here, left out")
    if failed > 0:
        sys.exit(f"check-tidy: failed in {failed} of {len(built)} files; the findings above name their checks")
    print(f"check-tidy: passed, {len(built)} files")


if __name__ == "__main__":
    main()
