"""What a command says of itself or of the machine, for a report."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]


def told(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
