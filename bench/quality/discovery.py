#!/usr/bin/env python3
"""Discovery on amazon_sports and amazon_beauty: what the metric model brings where a user's next category is new.

  bench/quality/discovery.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE] [--variants]

Trains the shipped configuration and a metric on it. The composition and the mixing weight are chosen on the
validation item: the highest discovery HR@10 whose overall HR@10 is at least nine tenths of the best composed one's.
Only that choice is scored on the test item, once. --variants also trains metrics with one option changed each,
scored on the validation item."""

import json
import pathlib
import tempfile

from support import ROOT, parser_of, run

COMPOSITIONS = ["item", "item,brand", "item,brand,category:0.3", "item,category,brand"]
VARIANTS = {
    "as shipped": [],
    "instance both": ["--instance", "both"],
    "no same-category negatives": ["--same-category", "0"],
    "same-category negatives only": ["--same-category", "1"],
    "alpha 0.5": ["--alpha", "0.5"],
    "margin 3": ["--margin", "3"],
    "window 15": ["--window", "15"],
    "dim 256, twice the epochs": ["--dim", "256", "--epochs", "6"],
}
TOLERATED = 0.9  # share of the best composed HR@10 that must be kept


class bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, pathlib.Path(folder)
        self.model = self.folder / "model"

    def train(self, data_set):
        run([self.args.m2grl, "train", ROOT / "examples/configs" / f"{data_set}.toml", "--data",
             self.args.data / data_set, "--out", self.model, "--overwrite"])

    def metric(self, options):
        run([self.args.m2grl, "metric", self.model, "--json", self.folder / "metric.json", *options])
        return json.loads((self.folder / "metric.json").read_text())

    def evaluate(self, split, compose, resamples):
        path = self.folder / "eval.json"
        run([self.args.m2grl, "eval", self.model, "--protocol", "discovery", "--split", split, "--k", "10",
             "--compose", compose, "--resamples", resamples, "--json", path])
        return json.loads(path.read_text())

    def choose(self, compositions, best_composed=0):
        """The best (composition, mixing weight) on the validation item, and all that was compared."""
        found = {compose: self.evaluate("validation", compose, 0) for compose in compositions}
        best_composed = max([best_composed] + [report["composed"]["hr@10"] for report in found.values()])
        allowed = [(point["discovery_hr@10"], compose, point["mix"]) for compose, report in found.items()
                   for point in report["curve"] if point["hr@10"] >= TOLERATED * best_composed]
        rate, compose, mix = max(allowed)
        item = found[compose]["item"]["discovery_hr@10"]
        chosen = {"compose": compose, "mix": mix, "discovery_hr@10": rate, "times_item": rate / item,
                  "best_composed_hr@10": best_composed}
        return chosen, found

    def data_set(self, name):
        self.train(name)
        report = {"metric": self.metric([])}
        report["chosen"], report["validation"] = self.choose(COMPOSITIONS)
        # The test: the chosen composition's curve, and the composition that was best overall on validation.
        best = max(COMPOSITIONS, key=lambda c: report["validation"][c]["composed"]["hr@10"])
        report["best_composition"] = best
        report["test"] = {compose: self.evaluate("test", compose, 1000)
                          for compose in dict.fromkeys([report["chosen"]["compose"], best])}
        report["verdict"] = verdict(report)
        print(name, json.dumps(report["chosen"]), json.dumps(report["verdict"]), flush=True)
        if self.args.variants:
            report["variants"] = [self.variant(name, variant, report["chosen"]) for variant in VARIANTS]
        return report

    def variant(self, name, variant, shipped):
        """Another metric beside the shipped one's composition; the mixing weight is chosen anew."""
        self.metric(VARIANTS[variant])
        chosen, found = self.choose([shipped["compose"]], shipped["best_composed_hr@10"])
        alone = found[shipped["compose"]]["curve"][-1]
        row = {"variant": variant, **chosen, "metric_alone_hr@10": alone["hr@10"],
               "metric_alone_discovery_hr@10": alone["discovery_hr@10"]}
        print(f"{name:14s} {variant:30s} {json.dumps(row)}", flush=True)
        return row


def verdict(report):
    """The test figures that the targets speak of."""
    chosen = report["chosen"]
    test, best = report["test"][chosen["compose"]], report["test"][report["best_composition"]]["composed"]
    at = next(point for point in test["curve"] if point["mix"] == chosen["mix"])
    return {
        "hr@10": at["hr@10"], "discovery_hr@10": at["discovery_hr@10"],
        "discovery_hr_interval@10": at["discovery_hr_interval@10"],
        "times_item_discovery": at["discovery_hr@10"] / test["item"]["discovery_hr@10"],
        "times_composed_discovery": at["discovery_hr@10"] / best["discovery_hr@10"],
        "times_composed_overall": at["hr@10"] / best["hr@10"],
        "metric_alone_times_item_discovery": test["curve"][-1]["discovery_hr@10"] / test["item"]["discovery_hr@10"],
        "new_only_times_item_discovery": report["test"][report["best_composition"]]["new_only"]["discovery_hr@10"]
        / test["item"]["discovery_hr@10"],
    }


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--variants", action="store_true")
    args = parser.parse_args()
    report = {}
    with tempfile.TemporaryDirectory() as folder:
        for data_set in ("amazon_beauty", "amazon_sports"):
            report[data_set] = bench(args, folder).data_set(data_set)
            if args.json:
                args.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
