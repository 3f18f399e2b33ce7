#!/usr/bin/env python3
"""What must hold on a GPU: its tests, compute-sanitizer on the small ones, its benches, and what a user would take
instead of it (bench/peers/gpu_sgns_peers.py); one JSON file of it all. The benches' part ends before 10 minutes have
passed.

  scripts/gpu_check.py [--part all|tests|bench] [--build build] [--out FILE]

Nothing is silently skipped: what cannot run here is recorded as "not run" with its reason.
Exit code 0: all passed; 1: something failed; 3: nothing failed, but something was not run."""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from told import ROOT, told

# Small tests, for a sanitizer makes seconds of them minutes; every tool sees each, the most important first.
SANITIZER_TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")
SANITIZED_TESTS = ("cuda_sgns", "cuda_align", "cuda_walk", "cuda_graph", "cuda_metric", "cuda_device_memory")
TEST_SECONDS = 570            # of all tests and sanitizers together
SKIPPED = 77                  # exit code of a test that cannot run here
NOT_RUN = 3                   # exit code of a bench that cannot run here
BENCH_SECONDS = 110           # at most, of each bench: the four and the peers stay below 10 minutes
PEER_SECONDS = 150
SGNS_FIGURE = "uniform_10M_fp32"  # of bench_gpu_sgns: what the peers train too
PEER_RATIO = 20


def run(command, seconds):
    """(exit code or None after a time-out, output, seconds)"""
    start = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
        return done.returncode, done.stdout + done.stderr, time.monotonic() - start
    except subprocess.TimeoutExpired as late:
        text = late.stdout.decode(errors="replace") if late.stdout else ""
        return None, text, time.monotonic() - start


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


def judged(code, text, seconds, not_run=lambda code, text: code == SKIPPED):
    if code is None:
        return {"result": "failed", "reason": f"no end after {seconds:.0f} s", "seconds": seconds}
    if not_run(code, text):
        return {"result": "not run", "reason": last_line(text), "seconds": seconds}
    entry = {"result": "passed" if code == 0 else "failed", "seconds": seconds}
    if code != 0:
        entry["reason"] = text[-4000:]
    return entry


def gpu_tests(build):
    listing = subprocess.run(["ctest", "--test-dir", build, "-L", "gpu", "--show-only=json-v1"], capture_output=True,
                             text=True, check=True)
    return {test["name"]: test["command"] for test in json.loads(listing.stdout)["tests"]}


def sanitizer_refused(code, text):
    return code == SKIPPED or "Unable to" in text or "not supported" in text


def check_tests(build, results):
    end = time.monotonic() + TEST_SECONDS
    tests = gpu_tests(build)
    if not tests:
        results["tests"] = {"result": "not run", "reason": f"{build} holds no GPU tests: it was built without CUDA"}
    for name, command in tests.items():
        results[f"test {name}"] = judged(*run(command, max(1, min(120, end - time.monotonic()))))
    sanitizer = shutil.which("compute-sanitizer")
    for tool in SANITIZER_TOOLS:
        for name in SANITIZED_TESTS:
            seconds = end - time.monotonic()
            if sanitizer is None:
                entry = {"result": "not run", "reason": "compute-sanitizer is not installed"}
            elif name not in tests:
                entry = {"result": "not run", "reason": "the test is not built"}
            elif seconds < 1:
                entry = {"result": "not run", "reason": f"the {TEST_SECONDS} s for tests have passed"}
            else:
                command = [sanitizer, "--tool", tool, "--error-exitcode", "9", *tests[name]]
                entry = judged(*run(command, seconds), sanitizer_refused)
            results[f"{tool} {name}"] = entry


def check_benches(build, results):
    benches = sorted((build / "bin").glob("bench_gpu_*"))
    if not benches:
        results["benches"] = {"result": "not run", "reason": f"{build}/bin holds no bench_gpu_*"}
    for bench in benches:
        with tempfile.TemporaryDirectory() as folder:
            figures = pathlib.Path(folder) / "figures.json"
            entry = judged(*run([bench, "--json", figures], BENCH_SECONDS), lambda code, text: code == NOT_RUN)
            if figures.exists():
                entry["figures"] = json.loads(figures.read_text())
            results[bench.name] = entry
    check_peers(results)


def check_peers(results):
    """Every peer of its own, then the bench's figure over the better one."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "peers.json"
        command = [sys.executable, ROOT / "bench/peers/gpu_sgns_peers.py", "--json", report]
        code, text, seconds = run(command, PEER_SECONDS)
        if report.exists():
            peers = json.loads(report.read_text())["peers"]
            results.update({f"peer {name}": entry for name, entry in peers.items()})
        else:
            peers = {}
            results["peers"] = judged(code, text, seconds)
    results["sgns over the better peer"] = peer_ratio(results.get("bench_gpu_sgns", {}), peers)


def peer_ratio(bench, peers):
    figures = {f["name"]: f["value"] for f in bench.get("figures", {}).get("figures", [])}
    rates = {name: entry["pairs_per_s"] for name, entry in peers.items() if "pairs_per_s" in entry}
    if SGNS_FIGURE not in figures:
        return {"result": "not run", "reason": f"bench_gpu_sgns gave no figure {SGNS_FIGURE}"}
    if not rates:
        return {"result": "not run", "reason": "no peer ran"}
    better = max(rates, key=rates.get)
    ratio = figures[SGNS_FIGURE] / rates[better]
    return {"result": "passed", "peer": better, "ratio": ratio, "ratio_at_least": PEER_RATIO,
            "met": ratio >= PEER_RATIO}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("all", "tests", "bench"), default="all")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/gpu_check.json")
    args = parser.parse_args()
    results = {}
    if args.part != "bench":
        check_tests(args.build, results)
    if args.part != "tests":
        check_benches(args.build, results)
    chip = told(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"])
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps({"chip": chip, "commit": told(["git", "rev-parse", "HEAD"]), "part": args.part,
                                    "results": results}, indent=1) + "\n")
    for name, entry in results.items():
        print(f"{name:32s} {entry['result']:8s} {last_line(entry.get('reason', ''))if 'reason' in entry else ''}")
    print(f"wrote {args.out}")
    outcomes = {entry["result"] for entry in results.values()}
    raise SystemExit(1 if "failed" in outcomes else 3 if "not run" in outcomes else 0)


if __name__ == "__main__":
    main()
