"""What the quality benches have in common: their arguments, and how they run the command."""

import argparse
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def parser_of(documentation):
    parser = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--m2grl", type=pathlib.Path, default=ROOT / "build/bin/m2grl")
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("M2GRL_DATA", ROOT.parent / "shared/data")))
    parser.add_argument("--json", type=pathlib.Path)
    return parser


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{result.stderr}")
