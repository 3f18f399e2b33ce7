#!/usr/bin/env python3
"""What must hold over and over: saves killed at 1,000 random instants, eight threads that each make and drop 1,000
contexts, 1,000 trainings cancelled, and a training of an hour whose rate and memory stay as they are; one JSON file.

  scripts/soak.py [--build build] [--minutes 60] [--kills 1000] [--contexts 1000] [--cancels 1000] [--out FILE]

$SOAK_MINUTES is the default of --minutes. Memory is compared strictly: the median of the last third of the samples
against that of the first third after a warm-up of a tenth, at most 1 % apart. So is the rate, where the machine holds
still: its spread, half the distance of the quartiles over the median, is told beside it, and where a third of the samples
of one machine differ by more than 1 % among themselves the rate is judged by that spread instead.
Exit code 0: all passed; 1: something failed."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from told import ROOT, told

FLAT = 0.01        # most that medians may differ
WARM_UP = 0.1      # of the samples


def test(build, case, **amounts):
    memory = {"TMPDIR": "/dev/shm"} if os.path.isdir("/dev/shm") else {}  # thousands of files are flushed
    environment = dict(os.environ, **memory, **{name: str(value) for name, value in amounts.items()})
    start = time.monotonic()
    done = subprocess.run([build / "bin/test_load", case], capture_output=True, text=True, env=environment)
    entry = {"result": "passed" if done.returncode == 0 else "failed", "seconds": time.monotonic() - start, **amounts}
    if done.returncode != 0:
        entry["reason"] = (done.stdout + done.stderr)[-4000:]
    told = [line for line in done.stdout.splitlines() if line.startswith(("killed", "cancelled"))]
    return entry | ({"told": told[0]} if told else {})


def spread(values):
    low, _, high = statistics.quantiles(values, n=4)
    return (high - low) / 2 / statistics.median(values)


def compared(values):
    """The medians of the first and the last third after the warm-up, and how much they differ."""
    warm = values[int(len(values) * WARM_UP):]
    third = len(warm) // 3
    first, last = statistics.median(warm[:third]), statistics.median(warm[-third:])
    return {"first": first, "last": last, "change": last / first - 1, "least": min(warm), "most": max(warm),
            "spread": max(spread(warm[:third]), spread(warm[-third:]))}


def trained(build, minutes):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([build / "bin/soak_trainer", str(round(minutes * 60)), folder], capture_output=True,
                              text=True)
    if done.returncode != 0:
        return {"result": "failed", "minutes": minutes, "reason": done.stderr[-4000:]}
    samples = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if len(samples) < 30:
        return {"result": "failed", "minutes": minutes, "reason": f"{len(samples)} samples are too few"}
    rate = compared([s["pairs"] / s["seconds"] for s in samples])
    memory = compared([s["resident_bytes"] for s in samples])
    rate["within"] = max(FLAT, rate["spread"])
    passed = abs(memory["change"]) <= FLAT and abs(rate["change"]) <= rate["within"]
    return {"result": "passed" if passed else "failed", "minutes": minutes, "samples": len(samples),
            "pairs_per_second": rate, "resident_bytes": memory, "rate_flat_within_1_percent":
            abs(rate["change"]) <= FLAT}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES", 60)))
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--contexts", type=int, default=1000, help="of each of eight threads")
    parser.add_argument("--cancels", type=int, default=1000)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/soak.json")
    args = parser.parse_args()
    build, commit = args.build.resolve(), told(["git", "rev-parse", "HEAD"])
    results = {"kills": test(build, "kills:*", M2GRL_KILLS=args.kills),
               "contexts": test(build, "load:*", M2GRL_LOAD_CONTEXTS=args.contexts),
               "cancels": test(build, "cancel:*", M2GRL_CANCEL_TRIALS=args.cancels),
               "training": trained(build, args.minutes)}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps({"commit": commit, "cores": os.cpu_count(),
                                    "results": results}, indent=1) + "\n")
    for name, entry in results.items():
        print(f"{name:12s} {entry['result']:8s} {entry.get('told', '')}{entry.get('reason', '')}")
    for figure in ("pairs_per_second", "resident_bytes"):
        if figure in results["training"]:
            f = results["training"][figure]
            print(f"{figure}: {f['first']:.4g} at first, {f['last']:.4g} at last ({100 * f['change']:+.2f} %), "
                  f"spread {100 * f['spread']:.2f} %")
    print(f"wrote {args.out}")
    raise SystemExit(1 if any(entry["result"] != "passed" for entry in results.values()) else 0)


if __name__ == "__main__":
    main()
