#!/usr/bin/env python3
"""Counts what can be counted of the GPU's kernels without a GPU: registers, spills, instructions.

  scripts/count_sgns.py [--nvcc nvcc] [--kernels all|sgns]

Compiles cuda/**/*.cu for sm_90 with the build's flags. Prints every kernel's registers, stack, spills and
static shared memory as ptxas reports them, then PTX instructions by kind of SGNS's fp32 SGD kernel for padded dim 128:
of the whole kernel, and of its innermost loops that multiply and add, the hot ones. PTX is not yet what runs: ptxas may
unroll, merge and move.
Exit code 3 without nvcc."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
FLAGS = ["-std=c++20", "--expt-relaxed-constexpr", "-O3", "-DNDEBUG", "-arch=compute_90", *(f"-I{ROOT / d}" for d in
         (".", "include", "src"))]
SGNS = ROOT / "cuda/sgns/sgns_kernel.cu"
HOT_KERNEL = "train_sequences<128, false, float>"
# K 5: six outputs by four columns of a lane are 24 multiply-adds for each context. Multiply-adds of a pass, and how many
# contexts it takes: logits of five at once, both updates of one. Windows in which a node repeats update in two loops.
HOT_LOOPS = {5 * 24: 5, 2 * 24: 1}
CONTEXTS = 10
KINDS = ("fma", "shfl", "ld.shared", "st.shared", "ld generic", "st generic", "ld.local", "st.local", "ld.global",
         "red.global", "other")


def run(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stderr[-4000:]}")
    return done.stdout + done.stderr


def demangled(names):
    text = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout
    return dict(zip(names, (short_name(line) for line in text.splitlines())))


def short_name(name):
    name = re.sub(r"\(anonymous namespace\)::|m2grl::cuda::|\bm2grl::|_GLOBAL__N_\w*::", "", name)
    name = re.sub(r"cub::CUB_\w+?::(detail::\w+::)?", "cub::", name)
    name = re.sub(r"^void ", "", name)
    name = re.sub(r"(?<=[<, ])(\d+)u\b", r"\1", name)
    name = re.sub(r"\((?!\w+\)\d)[^<>]*\)$", "", name)  # the parameters
    return name


def kind_of(line):
    """Of one line of PTX; None where it is no instruction."""
    found = re.match(r"\s*(?:@!?%p\d+\s+)?([a-z][\w.:]*)", line)
    if not found or line.lstrip().startswith(("//", "$")):
        return None
    op = found[1]
    if op.startswith("fma."):
        return "fma"
    if op.startswith("shfl."):
        return "shfl"
    if op.startswith(("red.", "atom.")):
        return "red.global"
    access = re.match(r"(ld|st)\.(?:volatile\.|relaxed\.\w+\.)?(shared|global|param|local|const)?", op)
    if not access:
        return "other"
    kind = f"{access[1]}.{access[2]}" if access[2] else f"{access[1]} generic"
    return kind if kind in KINDS else "other"


def counted(lines):
    counts = dict.fromkeys(KINDS, 0)
    for line in lines:
        kind = kind_of(line)
        if kind is not None:
            counts[kind] += 1
    return counts


def entries_of(ptx):
    """Mangled name → lines of each kernel's body."""
    bodies, name = {}, None
    for line in ptx.splitlines():
        start = re.search(r"\.entry\s+(\w+)", line)
        if start:
            name = start[1]
            bodies[name] = []
        elif line == "}":
            name = None
        elif name is not None:
            bodies[name].append(line)
    return bodies


def innermost_loops(lines):
    """(first, last) line of each backward branch's range that holds no other such range."""
    labels = {found[1]: i for i, line in enumerate(lines) if (found := re.match(r"(\$\w+):", line))}
    loops = set()
    for i, line in enumerate(lines):
        branch = re.search(r"\bbra(?:\.uni)?\s+(\$\w+);", line)
        if branch and labels[branch[1]] <= i:
            loops.add((labels[branch[1]], i))
    return sorted(a for a in loops if not any(b != a and a[0] <= b[0] and b[1] <= a[1] for b in loops))


