#!/usr/bin/env python3
"""Node classification by `m2grl eval` and by scikit-learn: the same vectors, the same splits, F1 side by side.

  bench/quality/classifiers.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE] [--splits 3]

Trains ppi and blogcatalog as shipped, exports the vectors, draws the splits that m2grl draws (its counter-based random
numbers, written again here) and fits scikit-learn's LogisticRegression on them, one label after another.
Needs scikit-learn."""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

ROOT = pathlib.Path(__file__).resolve().parents[2]
LABEL_SPLITS = 14  # kernel::purpose


def philox4x32(counter, key):
    """Ten rounds on four arrays of 32-bit words: Salmon et al., SC 2011."""
    low = np.uint64(0xFFFFFFFF)
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    c = [np.asarray(word, np.uint64) for word in counter]
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(b >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), b & low, (a >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), a & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def order_of(nodes, seed, split):
    zeros = np.zeros(nodes, np.uint64)
    words = philox4x32([np.arange(nodes), zeros + np.uint64(split), zeros, zeros + np.uint64(LABEL_SPLITS << 24)], seed)
    return np.argsort((words[0] << np.uint64(32)) | words[1], kind="stable")


def by_scikit_learn(x, y, share, splits, seed):
    micro, macro = [], []
    for split in range(splits):
        train, test = np.split(order_of(len(x), seed, split), [int(share * len(x))])
        scores = np.full((len(test), y.shape[1]), -np.inf)
        for label in range(y.shape[1]):
            if y[train, label].any():
                fitted = LogisticRegression(max_iter=1000).fit(x[train], y[train, label])
                scores[:, label] = fitted.decision_function(x[test])
        found = np.zeros_like(y[test])
        for row, (s, count) in enumerate(zip(scores, y[test].sum(axis=1))):
            found[row, np.argsort(-s, kind="stable")[:count]] = 1
        micro.append(f1_score(y[test], found, average="micro", zero_division=0))
        macro.append(f1_score(y[test], found, average="macro", zero_division=0))
    return float(np.mean(micro)), float(np.mean(macro))


def run(command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def compare(args, graph, folder):
    data, model = args.data / "graphs" / graph, folder / graph
    run([args.m2grl, "train", ROOT / "examples/configs" / f"{graph}.toml", "--data", data, "--out", model])
    run([args.m2grl, "export", model, "--format", "npy", "--out", folder / "vectors"])
    start = time.perf_counter()
    run([args.m2grl, "eval", model, "--protocol", "node-classification", "--labels", data / "labels.txt",
         "--splits", args.splits, "--seed", args.seed, "--json", folder / "eval.json"])
    seconds = [time.perf_counter() - start]
    ours = json.loads((folder / "eval.json").read_text())
    number = {id: i for i, id in enumerate((folder / "vectors/node.ids").read_text().split())}
    vectors = np.load(folder / "vectors/node.input.npy")
    labels, pairs = {}, set()
    for line in (data / "labels.txt").open():
        node, label = line.split()
        pairs.add((number[node], labels.setdefault(label, len(labels))))
    nodes = sorted({node for node, _ in pairs})  # by the model's number, as m2grl counts them
    place = {node: i for i, node in enumerate(nodes)}
    y = np.zeros((len(nodes), len(labels)), int)
    for node, label in pairs:
        y[place[node], label] = 1
    start = time.perf_counter()
    theirs = [by_scikit_learn(vectors[nodes], y, at["train_share"], args.splits, args.seed) for at in ours["shares"]]
    seconds.append(time.perf_counter() - start)
    rows = []
    for at, (micro, macro) in zip(ours["shares"], theirs):
        rows.append({**at, "sklearn_micro_f1": micro, "sklearn_macro_f1": macro})
        print(f"{graph:12s} {at['train_share']:.0%}  m2grl {at['micro_f1']:.4f} / {at['macro_f1']:.4f}  "
              f"scikit-learn {micro:.4f} / {macro:.4f}", flush=True)
    print(f"{graph:12s} seconds: m2grl {seconds[0]:.1f}, scikit-learn {seconds[1]:.1f}", flush=True)
    return {"shares": rows, "m2grl_seconds": seconds[0], "sklearn_seconds": seconds[1]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--m2grl", type=pathlib.Path, default=ROOT / "build/bin/m2grl")
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("M2GRL_DATA", ROOT.parent / "shared/data")))
    parser.add_argument("--graphs", nargs="+", default=["ppi", "blogcatalog"])
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = {graph: compare(args, graph, pathlib.Path(folder)) for graph in args.graphs}
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
