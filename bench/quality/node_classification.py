#!/usr/bin/env python3
"""DeepWalk on ppi and blogcatalog: m2grl beside gensim, the same walks' settings, threads and classifier.

  bench/quality/node_classification.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE] [--threads 2]
                                       [--seeds 3]

40 walks of 40 steps from each node, dim 128, window 10, 5 negatives. gensim gets ready-made walks: its time is that of
training alone, m2grl's holds the walks, too. Node classification: one-vs-rest logistic regression, the q most likely
labels of each node, q its true number of labels; mean over five splits of each of the seeds, median of the seconds and
of the seeds' ratios of seconds.
Needs gensim and scikit-learn."""

import gzip
import json
import pathlib
import tempfile
import time

import numpy as np
from gensim.models import Word2Vec
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import MultiLabelBinarizer

from support import ROOT, parser_of, run

WALKS, STEPS, DIM, WINDOW, NEGATIVES = 40, 40, 128, 10, 5


def by_m2grl(args, graph, folder, seed):
    model, vectors = folder / f"model{seed}", folder / f"vectors{seed}"
    run([args.m2grl, "train", ROOT / "examples/configs" / f"{graph}.toml", "--data", args.data / "graphs" / graph,
         "--out", model, "--json", folder / "train.json",
         "--set", f"train.threads={args.threads}", "--set", f"train.seed={seed}"])
    run([args.m2grl, "export", model, "--format", "npy", "--out", vectors])
    ids = (vectors / "node.ids").read_text().split()
    seconds = json.loads((folder / "train.json").read_text())["seconds"]
    return dict(zip(ids, np.load(vectors / "node.input.npy"))), seconds


def walks_of(edges, seed):
    neighbours = {}
    for u, v in edges:
        neighbours.setdefault(u, []).append(v)
        neighbours.setdefault(v, []).append(u)
    random = np.random.default_rng(seed)
    walks = []
    for _ in range(WALKS):
        for start in random.permutation(list(neighbours)):
            walk = [str(start)]
            while len(walk) < STEPS:
                step = neighbours[walk[-1]]
                walk.append(step[random.integers(len(step))])
            walks.append(walk)
    return walks


def by_gensim(args, edges, seed):
    walks = walks_of(edges, seed)
    start = time.perf_counter()
    model = Word2Vec(walks, vector_size=DIM, window=WINDOW, negative=NEGATIVES, sg=1, hs=0, min_count=0, sample=0,
                     epochs=1, workers=args.threads, seed=seed)
    return {id: model.wv[id] for id in model.wv.index_to_key}, time.perf_counter() - start


def scores(vectors, labels, share, splits=5):
    nodes = sorted(labels)
    x = np.array([vectors[node] for node in nodes])
    y = MultiLabelBinarizer().fit_transform([labels[node] for node in nodes])
    micro, macro = [], []
    for split in range(splits):
        order = np.random.default_rng(split).permutation(len(nodes))
        train, test = np.split(order, [int(share * len(nodes))])
        seen = y[train].any(axis=0)
        classifier = OneVsRestClassifier(LogisticRegression(max_iter=1000)).fit(x[train], y[train][:, seen])
        probability = np.zeros((len(test), y.shape[1]))
        probability[:, seen] = classifier.predict_proba(x[test])
        found = np.zeros_like(y[test])
        for row, (p, count) in enumerate(zip(probability, y[test].sum(axis=1))):
            found[row, np.argsort(-p)[:count]] = 1
        micro.append(f1_score(y[test], found, average="micro", zero_division=0))
        macro.append(f1_score(y[test], found, average="macro", zero_division=0))
    return np.mean(micro), np.mean(macro)


def row_of(runs, labels):
    """Seconds and scores of one tool: `runs` are (vectors, seconds), one per seed."""
    row = {"seconds": float(np.median([seconds for _, seconds in runs]))}
    for share in (0.5, 0.9):
        micro, macro = np.mean([scores(vectors, labels, share) for vectors, _ in runs], axis=0)
        row[f"{100 * share:.0f} %"] = {"micro": float(micro), "macro": float(macro)}
    return row


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    results = {}
    for graph in ("ppi", "blogcatalog"):
        folder = args.data / "graphs" / graph
        edges = [line.split() for line in gzip.open(folder / "edges.txt.gz", "rt")]
        labels = {}
        for line in (folder / "labels.txt").open():
            node, label = line.split()
            labels.setdefault(node, set()).add(label)
        seeds = range(1, args.seeds + 1)
        with tempfile.TemporaryDirectory() as work:
            tools = {"m2grl": [], "gensim": []}
            for seed in seeds:  # in turn, so that what slows the machine slows both
                tools["m2grl"].append(by_m2grl(args, graph, pathlib.Path(work), seed))
                tools["gensim"].append(by_gensim(args, edges, seed))
        results[graph] = {"gensim_seconds / m2grl_seconds": float(np.median(
            [theirs / ours for (_, ours), (_, theirs) in zip(tools["m2grl"], tools["gensim"])]))}
        for tool, runs in tools.items():
            row = results[graph][tool] = row_of(runs, labels)
            seconds = row["seconds"]
            print(f"{graph:12s} {tool:7s} {seconds:6.1f} s  50 %: {row['50 %']['micro']:.4f} / {row['50 %']['macro']:.4f}  "
                  f"90 %: {row['90 %']['micro']:.4f} / {row['90 %']['macro']:.4f}  (micro / macro F1)", flush=True)
        print(f"{graph:12s} gensim takes {results[graph]['gensim_seconds / m2grl_seconds']:.1f} times as long", flush=True)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
