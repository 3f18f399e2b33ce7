#!/usr/bin/env python3
"""Branches of the readers that no test took, by what llvm-cov exports (JSON on standard input): a branch of a template counts
where any of its instances took it.

  llvm-cov export … | scripts/reader_branches.py

Those that no file can reach stand, with the reason, in reader_branches.txt: FILE: CONDITION (true or false): WHY. Exit code
1: another was not taken, or one that stands there was."""

import collections
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
KNOWN = pathlib.Path(__file__).with_suffix(".txt")
READERS = ("src/ingest/", "src/config/", "src/model/bounded_json", "src/model/check_model", "src/model/files", "src/model/id_lines",
           "src/model/layout", "src/model/load_model", "src/model/npy", "src/model/read_model", "src/train/checkpoint.",
           "src/train/run_progress", "src/search/check_graph", "src/search/index_file", "src/recommend/histories",
           "src/recommend/selection", "src/evaluate/read_labels", "src/evaluate/labelled_edges")


def counted(exported):
    """[taken, not taken] by (file, text of the condition, its place)."""
    counts = collections.defaultdict(lambda: [0, 0])
    for file in exported["data"][0]["files"]:
        path = pathlib.Path(file["filename"])
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""
        if not name.startswith(READERS):
            continue
        lines = path.read_text().splitlines()
        for first, begin, last, end, taken, passed, *_ in file["branches"]:
            text = lines[first - 1][begin - 1:end - 1 if last == first else None].strip()
            if "requires {" in text:  # decided when it is compiled
                continue
            count = counts[name, text, first, begin]
            count[0], count[1] = count[0] + taken, count[1] + passed
    return counts


def main():
    missed = {}
    counts = counted(json.load(sys.stdin))
    for (name, text, line, _), count in sorted(counts.items()):
        for outcome, times in zip(("true", "false"), count):
            if times == 0:
                missed[f"{name}: {text} ({outcome})"] = line
    known = [line.rsplit("): ", 1)[0] + ")" for line in KNOWN.read_text().splitlines() if line and line[0] != "#"]
    new = [f"{key}, line {line}" for key, line in missed.items() if key not in known]
    gone = [key for key in known if key not in missed]
    print(f"readers: {2 * len(counts)} branches, {len(missed)} not taken, {len(missed) - len(new)} of them known to be out of "
          "every file's reach")
    for text in new:
        print(f"not taken by any test: {text}")
    for text in gone:
        print(f"taken, and yet in {KNOWN.name}: {text}")
    sys.exit(1 if new or gone else 0)


if __name__ == "__main__":
    main()
