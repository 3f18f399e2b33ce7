#!/usr/bin/env python3
"""m2grl beside gensim's Word2Vec: the same sequences, options, threads and protocol; speed and quality of both.

    bench/peers/gensim_sgns.py [--m2grl build/bin/m2grl] [--data $M2GRL_DATA] [--sets amazon_sports amazon_beauty]
                               [--threads N] [--runs 3] [--json FILE] [--markdown FILE]

Needs gensim and numpy: on Debian, the package python3-gensim, and /usr/bin/python3 to run this.

Both train skip-gram on the users' sequences without their last two items: dim 128, radius 5 shrunk, 5 negatives from
unigram^0.75, subsampling 1e-3, rate 0.025 falling to 0, 50 epochs. gensim reads them from a file by its own threads
(corpus_file, its fastest way); its clock is that of train() alone, m2grl's that of its report's "seconds".
Quality: the vectors of both are read here and scored by the same code: query = input vector of the last item but one of each
user, score = input · output, every item ranked but the history's, hit if the last item is among the first ten
(misses where it was not trained on). m2grl is scored a second time as it is made to be used: as shipped, three views composed.

Positive pairs. gensim does not count them: they are drawn here by its own rules (a word of share f is kept with probability
(sqrt(f/t) + 1) t/f, the radius is uniform in 1 … 5 for every centre), once, times the epochs; the error of that is
below 0.5 %. gensim draws negatives per pair, m2grl per centre: the ratio compares positive pairs trained. gensim skips
a negative that is the pair's own word; so m2grl masks those that are among the centre's contexts."""

import argparse
import collections
import csv
import gzip
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIM, RADIUS, NEGATIVES, EPOCHS, SAMPLE, RATE = 128, 5, 5, 50, 1e-3, 0.025


