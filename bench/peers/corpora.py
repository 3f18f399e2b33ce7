"""What gensim_sgns.py trains on, and how it scores the vectors: users' sequences by the next item, walks on a graph by
the labels of its nodes."""

import collections
import csv
import gzip
import json
import pathlib
import subprocess
import sys

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "bench/quality"))


def told(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


class users:
    """Purchases in order. Trained on: all but the last two of each user. Query: the input vector of the last but one, score:
    input · output, every item ranked but the history's, a hit if the last is among the first ten; a miss where it was
    not trained on."""

    measures = ("hr@10", "ndcg@10")
    radius, sample, epochs, masked = 5, 1e-3, 50, True
    shipped_as = "three views"

    def __init__(self, data, name):
        self.folder, self.name = data / name, name
        events = collections.defaultdict(list)
        with gzip.open(self.folder / "events.csv.gz", "rt") as lines:
            for row in csv.DictReader(lines):
                events[row["user_id"]].append((int(row["timestamp"]), row["item_id"]))
        self.items = [[item for _, item in sorted(row, key=lambda event: event[0])] for row in events.values()]

    def sequences(self):
        return [user[:-2] if len(user) >= 3 else user for user in self.items]

    def score(self, names, inputs, outputs):
        place = {name: i for i, name in enumerate(names)}
        asked, hits, gains = [user for user in self.items if len(user) >= 3], 0, 0
        for user in asked:
            query, target = place.get(user[-2]), place.get(user[-1])
            if query is None or target is None:
                continue
            scores = outputs @ inputs[query]
            wanted = scores[target]
            scores[[place[item] for item in user[:-1] if item in place]] = -numpy.inf
            rank = int((scores > wanted).sum())
            if rank < 10:
                hits, gains = hits + 1, gains + 1 / numpy.log2(rank + 2)
        return hits / len(asked), gains / len(asked)

    def score_shipped(self, program, model, folder):
        told([program, "eval", model, "--json", folder / "eval.json"])
        found = json.loads((folder / "eval.json").read_text())
        return tuple(found[measure] for measure in self.measures)


class walks:
    """DeepWalk: from each node of an undirected graph 40 walks of 40 nodes. Score: one-vs-rest logistic regression (scikit-learn's,
    for both) on the input vectors of half of the nodes, three splits, as many labels for a node as it has."""

    measures = ("micro-f1", "macro-f1")
    radius, sample, epochs, masked = 10, 0, 1, False
    per_node, length = 40, 40
    share, splits = 0.5, 3
    shipped_as = "walks drawn while it trains"

    def __init__(self, data, name):
        self.folder, self.name = data / "graphs" / name, name

    def sequences(self):
        with gzip.open(self.folder / "edges.txt.gz", "rt") as lines:
            ends = [line.split()[:2] for line in lines]
        self.names = sorted({node for edge in ends for node in edge})
        number = {name: i for i, name in enumerate(self.names)}
        one, other = numpy.array([[number[a], number[b]] for a, b in ends]).T
        source, target = numpy.concatenate([one, other]), numpy.concatenate([other, one])
        target = target[numpy.argsort(source, kind="stable")]
        degree = numpy.bincount(source, minlength=len(self.names))
        first, random = numpy.concatenate([[0], numpy.cumsum(degree)[:-1]]), numpy.random.default_rng(1)
        steps = [random.permutation(numpy.repeat(numpy.arange(len(self.names)), self.per_node))]
        for _ in range(self.length - 1):
            at = steps[-1]
            steps.append(target[first[at] + (random.random(len(at)) * degree[at]).astype(int)])
        return numpy.array(self.names)[numpy.stack(steps, axis=1)].tolist()

    def score(self, names, inputs, outputs):
        from classifiers import by_scikit_learn

        place, labels, pairs = {name: i for i, name in enumerate(names)}, {}, set()
        for line in (self.folder / "labels.txt").open():
            node, label = line.split()
            pairs.add((node, labels.setdefault(label, len(labels))))
        nodes = sorted({node for node, _ in pairs})  # whatever the order of the vectors: the splits are the same
        row = {node: i for i, node in enumerate(nodes)}
        wanted = numpy.zeros((len(nodes), len(labels)), int)
        for node, label in pairs:
            wanted[row[node], label] = 1
        return by_scikit_learn(inputs[[place[node] for node in nodes]], wanted, self.share, self.splits, 1)

    def score_shipped(self, program, model, folder):
        told([program, "eval", model, "--protocol", "node-classification", "--labels", self.folder / "labels.txt",
              "--splits", self.splits, "--json", folder / "eval.json"])
        found = json.loads((folder / "eval.json").read_text())["shares"][0]
        return found["micro_f1"], found["macro_f1"]


def corpus(data, name):
    return (walks if (data / "graphs" / name).is_dir() else users)(data, name)
