#!/usr/bin/env python3
"""Next item on amazon_sports and amazon_beauty: the shipped configuration, and what each of its choices is worth.

  bench/quality/next_item.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE] [--seeds 3]

Every variant changes one thing and is scored on the validation item; only the shipped configuration is scored on
the test item. Strict leave-last-out, all items ranked (the data sets' README has the protocol)."""

import json
import pathlib
import re
import statistics
import tempfile

from support import ROOT, parser_of, run

# name: (training settings, drop the links?, evaluation options)
VARIANTS = {
    "as shipped": ([], False, []),
    "the same model, item view alone": ([], False, ["--compose", "item"]),
    "the same model, last item only": ([], False, ["--decay", "0"]),
    "input_similarity 0": (["eval.input_similarity=0"], False, []),
    "window on both sides": (["train.side=both"], False, []),
    "window on both sides, half the epochs": (["train.side=both", "train.epochs=40"], False, []),
    "alpha 0.75 (word2vec)": (["train.alpha=0.75"], False, []),
    "dim 128": (["train.dim=128"], False, []),
    "init_scale 2": (["train.init_scale=2"], False, []),
    "init_scale 8": (["train.init_scale=8"], False, []),
    "logit_limit 6": (["train.logit_limit=6"], False, []),
    "logit_limit 4": (["train.logit_limit=4"], False, []),
    "task weights fixed": (["train.task_weights=fixed"], False, []),
    "task weights raw": (["train.task_weights=raw"], False, []),
    "task weights raw, rate x 4": (["train.task_weights=raw", "train.learning_rate=0.1"], False, []),
    "alignment off": ([], True, []),
    "alignment by sigmoid": (["links.0.projection=sigmoid", "links.1.projection=sigmoid"], False, []),
    "alignment by sigmoid, no bias": (
        ["links.0.projection=sigmoid", "links.1.projection=sigmoid", "links.0.bias=false", "links.1.bias=false"],
        False, []),
    "alignment 3 x as strong": (["train.align_rate=0.3"], False, []),
    "repeats merged": (["views.category.merge_repeats=true", "views.brand.merge_repeats=true"], False, []),
}


class bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, pathlib.Path(folder)

    def config(self, data_set, without_links):
        text = (ROOT / "examples/configs" / f"{data_set}.toml").read_text()
        if without_links:
            text = re.sub(r"\[\[links\]\]\n(?:(?!\[).*\n)*", "", text)
        path = self.folder / f"{data_set}{'-without-links' if without_links else ''}.toml"
        path.write_text(text)
        return path

    def train(self, data_set, settings, without_links, seed):
        command = [self.args.m2grl, "train", self.config(data_set, without_links), "--data", self.args.data / data_set,
                   "--out", self.folder / "model", "--overwrite", "--json", self.folder / "train.json"]
        for setting in settings + [f"train.seed={seed}"]:
            command += ["--set", setting]
        run(command)
        return json.loads((self.folder / "train.json").read_text())

    def evaluate(self, split, options):
        run([self.args.m2grl, "eval", self.folder / "model", "--split", split, "--json", self.folder / "eval.json",
             *options])
        found = json.loads((self.folder / "eval.json").read_text())
        return {key: found[key] for key in ("hr@10", "ndcg@10")}

    def variant(self, data_set, name):
        settings, without_links, options = VARIANTS[name]
        trained = self.train(data_set, settings, without_links, 1)
        row = {"variant": name, **self.evaluate("validation", options), "seconds": trained["seconds"]}
        print(f"{data_set:14s} {name:40s} {row['hr@10']:.4f} {row['ndcg@10']:.4f}  {row['seconds']:.1f} s", flush=True)
        return row

    def shipped(self, data_set):
        runs = []
        for seed in range(1, self.args.seeds + 1):
            trained = self.train(data_set, [], False, seed)
            runs.append({"seed": seed, "seconds": trained["seconds"], "validation": self.evaluate("validation", []),
                         "test": self.evaluate("test", [])})
        summary = {split: {key: statistics.median(r[split][key] for r in runs) for key in runs[0][split]}
                   for split in ("validation", "test")}
        summary["seconds"] = statistics.median(r["seconds"] for r in runs)
        print(f"{data_set:14s} shipped, median of {len(runs)} seeds: test HR@10 {summary['test']['hr@10']:.4f}, "
              f"NDCG@10 {summary['test']['ndcg@10']:.4f}, {summary['seconds']:.1f} s of training", flush=True)
        return {"runs": runs, "median": summary}


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for data_set in ("amazon_beauty", "amazon_sports"):
            job = bench(args, folder)
            results[data_set] = {"shipped": job.shipped(data_set),
                                 "variants": [job.variant(data_set, name) for name in VARIANTS]}
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
