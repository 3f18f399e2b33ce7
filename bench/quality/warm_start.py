#!/usr/bin/env python3
"""Warm start on globo: ten days trained, the following ones added, against training all of them at once.

  bench/quality/warm_start.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE] [--seeds 3]

Every training has the shipped configuration and ends before the reported split's boundary (the 90 % quantile of session
starts); all models are asked for the same test queries. `all at once` trains on everything before the boundary, `first
ten days` on the sessions that begin in them, `warm` goes on from that model with the sessions after them, and `later
days alone` trains on these from nothing. Seconds are of training alone, and of the whole command."""

import io
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from support import ROOT, parser_of, run

QUANTILE = 0.9
DAYS = 10
DAY = 86_400_000  # of the log's milliseconds


class log:
    """The click log: its lines and their sessions' starts, read once."""

    def __init__(self, source):
        lines = io.TextIOWrapper(subprocess.Popen(["zstd", "-dc", source], stdout=subprocess.PIPE).stdout)
        self.header = next(lines)
        names = self.header.strip().split(",")
        user, session, time = (names.index(n) for n in ("user_id", "session_id", "timestamp_ms"))
        self.lines, self.starts = [], {}
        for line in lines:
            cells = line.rstrip("\n").split(",")
            key, when = (cells[user], cells[session]), int(cells[time])
            self.lines.append((key, line))
            self.starts[key] = min(when, self.starts.get(key, when))
        ordered = sorted(self.starts.values())
        self.boundary = ordered[min(int(QUANTILE * len(ordered)), len(ordered) - 1)]
        self.cut = ordered[0] // DAY * DAY + DAYS * DAY

    def write(self, target, articles, wanted):
        """A folder of data with the sessions whose start is wanted; returns how many clicks those are."""
        target.mkdir()
        shutil.copy(articles, target / "articles.csv")
        lines = [line for key, line in self.lines if wanted(self.starts[key])]
        (target / "events.csv").write_text(self.header + "".join(lines))
        return len(lines)


class bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, pathlib.Path(folder)
        self.log = log(args.data / "globo/events.csv.zst")
        articles = args.data / "globo/articles.csv"
        cut = self.log.cut
        self.clicks = {"all": self.log.write(self.folder / "all", articles, lambda start: True),
                       "first": self.log.write(self.folder / "first", articles, lambda start: start < cut),
                       "later": self.log.write(self.folder / "later", articles, lambda start: start >= cut)}

    def train(self, name, data, seed, warm=None, splits=True):
        model, report = self.folder / name, self.folder / "train.json"
        split = [f"split.boundary={self.log.boundary}"] if splits else ["split.kind=none"]
        settings = ["data.events=events.csv", f"train.seed={seed}", *split]
        run([self.args.m2grl, "train", ROOT / "examples/configs/globo.toml", "--data", self.folder / data, "--out",
             model, "--overwrite", "--json", report, *(["--warm-start", self.folder / warm] if warm else []),
             *[word for setting in settings for word in ("--set", setting)]])
        trained = json.loads(report.read_text())
        row = {"training": name, "seed": seed, "seconds": trained["seconds"], "seconds_total": trained["seconds_total"],
               "pairs": sum(task["pairs"] for task in trained["tasks"]), "warm_start": trained.get("warm_start")}
        if splits:
            row.update(self.evaluate(model))
        print(json.dumps(row), flush=True)
        return row

    def evaluate(self, model):
        path = self.folder / "eval.json"
        run([self.args.m2grl, "eval", model, "--json", path])
        report = json.loads(path.read_text())
        return {key: report[key] for key in ("queries", "hr@10", "ndcg@10", "hr@20")}

    def rows(self, seed):
        return [self.train("all at once", "all", seed), self.train("first ten days", "first", seed, splits=False),
                self.train("warm", "later", seed, warm="first ten days"), self.train("later days alone", "later", seed)]


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        globo = bench(args, folder)
        rows = [row for seed in range(1, args.seeds + 1) for row in globo.rows(seed)]
        report = {"clicks": globo.clicks, "boundary": globo.log.boundary, "cut": globo.log.cut, "rows": rows}
        for name in ("all at once", "warm", "later days alone"):
            mine = [row for row in rows if row["training"] == name]
            print(f"{name:18s} HR@20 {statistics.median(row['hr@20'] for row in mine):.4f}, "
                  f"{statistics.median(row['seconds'] for row in mine):.1f} s of training", flush=True)
        if args.json:
            args.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
