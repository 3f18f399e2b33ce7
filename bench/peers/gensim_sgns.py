#!/usr/bin/env python3
"""m2grl beside gensim's Word2Vec: the same sequences, options, threads and protocol; speed and quality of both.

    bench/peers/gensim_sgns.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--sets amazon_sports amazon_beauty
                               blogcatalog ppi] [--threads N] [--runs 3] [--json FILE] [--markdown FILE]

Needs gensim, numpy, and scikit-learn for the graphs: on Debian, the packages python3-gensim and python3-sklearn, and
/usr/bin/python3 to run this.

Both train skip-gram, dim 128, 5 negatives from unigram^0.75, windows shrunk, rate 0.025 falling to 0, vectors that
start uniform in +-1/dim, no gradient where a logit is +-6 or more (gensim has no options for these two: m2grl's init_scale 1
and logit_limit 6; it trains once more with a limit of 4):
amazon_*: users' sequences without their last two items, radius 5, subsampling 1e-3, 50 epochs;
blogcatalog, ppi: DeepWalk's walks, 40 of 40 nodes from each node, radius 10, no subsampling, one epoch.
gensim reads them from a file by its own threads (corpus_file, its fastest way); its clock is that of train() alone,
m2grl's that of its report's "seconds". The vectors of both are scored by the same code (corpora.py says how). m2grl is
scored a second time as it is made to be used: examples/configs as shipped.

Positive pairs. gensim does not count them: they are drawn here by its own rules (a word of share f is kept with probability
(sqrt(f/t) + 1) t/f, the radius is uniform in 1 … R for every centre), once, times the epochs; the error of that is
below 0.5 %. gensim draws negatives per pair, m2grl per centre: the ratio compares positive pairs trained. gensim skips
a negative that is the pair's own word; so on users' sequences m2grl masks those that are among the centre's contexts."""

import argparse
import collections
import json
import os
import pathlib
import random
import statistics
import tempfile
import time

import numpy

from corpora import ROOT, corpus, told

DIM, NEGATIVES, RATE = 128, 5, 0.025
INIT_SCALE = 1  # gensim's vectors start uniform in +-1/dim
LOGIT_LIMIT = 6  # gensim does not train pairs beyond it
OURS = {"m2grl": {}, "m2grl, logit_limit 4": {"logit_limit": 4}}


def expected_pairs(of, sequences):
    """Of all epochs: subsampled once, the radius by its expectation."""
    if of.sample > 0:
        counts = collections.Counter(item for sequence in sequences for item in sequence)
        total, draw = sum(counts.values()), random.Random(1)
        keep = {item: min(1, (count / (of.sample * total)) ** -0.5 + of.sample * total / count)
                for item, count in counts.items()}
        of_length = collections.Counter(sum(draw.random() < keep[item] for item in sequence) for sequence in sequences)
    else:
        of_length = collections.Counter(map(len, sequences))
    radius = of.radius
    pairs = lambda length: sum(2 * max(0, length - d) * (radius + 1 - d) / radius for d in range(1, radius + 1))
    return sum(times * pairs(length) for length, times in of_length.items()) * of.epochs


def train_gensim(of, file, threads, seed):
    from gensim.models import Word2Vec

    model = Word2Vec(vector_size=DIM, window=of.radius, sg=1, negative=NEGATIVES, ns_exponent=0.75, sample=of.sample,
                     alpha=RATE, min_alpha=0, min_count=1, workers=threads, seed=seed)
    model.build_vocab(corpus_file=str(file))
    start = time.perf_counter()
    model.train(corpus_file=str(file), total_examples=model.corpus_count, total_words=model.corpus_total_words,
                epochs=of.epochs)
    return time.perf_counter() - start, model.wv.index_to_key, model.wv.vectors, model.syn1neg


def config(of, file, changes):
    options = {"dim": DIM, "window": of.radius, "negatives": NEGATIVES, "epochs": of.epochs, "subsample": of.sample,
               "mask_context_negatives": of.masked, "learning_rate": RATE, "init_scale": INIT_SCALE,
               "logit_limit": LOGIT_LIMIT, "checkpoint_seconds": 0} | changes
    train = "".join(f"{key} = {json.dumps(value)}\n" for key, value in options.items())
    return f"""[data]
sequences = "{file.name}"
[[views]]
name = "item"
[train]
{train}"""


def train_m2grl(program, of, file, changes, threads, seed):
    folder = file.parent
    (folder / "one_view.toml").write_text(config(of, file, changes))
    told([program, "train", folder / "one_view.toml", "--out", folder / "model", "--overwrite", "--json",
          folder / "train.json", "--set", f"train.threads={threads}", "--set", f"train.seed={seed}", "--device", "cpu"])
    told([program, "export", folder / "model", "--format", "npy", "--out", folder / f"vectors{seed}"])
    report, vectors = json.loads((folder / "train.json").read_text()), folder / f"vectors{seed}"
    names = (vectors / "item.ids").read_text().splitlines()
    return (report["seconds"], report["tasks"][0]["pairs"], names, numpy.load(vectors / "item.input.npy"),
            numpy.load(vectors / "item.output.npy"))


