#!/usr/bin/env python3
"""Discovery on amazon_sports and amazon_beauty: what the metric model brings where a user's next category is new.

  bench/quality/discovery.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--json FILE] [--variants]

Trains the shipped configuration and a metric on it. The composition, the mixing weight and the penalty of known
categories are chosen on the validation item: the highest discovery HR@10 whose overall HR@10 is at least 0.95 of the
best composed one's (of which 0.9 is to be kept on the test item). Only that choice is scored on the test item, once,
and beside it the best choice without a penalty and the best composition. --variants also trains metrics with one option
changed each, scored on the validation item."""

import json
import pathlib
import tempfile

from support import ROOT, parser_of, run

COMPOSITIONS = ["item", "item,brand", "item,brand,category:0.3", "item,category,brand"]
PENALTIES = [0, 0.25, 0.375, 0.5, 0.75]
MIXES = "0,0.1,0.2,0.3,0.4,0.5,0.75,1"
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
TOLERATED = 0.95  # share of the best composed HR@10 that must be kept


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

    def evaluate(self, split, compose, penalty, resamples):
        path = self.folder / "eval.json"
        run([self.args.m2grl, "eval", self.model, "--protocol", "discovery", "--split", split, "--k", "10",
             "--compose", compose, "--mix", MIXES, "--known-penalty", penalty, "--resamples", resamples, "--json", path])
        return json.loads(path.read_text())

    def compare(self, compositions, penalties):
        return [{"compose": compose, **self.evaluate("validation", compose, penalty, 0)}
                for compose in compositions for penalty in penalties]

    def data_set(self, name):
        self.train(name)
        report = {"metric": self.metric([]), "validation": self.compare(COMPOSITIONS, PENALTIES)}
        report["chosen"] = choice(report["validation"])
        unpunished = [found for found in report["validation"] if found["known_penalty"] == 0]
        report["chosen_without_penalty"] = choice(unpunished)
        report["best_composition"] = max(unpunished, key=lambda found: found["composed"]["hr@10"])["compose"]
        wanted = [(report[c]["compose"], report[c]["known_penalty"]) for c in ("chosen", "chosen_without_penalty")]
        wanted.append((report["best_composition"], 0))
        report["test"] = [{"compose": compose, **self.evaluate("test", compose, penalty, 1000)}
                          for compose, penalty in dict.fromkeys(wanted)]
        for chosen in ("chosen", "chosen_without_penalty"):
            report[chosen]["test"] = verdict(report, report[chosen])
            print(name, chosen, json.dumps(report[chosen]), flush=True)
        if self.args.variants:
            best_composed = report["chosen"]["best_composed_hr@10"]
            report["variants"] = [self.variant(name, variant, report["chosen"]["compose"], best_composed)
                                  for variant in VARIANTS]
        return report

    def variant(self, name, variant, compose, best_composed):
        """Another metric beside the chosen composition, no penalty; the mixing weight is chosen anew."""
        self.metric(VARIANTS[variant])
        found = self.compare([compose], [0])
        alone = found[0]["curve"][-1]
        row = {"variant": variant, **choice(found, best_composed), "metric_alone_hr@10": alone["hr@10"],
               "metric_alone_discovery_hr@10": alone["discovery_hr@10"]}
        print(f"{name:14s} {variant:30s} {json.dumps(row)}", flush=True)
        return row


def choice(found, best_composed=0):
    """The best composition, penalty and mixing weight of those compared."""
    best_composed = max([best_composed] + [report["composed"]["hr@10"] for report in found])
    allowed = [(point["discovery_hr@10"], point["mix"], at) for at, report in enumerate(found)
               for point in report["curve"] if point["hr@10"] >= TOLERATED * best_composed]
    rate, mix, at = max(allowed)
    return {"compose": found[at]["compose"], "known_penalty": found[at]["known_penalty"], "mix": mix,
            "discovery_hr@10": rate, "times_item": rate / found[at]["item"]["discovery_hr@10"],
            "best_composed_hr@10": best_composed}


def verdict(report, chosen):
    """The test figures that the targets speak of."""
    test = next(t for t in report["test"] if (t["compose"], t["known_penalty"]) ==
                (chosen["compose"], chosen["known_penalty"]))
    best = next(t for t in report["test"] if t["compose"] == report["best_composition"])
    at = next(point for point in test["curve"] if point["mix"] == chosen["mix"])
    item = test["item"]["discovery_hr@10"]
    return {
        "hr@10": at["hr@10"], "discovery_hr@10": at["discovery_hr@10"],
        "discovery_hr_interval@10": at["discovery_hr_interval@10"],
        "times_item_discovery": at["discovery_hr@10"] / item,
        "times_composed_discovery": at["discovery_hr@10"] / best["composed"]["discovery_hr@10"],
        "times_composed_overall": at["hr@10"] / best["composed"]["hr@10"],
        "mix_0_times_item_discovery": test["curve"][0]["discovery_hr@10"] / item,
        "metric_alone_times_item_discovery": test["curve"][-1]["discovery_hr@10"] / item,
        "new_only_times_item_discovery": best["new_only"]["discovery_hr@10"] / item,
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