def told(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


def read_users(folder):
    users = collections.defaultdict(list)
    with gzip.open(folder / "events.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            users[row["user_id"]].append((int(row["timestamp"]), row["item_id"]))
    return [[item for _, item in sorted(events, key=lambda event: event[0])] for events in users.values()]


def expected_pairs(sequences):
    """Of one epoch: subsampled once, the radius by its expectation."""
    counts = collections.Counter(item for sequence in sequences for item in sequence)
    total, draw = sum(counts.values()), random.Random(1)
    keep = {item: min(1, (count / (SAMPLE * total)) ** -0.5 + SAMPLE * total / count) for item, count in counts.items()}
    of_length = collections.Counter(sum(draw.random() < keep[item] for item in sequence) for sequence in sequences)
    pairs = lambda length: sum(2 * max(0, length - d) * (RADIUS + 1 - d) / RADIUS for d in range(1, RADIUS + 1))
    return sum(times * pairs(length) for length, times in of_length.items())


class quality:
    """HR@10 and NDCG@10 of input and output vectors by item."""

    def __init__(self, users):
        self.asked = [user for user in users if len(user) >= 3]

    def of(self, names, inputs, outputs):
        place = {name: i for i, name in enumerate(names)}
        hits = gains = 0
        for user in self.asked:
            query, target = place.get(user[-2]), place.get(user[-1])
            if query is None or target is None:
                continue
            scores = outputs @ inputs[query]
            wanted = scores[target]
            scores[[place[item] for item in user[:-1] if item in place]] = -numpy.inf
            rank = int((scores > wanted).sum())
            if rank < 10:
                hits, gains = hits + 1, gains + 1 / numpy.log2(rank + 2)
        return {"hr@10": hits / len(self.asked), "ndcg@10": gains / len(self.asked)}


def train_gensim(corpus, threads, seed):
    from gensim.models import Word2Vec

    model = Word2Vec(vector_size=DIM, window=RADIUS, sg=1, negative=NEGATIVES, ns_exponent=0.75, sample=SAMPLE, alpha=RATE,
                     min_alpha=0, min_count=1, workers=threads, seed=seed)
    model.build_vocab(corpus_file=str(corpus))
    start = time.perf_counter()
    model.train(corpus_file=str(corpus), total_examples=model.corpus_count, total_words=model.corpus_total_words,
                epochs=EPOCHS)
    return time.perf_counter() - start, model.wv.index_to_key, model.wv.vectors, model.syn1neg


CONFIG = f"""[data]
sequences = "sequences.txt"
[[views]]
name = "item"
[train]
dim = {DIM}
window = {RADIUS}
negatives = {NEGATIVES}
epochs = {EPOCHS}
subsample = {SAMPLE}
mask_context_negatives = true
learning_rate = {RATE}
checkpoint_seconds = 0
"""


def train_m2grl(program, folder, threads, seed):
    (folder / "one_view.toml").write_text(CONFIG)
    told([program, "train", folder / "one_view.toml", "--out", folder / "model", "--overwrite", "--json",
          folder / "train.json", "--set", f"train.threads={threads}", "--set", f"train.seed={seed}", "--device", "cpu"])
    told([program, "export", folder / "model", "--format", "npy", "--out", folder / f"vectors{seed}"])
    report, vectors = json.loads((folder / "train.json").read_text()), folder / f"vectors{seed}"
    names = (vectors / "item.ids").read_text().splitlines()
    return (report["seconds"], report["tasks"][0]["pairs"], names, numpy.load(vectors / "item.input.npy"),
            numpy.load(vectors / "item.output.npy"))


def shipped(program, data, name, folder, threads):
    told([program, "train", ROOT / "examples/configs" / f"{name}.toml", "--data", data / name, "--out", folder / "shipped",
          "--json", folder / "train.json", "--set", f"train.threads={threads}", "--device", "cpu"])
    told([program, "eval", folder / "shipped", "--json", folder / "eval.json"])
    report, found = json.loads((folder / "train.json").read_text()), json.loads((folder / "eval.json").read_text())
    return {"seconds": report["seconds"], "hr@10": found["hr@10"], "ndcg@10": found["ndcg@10"]}


def compared(args, name, folder):
    users = read_users(args.data / name)
    sequences = [user[:-2] if len(user) >= 3 else user for user in users]
    corpus, measure = folder / "sequences.txt", quality(users)
    corpus.write_text("".join(" ".join(sequence) + "\n" for sequence in sequences))
    pairs, runs = expected_pairs(sequences) * EPOCHS, []
    for seed in range(1, args.runs + 1):
        seconds, names, inputs, outputs = train_gensim(corpus, args.threads, seed)
        theirs = {"seconds": seconds, "pairs": pairs, **measure.of(names, inputs, outputs)}
        seconds, counted, names, inputs, outputs = train_m2grl(args.m2grl, folder, args.threads, seed)
        if abs(counted / pairs - 1) > 0.02:
            raise SystemExit(f"{name}: m2grl trained {counted} pairs, not about {pairs:.0f}")
        ours = {"seconds": seconds, "pairs": counted, **measure.of(names, inputs, outputs)}
        for side in (theirs, ours):
            side["pairs_per_second_per_core"] = side["pairs"] / side["seconds"] / args.threads
        runs.append({"gensim": theirs, "m2grl": ours,
                     "ratio": ours["pairs_per_second_per_core"] / theirs["pairs_per_second_per_core"]})
        print(name, json.dumps(runs[-1]), flush=True)
    middle = lambda side, key: statistics.median(run[side][key] for run in runs)
    keys = ("seconds", "pairs", "pairs_per_second_per_core", "hr@10", "ndcg@10")
    return {"data": name, "runs": runs, "ratio": statistics.median(run["ratio"] for run in runs),
            **{side: {key: middle(side, key) for key in keys} for side in ("gensim", "m2grl")},
            "m2grl, three views": shipped(args.m2grl, args.data, name, folder, args.threads)}


def markdown(result):
    lines = [f"m2grl {result['m2grl']} beside gensim {result['gensim']}, threads: {result['threads']}, {result['machine']}; "
             f"medians, seeds: {result['seeds']}.", "",
             "| | pairs/s a core | training | HR@10 | NDCG@10 |", "|---|---:|---:|---:|---:|"]
    for entry in result["results"]:
        for side in ("gensim", "m2grl"):
            row = entry[side]
            lines.append(f"| {entry['data']}, {side}, one view | {row['pairs_per_second_per_core'] / 1e6:.2f} M | "
                         f"{row['seconds']:.1f} s | {row['hr@10']:.4f} | {row['ndcg@10']:.4f} |")
        row = entry["m2grl, three views"]
        lines.append(f"| {entry['data']}, m2grl as shipped, three views | | {row['seconds']:.1f} s | {row['hr@10']:.4f} | "
                     f"{row['ndcg@10']:.4f} |")
        lines.append(f"| {entry['data']}: m2grl / gensim | **{entry['ratio']:.1f} ×** | | | |")
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
    parser.add_argument("--sets", nargs="+", default=["amazon_sports", "amazon_beauty"])
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
