#!/usr/bin/env python3
"""Alignment of amazon_sports' items with their categories and brands, by projection and rate.

  bench/quality/alignment.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE] [--seeds 2]

Each row trains the shipped configuration with one change; AUC, hits and MRR come from `eval --protocol alignment`, and
what the change does to the next item from the validation queries."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def links(key, value):
    return [f"links.{link}.{key}={value}" for link in (0, 1)]


VARIANTS = {
    "identity": links("projection", "identity"),
    "tanh": links("projection", "tanh"),
    "sigmoid": links("projection", "sigmoid"),
    "sigmoid, no b": links("projection", "sigmoid") + links("bias", "false"),
}


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{result.stderr}")


def evaluate(args, folder, *options):
    run([args.m2grl, "eval", folder / "model", "--json", folder / "eval.json", *options])
    return json.loads((folder / "eval.json").read_text())


def measure(args, folder, settings, seed):
    command = [args.m2grl, "train", ROOT / "examples/configs/amazon_sports.toml", "--data", args.data / "amazon_sports",
               "--out", folder / "model", "--overwrite", "--json", folder / "train.json"]
    for setting in [*settings, f"train.seed={seed}"]:
        command += ["--set", setting]
    run(command)
    row = {"seconds": json.loads((folder / "train.json").read_text())["seconds"]}
    for relation in evaluate(args, folder, "--protocol", "alignment", "--k", "1,10")["relations"]:
        for key in ("auc", "hits@1", "hits@10", "mrr"):
            row[f"{relation['to']} {key}"] = relation[key]
        row[f"{relation['to']} auc_interval"] = relation["auc_interval"]
        row[f"{relation['to']} popularity auc"] = relation["popularity"]["auc"]
    for split in ("validation", "test") if args.test else ("validation",):
        found = evaluate(args, folder, "--split", split, "--k", "10")
        row[f"{split} hr@10"], row[f"{split} ndcg@10"] = found["hr@10"], found["ndcg@10"]
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--m2grl", type=pathlib.Path, default=ROOT / "build/bin/m2grl")
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("M2GRL_DATA", ROOT.parent / "shared/data")))
    parser.add_argument("--rates", type=float, nargs="+", default=[0.1, 0.3])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=list(VARIANTS), help="projections")
    parser.add_argument("--test", action="store_true", help="score the test items, too")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as work:
        for rate in args.rates:
            for name in args.only:
                settings = VARIANTS[name] + [f"train.align_rate={rate}"]
                runs = [measure(args, pathlib.Path(work), settings, seed) for seed in range(1, args.seeds + 1)]
                median = {key: statistics.median(r[key] for r in runs) for key in runs[0] if "interval" not in key}
                results.append({"projection": name, "align_rate": rate, "median": median, "runs": runs})
                print(f"{name:14s} rate {rate}: category AUC {median['category auc']:.4f} hits@1 "
                      f"{median['category hits@1']:.4f} hits@10 {median['category hits@10']:.4f}, brand AUC "
                      f"{median['brand auc']:.4f}, next item {median['validation hr@10']:.4f} / "
                      f"{median['validation ndcg@10']:.4f}, {median['seconds']:.1f} s", flush=True)
                if args.test:
                    print(f"  test {median['test hr@10']:.4f} / {median['test ndcg@10']:.4f}", flush=True)
                if args.json:
                    args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
