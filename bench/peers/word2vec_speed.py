#!/usr/bin/env python3
"""Speed of m2grl's SGNS beside word2vec's C program, on one core, the same corpus and settings.

    bench/peers/word2vec_speed.py WORD2VEC [--bench build/bin/bench_sgns] [--json FILE]

WORD2VEC is a binary of the original C program that you built (its own flags: -O3 -march=native -funroll-loops).
Both run skip-gram with dim 128, window 5, 5 negatives from unigram^0.75, no subsampling, one thread, one pass over
sequences of 40 ids, uniform over 100,000 nodes.

How pairs are counted. word2vec draws a radius r uniformly from 1 … 5 for every centre and does not say how many
pairs that made; their expectation over a sequence of L is sum over r of (1/5) * sum over d = 1 … r of 2 (L - d), exact
but for a noise below 0.1 % at this size. Its rate is its own last "Words/thread/sec" (CPU time of training; reading the
vocabulary and writing the vectors are left out) times the expected pairs per word; a word here counts the line end
as well, as word2vec does. m2grl counts its pairs. word2vec draws K negatives per pair, m2grl K per centre, shared by
its window, as its design says: the ratio compares positive pairs trained per second.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

LENGTH, RADIUS = 40, 5


def expected_pairs(length, radius):
    return sum(sum(2 * max(0, length - d) for d in range(1, r + 1)) for r in range(1, radius + 1)) / radius


def write_corpus(path, sequences, nodes):
    draw = random.Random(1)
    with open(path, "w") as out:
        for _ in range(sequences):
            out.write(" ".join(f"n{draw.randrange(nodes)}" for _ in range(LENGTH)) + "\n")


def word2vec_rate(program, corpus, vectors):
    command = [program, "-train", corpus, "-output", vectors, "-size", "128", "-window", str(RADIUS), "-negative", "5",
               "-hs", "0", "-sample", "0", "-threads", "1", "-iter", "1", "-min-count", "1", "-cbow", "0", "-binary", "1",
               "-alpha", "0.025", "-debug", "2"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rates = re.findall(r"Words/thread/sec:\s*([\d.]+)k", text)
    words = re.findall(r"Words in train file:\s*(\d+)", text)
    if not rates or not words:
        sys.exit(f"{program} did not report its speed")
    return float(rates[-1]) * 1000, int(words[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word2vec")
    parser.add_argument("--bench", default="build/bin/bench_sgns")
    parser.add_argument("--sequences", type=int, default=25000)
    parser.add_argument("--nodes", type=int, default=100000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        corpus = folder / "corpus.txt"
        write_corpus(corpus, args.sequences, args.nodes)
        pairs = args.sequences * expected_pairs(LENGTH, RADIUS)
        for _ in range(args.runs):
            words_per_second, words = word2vec_rate(args.word2vec, str(corpus), str(folder / "vectors.bin"))
            subprocess.run([args.bench, "--corpus", str(corpus), "--runs", "3", "--json", str(folder / "m2grl.json")],
                           check=True, stdout=subprocess.DEVNULL)
            report = json.loads((folder / "m2grl.json").read_text())
            figures = {f["name"]: f for f in report["figures"]}
            shrunk = figures["corpus_shrunk_1_core"]
            if abs(shrunk["details"]["pairs"] / pairs - 1) > 0.005:
                sys.exit(f"m2grl trained {shrunk['details']['pairs']:.0f} pairs, not about {pairs:.0f}")
            rows.append((words_per_second * pairs / words, shrunk["value"], figures["corpus_fixed_1_core"]["value"]))
    # Ratios within a run, so that a neighbour on the machine disturbs both alike; then the middle one.
    middle = sorted(rows, key=lambda row: row[1] / row[0])[len(rows) // 2]
    result = {"machine": report["machine"], "word2vec_pairs_per_second": middle[0], "m2grl_pairs_per_second": middle[1],
              "ratio": middle[1] / middle[0], "m2grl_fixed_window_pairs_per_second": middle[2],
              "ratio_fixed_window": middle[2] / middle[0], "target_ratio_at_least": 25}
    print(f"word2vec, window shrunk: {middle[0] / 1e6:.3f} M pairs/s\n"
          f"m2grl, window shrunk:    {middle[1] / 1e6:.2f} M pairs/s, {result['ratio']:.1f} times as fast\n"
          f"m2grl, window fixed:     {middle[2] / 1e6:.2f} M pairs/s, {result['ratio_fixed_window']:.1f} times as fast")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
