#!/usr/bin/env python3
"""Cold start on globo: articles that training never saw, ranked among themselves by category and day of creation.

  bench/quality/cold_start.py choose [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE]
  bench/quality/cold_start.py report [--seeds 3] [...]

`choose` cuts the log at the reported split's boundary (the 90 % quantile of session starts), trains on the first 8/9 of
the sessions left and tries settings on the rest: nothing of the reported split is looked at. `report` trains the
shipped and the chosen configuration on the whole log, with its boundary, and evaluates the test split."""

import argparse
import collections
import csv
import io
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUANTILE = 0.9

TRAINING = {
    "as shipped": [],
    "alpha 1, 3 epochs": ["train.alpha=1", "train.epochs=3"],
    "both sides": ["train.side=both"],
    "alpha 1, 3 epochs, both sides": ["train.alpha=1", "train.epochs=3", "train.side=both"],
}
# Composed views, and gamma: the share of in·in beside in·out in the score.
SCORING = [(compose, gamma) for compose in ("category", "category,created_day:0.5", "category,created_day")
           for gamma in (0, 0.3, 1)]
SHIPPED = ("as shipped", ("category", 0))
CHOSEN = ("alpha 1, 3 epochs, both sides", ("category,created_day", 1))


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{result.stderr}")


class log:
    """The click log, read once: lines, and of each event its time, session and article."""

    def __init__(self, source):
        lines = io.TextIOWrapper(subprocess.Popen(["zstd", "-dc", source], stdout=subprocess.PIPE).stdout)
        self.header = next(lines)
        names = self.header.strip().split(",")
        user, session, item, time = (names.index(n) for n in ("user_id", "session_id", "article_id", "timestamp_ms"))
        self.lines, self.sessions, self.starts = [], {}, {}
        for line in lines:
            cells = line.rstrip("\n").split(",")
            when, key = int(cells[time]), (cells[user], cells[session])
            self.lines.append((when, line))
            self.sessions.setdefault(key, []).append((when, cells[item]))
            self.starts[key] = min(when, self.starts.get(key, when))
        ordered = sorted(self.starts.values())
        # The session starts' quantile as m2grl takes it.
        self.boundary = ordered[min(int(QUANTILE * len(ordered)), len(ordered) - 1)]

    def write_before_boundary(self, target):
        with target.open("w") as out:
            out.write(self.header)
            out.writelines(line for when, line in self.lines if when < self.boundary)


def transition_counts(events, articles):
    """HR@20 of counting: cold articles by how often training went from the last article's category to theirs; in
    expectation over orders of equal counts. Over all queries, and over those whose last article training saw."""
    rows = csv.DictReader(articles.open())
    category = {row["article_id"]: row["category_id"] for row in rows if row["category_id"]}
    seen, counts, queries, held_out = set(), collections.Counter(), [], set()
    for key, clicks in events.sessions.items():
        clicks.sort(key=lambda click: click[0])
        trains = [item for when, item in clicks if when < events.boundary]
        seen.update(trains)
        held_out.update(item for when, item in clicks if when >= events.boundary)
        counts.update((category.get(a), category.get(b)) for a, b in zip(trains, trains[1:]) if a != b)
        if events.starts[key] >= events.boundary and len(clicks) > 1:
            queries.append((clicks[-2][1], clicks[-1][1]))
    cold = held_out - seen
    sizes = collections.Counter(category.get(item) for item in cold)
    hits, known = [], []
    for last, target in queries:
        if target not in cold:
            continue
        def score(to):
            return counts[category.get(last), to] if to is not None else 0
        goal = score(category.get(target))
        above = sum(size for to, size in sizes.items() if score(to) > goal)
        equal = sum(size for to, size in sizes.items() if score(to) == goal)
        hits.append(min(max(20 - above, 0) / equal, 1))
        if last in seen:
            known.append(hits[-1])
    print(f"transition counts: HR@20 {statistics.fmean(hits):.4f} of {len(hits)}, history known: HR@20 "
          f"{statistics.fmean(known):.4f} of {len(known)}; {len(cold)} cold articles", flush=True)
    return {"training": "transition counts", "hr@20": statistics.fmean(hits), "queries": len(hits),
            "known_hr@20": statistics.fmean(known), "known_queries": len(known), "cold_items": len(cold)}


def train(args, data, model, settings):
    command = [args.m2grl, "train", ROOT / "examples/configs/globo.toml", "--data", data, "--out", model, "--overwrite"]
    for setting in settings:
        command += ["--set", setting]
    run(command)


def evaluate(args, model, scoring, folder):
    compose, gamma = scoring
    run([args.m2grl, "eval", model, "--protocol", "cold-start", "--compose", compose, "--input-similarity", gamma,
         "--json", folder / "eval.json"])
    return json.loads((folder / "eval.json").read_text())


def line_of(found):
    known = found["known_history"]
    low, high = known["hr_interval@20"]
    return (f"HR@20 {found['hr@20']:.4f} of {found['queries']}, history known: HR@10 {known['hr@10']:.4f} HR@20 "
            f"{known['hr@20']:.4f} ({low:.4f}–{high:.4f}) NDCG@20 {known['ndcg@20']:.4f} MRR {known['mrr']:.4f} of "
            f"{known['queries']}, random HR@20 {found['random']['hr@20']:.4f}")


def choose(args, folder):
    data = folder / "data"
    data.mkdir()
    (data / "articles.csv").symlink_to((args.data / "globo/articles.csv").resolve())
    log(args.data / "globo/events.csv.zst").write_before_boundary(data / "events.csv")
    results = []
    for name in args.only or TRAINING:
        train(args, data, folder / "model", ["data.events=events.csv", f"split.quantile={8 / 9}", *TRAINING[name]])
        for scoring in SCORING:
            found = evaluate(args, folder / "model", scoring, folder)
            results.append({"training": name, "compose": scoring[0], "gamma": scoring[1], **found})
            print(f"{name:30s} {scoring[0]:26s} gamma {scoring[1]:<3} {line_of(found)}", flush=True)
    return results


def report(args, folder):
    results = [transition_counts(log(args.data / "globo/events.csv.zst"), args.data / "globo/articles.csv")]
    for name, scoring in dict.fromkeys([SHIPPED, CHOSEN]):
        runs = []
        for seed in range(1, args.seeds + 1):
            train(args, args.data / "globo", folder / "model", [*TRAINING[name], f"train.seed={seed}"])
            runs.append(evaluate(args, folder / "model", scoring, folder))
            print(f"{name:30s} {scoring[0]:26s} gamma {scoring[1]:<3} seed {seed} {line_of(runs[-1])}", flush=True)
        keys = ("hr@10", "hr@20", "ndcg@20", "mrr")
        median = {of: {key: statistics.median(r[key] if of == "all" else r[of][key] for r in runs) for key in keys}
                  for of in ("all", "known_history")}
        results.append({"training": name, "compose": scoring[0], "gamma": scoring[1], "median": median, "runs": runs})
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["choose", "report"])
    parser.add_argument("--m2grl", type=pathlib.Path, default=ROOT / "build/bin/m2grl")
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("M2GRL_DATA", ROOT.parent / "shared/data")))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="+", help="choose: these trainings")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = (choose if args.what == "choose" else report)(args, pathlib.Path(folder))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
