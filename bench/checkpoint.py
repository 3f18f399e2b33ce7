#!/usr/bin/env python3
"""What checkpoints cost a training: the same run with and without them, in turn.

  bench/checkpoint.py [--m2grl build/bin/m2grl] [--json FILE] [--items 200000] [--seconds 10] [--repeats 5]

Draws a marketplace of so many items and trains it, a checkpoint every --seconds (every 600 as shipped), else none. The
run is deterministic, and both models must be the same to the last bit: else nothing is reported. Seconds are of
training alone, checkpoints' copies included; the ratio is that of each pair of runs, in alternating order."""

import argparse
import filecmp
import json
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "quality"))
from support import ROOT, run  # noqa: E402


class bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, pathlib.Path(folder)
        run([args.m2grl, "synth", "--out", self.folder / "data", "--items", args.items, "--users", args.items // 2])

    def train(self, name, seconds):
        report = self.folder / "train.json"
        settings = ["train.dim=128", f"train.epochs={self.args.epochs}", "train.deterministic=true",
                    f"train.checkpoint_seconds={seconds}"]
        run([self.args.m2grl, "train", next((self.folder / "data").glob("*.toml")), "--data", self.folder / "data", "--out",
             self.folder / name, "--overwrite", "--json", report, *[w for s in settings for w in ("--set", s)]])
        return json.loads(report.read_text())["seconds"]

    def same_models(self):
        tables = sorted(path.name for path in (self.folder / "with").glob("view.*put.npy"))
        return tables and not filecmp.cmpfiles(self.folder / "with", self.folder / "without", tables, shallow=False)[1]

    def pair(self, number):
        order = [("with", self.args.seconds), ("without", 0)]
        seconds = {name: self.train(name, every) for name, every in (order if number % 2 else reversed(order))}
        if not self.same_models():
            raise SystemExit("checkpoints changed what was learned")
        row = {**seconds, "ratio": seconds["with"] / seconds["without"]}
        print(json.dumps(row), flush=True)
        return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--m2grl", type=pathlib.Path, default=ROOT / "build/bin/m2grl")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=200000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = bench(args, folder)
        rows = [measured.pair(number) for number in range(args.repeats)]
        tables = sum(path.stat().st_size for path in (pathlib.Path(folder) / "with").glob("view.*put.npy"))
        ratio = statistics.median(row["ratio"] for row in rows)
        report = {"items": args.items, "checkpoint_seconds": args.seconds, "table_bytes": tables, "rows": rows,
                  "ratio": ratio}
        print(f"with a checkpoint of {tables / 1e6:.0f} MB every {args.seconds} s: {100 * (ratio - 1):+.1f} % time")
        if args.json:
            args.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