def compile_ptx(nvcc, source, folder):
    ptx = folder / (source.stem + ".ptx")
    run([nvcc, "-ptx", *FLAGS, source, "-o", ptx])
    return ptx


def resources(ptxas, ptx):
    """Mangled name → (registers, stack bytes, spilled bytes stored, static shared bytes)."""
    text = run([ptxas, "-v", "-arch=sm_90", ptx, "-o", "/dev/null"])
    found = {}
    for block in re.split(r"Compiling entry function '", text)[1:]:
        stack = re.search(r"(\d+) bytes stack frame", block)
        spills = re.search(r"(\d+) bytes spill stores", block)
        registers = re.search(r"Used (\d+) registers", block)
        shared = re.search(r"(\d+) bytes smem", block)
        found[block.split("'", 1)[0]] = (int(registers[1]), int(stack[1]), int(spills[1]),
                                           int(shared[1]) if shared else 0)
    return found


def print_resources(source, found):
    names = demangled(list(found))
    print(f"\n{source.relative_to(ROOT)}: {len(found)} kernels")
    print(f"{'registers':>9} {'stack':>8} {'spilled':>8} {'static':>7}  kernel")
    for mangled, (registers, stack, spilled, shared) in found.items():
        print(f"{registers:9d} {stack:6d} B {spilled:6d} B {shared:5d} B  {names[mangled][:90]}")


def row(title, counts):
    return f"{title:50s}" + "".join(f"{counts[kind]:11d}" for kind in KINDS)


def print_hot_kernel(ptx):
    bodies = entries_of(ptx.read_text())
    names = demangled(list(bodies))
    body = next((lines for mangled, lines in bodies.items() if names[mangled] == HOT_KERNEL), None)
    if body is None:
        sys.exit(f"{SGNS}: no kernel is called {HOT_KERNEL}: {', '.join(names.values())}")
    print(f"\n{HOT_KERNEL}, PTX instructions\n{'':50s}" + "".join(f"{kind:>11s}" for kind in KINDS))
    print(row("the whole kernel, every path", counted(body)))
    centre, found = dict.fromkeys(KINDS, 0), []
    for first, last in innermost_loops(body):
        counts = counted(body[first:last + 1])
        if counts["fma"] < 24:
            continue
        contexts = HOT_LOOPS.get(counts["fma"])
        note = f"K 5, {contexts} context(s) a pass" if contexts else "other K, or repeated nodes"
        print(row(f"  loop, lines {first} … {last}: {note}", counts))
        if contexts:
            found.append(counts["fma"])
            for kind in KINDS:
                centre[kind] += counts[kind] * (CONTEXTS // contexts)
    if sorted(found) != sorted(HOT_LOOPS):
        print(f"loops of {sorted(found)} multiply-adds, not of {sorted(HOT_LOOPS)}: the hot ones are unknown")
        return
    print(row(f"those of K 5, a centre of {CONTEXTS} contexts", centre))
    print("Outside of these loops a centre's rows are read and added to, and its logits become gradients.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--kernels", choices=("all", "sgns"), default="all")
    args = parser.parse_args()
    nvcc = shutil.which(args.nvcc) or shutil.which("/usr/local/cuda/bin/nvcc")
    if nvcc is None:
        print(f"count_sgns: not run: {args.nvcc} is not installed")
        sys.exit(3)
    ptxas = pathlib.Path(nvcc).resolve().parent / "ptxas"
    with tempfile.TemporaryDirectory() as folder:
        for source in [SGNS] if args.kernels == "sgns" else sorted((ROOT / "cuda").rglob("*.cu")):
            ptx = compile_ptx(nvcc, source, pathlib.Path(folder))
            print_resources(source, resources(ptxas, ptx))
            if source == SGNS:
                print_hot_kernel(ptx)


if __name__ == "__main__":
    main()