def shipped(program, of, folder, threads):
    told([program, "train", ROOT / "examples/configs" / f"{of.name}.toml", "--data", of.folder, "--out", folder / "shipped",
          "--json", folder / "train.json", "--set", f"train.threads={threads}", "--device", "cpu"])
    report = json.loads((folder / "train.json").read_text())
    return {"seconds": report["seconds"], "as": of.shipped_as,
            **dict(zip(of.measures, of.score_shipped(program, folder / "shipped", folder)))}


def compared(args, name, folder):
    of, file = corpus(args.data, name), folder / "sequences.txt"
    sequences = of.sequences()
    file.write_text("".join(" ".join(sequence) + "\n" for sequence in sequences))
    pairs, runs = expected_pairs(of, sequences), []
    for seed in range(1, args.runs + 1):
        seconds, names, *vectors = train_gensim(of, file, args.threads, seed)
        run = {"gensim": {"seconds": seconds, "pairs": pairs, **dict(zip(of.measures, of.score(names, *vectors)))}}
        for side, changes in OURS.items():
            seconds, counted, names, *vectors = train_m2grl(args.m2grl, of, file, changes, args.threads, seed)
            if abs(counted / pairs - 1) > 0.02:
                raise SystemExit(f"{name}: m2grl trained {counted} pairs, not about {pairs:.0f}")
            run[side] = {"seconds": seconds, "pairs": counted, **dict(zip(of.measures, of.score(names, *vectors)))}
        for side in run.values():
            side["pairs_per_second_per_core"] = side["pairs"] / side["seconds"] / args.threads
        for side in OURS:
            run[side]["ratio"] = run[side]["pairs_per_second_per_core"] / run["gensim"]["pairs_per_second_per_core"]
        runs.append(run)
        print(name, json.dumps(run), flush=True)
    middle = lambda side: {key: statistics.median(run[side][key] for run in runs) for key in runs[0][side]}
    return {"data": name, "measures": of.measures, "runs": runs,
            "contexts_a_centre": pairs / of.epochs / sum(map(len, sequences)), **{side: middle(side) for side in runs[0]},
            "m2grl as shipped": shipped(args.m2grl, of, folder, args.threads)}


def markdown(result):
    lines = [f"m2grl {result['m2grl']} beside gensim {result['gensim']}, threads: {result['threads']}, {result['machine']}; "
             f"medians, seeds: {result['seeds']}.", "", "| | pairs/s a core | beside gensim | training | quality |",
             "|---|---:|---:|---:|---|"]
    for entry in result["results"]:
        quality = lambda row: ", ".join(f"{measure} {row[measure]:.4f}" for measure in entry["measures"])
        told_as = f"{entry['data']} ({entry['contexts_a_centre']:.1f} pairs a centre)"
        for side in ("gensim", *OURS):
            row = entry[side]
            ratio = f"**{row['ratio']:.1f} ×**" if "ratio" in row else ""
            lines.append(f"| {told_as}, {side} | {row['pairs_per_second_per_core'] / 1e6:.2f} M | {ratio} | "
                         f"{row['seconds']:.1f} s | {quality(row)} |")
        row = entry["m2grl as shipped"]
        lines.append(f"| {entry['data']}, m2grl as shipped, {row['as']} | | | {row['seconds']:.1f} s | {quality(row)} |")
    return "\n".join(lines) + "\n"


def machine():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return "an unknown CPU"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--m2grl", type=pathlib.Path, default=ROOT / "build/bin/m2grl")
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("M2GRL_DATA", ROOT.parent / "shared/data")))
    parser.add_argument("--sets", nargs="+", default=["amazon_sports", "amazon_beauty", "blogcatalog", "ppi"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--markdown", type=pathlib.Path)
    args = parser.parse_args()
    try:
        import gensim
    except ImportError:
        raise SystemExit("gensim is not installed for this Python: on Debian, apt-get install python3-gensim, and run "
                         "this by /usr/bin/python3")
    result = {"m2grl": told([args.m2grl, "--version"]).split()[1], "gensim": gensim.__version__, "threads": args.threads,
              "seeds": args.runs, "machine": machine(), "commit": told(["git", "-C", ROOT, "rev-parse", "HEAD"]).strip(),
              "results": []}
    for name in args.sets:
        with tempfile.TemporaryDirectory() as folder:
            result["results"].append(compared(args, name, pathlib.Path(folder)))
    print(markdown(result))
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n")
    if args.markdown:
        args.markdown.write_text(markdown(result))


if __name__ == "__main__":
    main()
