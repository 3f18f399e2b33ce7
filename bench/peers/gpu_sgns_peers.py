#!/usr/bin/env python3
"""What a user would take instead of m2grl's SGNS on a GPU: PyTorch, and PyTorch Geometric's Node2Vec.

    bench/peers/gpu_sgns_peers.py [--device cuda|cpu] [--size full|small] [--runs N] [--json FILE]

Prints positive pairs per second, medians of the runs. Three peers, dim 128, K 5, fp32, in PyTorch's eager mode:

  torch_sgns           the step that bench_gpu_sgns measures: sequences of 40 uniform ids, 5 contexts on each side,
                       negatives shared per centre as m2grl shares them, nn.Embedding(sparse=True) and SGD. A
                       position's input row is looked up once for all its windows, the fast way to write it.
  node2vec_ready_walks torch_geometric.nn.Node2Vec's loss and SparseAdam on windows of such sequences. They are ready
                       on the device: the sampler's time is left out, in the peer's favour. Negatives per pair.
  node2vec             the same class as its example uses it: its loader samples walks of 40, on a graph of the
                       sequences' transitions with a tenth of the nodes. Needs pyg-lib or torch-cluster.

Exit code 0: all ran; 1: one failed; 3: none failed, but one was not run, with its reason."""

import argparse
import json
import math
import pathlib
import statistics
import sys
import time

DIM, K, LENGTH, RADIUS = 128, 5, 40, 5
SIZES = {  # nodes, sequences in a batch, batches in a run
    "full": (10_000_000, 2048, 20),
    "small": (2000, 16, 3),
}


class NotRun(Exception):
    pass


def windows_mask(torch, device):
    """[LENGTH, 2 RADIUS] 1 where a position has this context."""
    offsets = torch.tensor([d for d in range(-RADIUS, RADIUS + 1) if d != 0], device=device)
    places = torch.arange(LENGTH, device=device)[:, None] + offsets
    return ((places >= 0) & (places < LENGTH)).float()


class TorchSgns:
    def __init__(self, torch, device, size):
        self.torch, self.device = torch, device
        self.nodes, self.batch, self.steps = SIZES[size]
        self.input = torch.nn.Embedding(self.nodes, DIM, sparse=True, device=device)
        self.output = torch.nn.Embedding(self.nodes, DIM, sparse=True, device=device)
        torch.nn.init.uniform_(self.input.weight, -0.5 / DIM, 0.5 / DIM)
        torch.nn.init.zeros_(self.output.weight)
        self.optimizer = torch.optim.SGD([self.input.weight, self.output.weight], lr=0.025)
        self.mask = windows_mask(torch, device)
        self.pairs = self.batch * int(self.mask.sum().item())
        self.known_loss = (1 + K) * math.log(2)  # all logits zero

    def sequences(self):
        return self.torch.randint(self.nodes, (self.batch, LENGTH), device=self.device)

    def step(self):
        """Trains a batch; its mean loss per positive pair, on the device."""
        torch, f = self.torch, self.torch.nn.functional
        ids = self.sequences()
        rows = f.pad(self.input(ids), (0, 0, RADIUS, RADIUS))                       # [batch, LENGTH + 2 RADIUS, DIM]
        around = rows.unfold(1, 2 * RADIUS + 1, 1)                                  # [batch, LENGTH, DIM, 2 RADIUS + 1]
        contexts = torch.cat([around[..., :RADIUS], around[..., RADIUS + 1:]], -1)
        negatives = torch.randint(self.nodes, (self.batch, LENGTH, K), device=self.device)
        outputs = self.output(torch.cat([ids[..., None], negatives], -1))           # [batch, LENGTH, 1 + K, DIM]
        z = outputs @ contexts                                                      # [batch, LENGTH, 1 + K, 2 RADIUS]
        losses = f.softplus(-z[:, :, 0]) + f.softplus(z[:, :, 1:]).sum(2)
        loss = (losses * self.mask).sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach() / self.pairs


class Node2VecReadyWalks:
    def __init__(self, torch, device, size):
        try:
            from torch_geometric.nn import Node2Vec
        except ImportError as missing:
            raise NotRun(f"torch_geometric is not installed ({missing})") from missing

        class ReadyWalks(Node2Vec):
            """Its loss without its sampler, which wants a compiled extension when the object is made."""

            def __init__(self, nodes):
                torch.nn.Module.__init__(self)
                self.EPS, self.embedding_dim = 1e-15, DIM
                self.embedding = torch.nn.Embedding(nodes, DIM, sparse=True)

        self.torch, self.device = torch, device
        self.nodes, self.batch, self.steps = SIZES[size]
        self.model = ReadyWalks(self.nodes).to(device)
        self.optimizer = torch.optim.SparseAdam(list(self.model.parameters()), lr=0.01)
        self.known_loss = None
        windows = self.batch * (LENGTH - RADIUS)
        self.pairs = windows * RADIUS
        self.negative_windows = windows * K

    def step(self):
        torch = self.torch
        ids = torch.randint(self.nodes, (self.batch, LENGTH), device=self.device)
        positive = ids.unfold(1, RADIUS + 1, 1).reshape(-1, RADIUS + 1)  # a start and the 5 nodes behind it
        negative = torch.randint(self.nodes, (self.negative_windows, RADIUS + 1), device=self.device)
        return adam_step(self.model, self.optimizer, positive, negative)


class Node2VecSampled:
    def __init__(self, torch, device, size):
        try:
            from torch_geometric.nn import Node2Vec
        except ImportError as missing:
            raise NotRun(f"torch_geometric is not installed ({missing})") from missing
        self.nodes, self.batch, self.steps = SIZES[size]
        self.nodes //= 10
        ids = torch.randint(self.nodes, (self.nodes // 4, LENGTH), device=device)
        edges = torch.stack([ids[:, :-1].reshape(-1), ids[:, 1:].reshape(-1)])
        edges = torch.cat([edges, edges.flip(0)], 1)
        try:
            self.model = Node2Vec(edges, embedding_dim=DIM, walk_length=LENGTH, context_size=RADIUS + 1,
                                  walks_per_node=1, num_negative_samples=K, num_nodes=self.nodes, sparse=True)
        except ImportError as missing:
            raise NotRun(str(missing)) from missing
        self.model = self.model.to(device)
        workers = 4 if device == "cuda" else 0
        self.loader = self.model.loader(batch_size=self.batch, shuffle=True, num_workers=workers,
                                        persistent_workers=workers > 0)
        self.batches = iter(self.loader)
        self.device = device
        self.optimizer = torch.optim.SparseAdam(list(self.model.parameters()), lr=0.01)
        self.known_loss = None
        self.pairs = self.batch * (LENGTH + 1 - (RADIUS + 1)) * RADIUS

    def step(self):
        positive, negative = next(self.batches, (None, None))
        if positive is None or len(positive) * RADIUS < self.pairs:  # the end of an epoch, or its smaller last batch
            self.batches = iter(self.loader)
            positive, negative = next(self.batches)
        if len(positive) * RADIUS != self.pairs:
            raise RuntimeError(f"the sampler gave {len(positive) * RADIUS} pairs, not {self.pairs}")
        return adam_step(self.model, self.optimizer, positive.to(self.device), negative.to(self.device))


def adam_step(model, optimizer, positive, negative):
    loss = model.loss(positive, negative)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.detach()


def measure(torch, peer, device, runs):
    def wait():
        if device == "cuda":
            torch.cuda.synchronize()

    first = peer.step().item()
    if peer.known_loss is not None and abs(first - peer.known_loss) > 1e-3 * peer.known_loss:
        raise RuntimeError(f"the first batch's loss is {first}, not {peer.known_loss}")
    peer.step()
    rates = []
    for _ in range(runs):
        wait()
        start = time.perf_counter()
        for _ in range(peer.steps):
            last = peer.step()
        wait()
        rates.append(peer.steps * peer.pairs / (time.perf_counter() - start))
    if not math.isfinite(last.item()):
        raise RuntimeError(f"the last batch's loss is {last.item()}")
    return {"result": "passed", "pairs_per_s": statistics.median(rates), "runs": rates, "nodes": peer.nodes,
            "pairs_per_batch": peer.pairs, "first_loss": first, "last_loss": last.item()}


PEERS = {"torch_sgns": TorchSgns, "node2vec_ready_walks": Node2VecReadyWalks, "node2vec": Node2VecSampled}


def run_peers(args):
    try:
        import torch
    except ImportError as missing:
        return {name: {"result": "not run", "reason": f"torch is not installed ({missing})"} for name in PEERS}, None
    if args.device == "cuda" and not torch.cuda.is_available():
        return {name: {"result": "not run", "reason": "torch finds no GPU"} for name in PEERS}, torch.__version__
    torch.manual_seed(1)
    results = {}
    for name, make in PEERS.items():
        try:
            results[name] = measure(torch, make(torch, args.device, args.size), args.device, args.runs)
        except NotRun as reason:
            results[name] = {"result": "not run", "reason": str(reason)}
        except Exception as failure:  # pylint: disable=broad-except # a peer's fault must not hide the others' figures
            results[name] = {"result": "failed", "reason": f"{type(failure).__name__}: {failure}"}
        if args.device == "cuda":
            torch.cuda.empty_cache()
    return results, torch.__version__


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--size", choices=tuple(SIZES), default="full")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    results, version = run_peers(args)
    for name, entry in results.items():
        if "pairs_per_s" in entry:
            print(f"{name:22s} {entry['pairs_per_s'] / 1e6:.2f} M pairs/s")
        else:
            print(f"{name:22s} {entry['result']}: {entry['reason']}")
    if args.json:
        args.json.write_text(json.dumps({"torch": version, "device": args.device, "size": args.size, "dim": DIM,
                                         "negatives": K, "peers": results}, indent=1) + "\n")
    outcomes = {entry["result"] for entry in results.values()}
    sys.exit(1 if "failed" in outcomes else 3 if "not run" in outcomes else 0)


if __name__ == "__main__":
    main()
