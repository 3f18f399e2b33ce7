#!/usr/bin/env python3
"""Runs what the documentation shows: commands, configurations, C++. Each document's snippets run in order, in a folder of
its own that holds what the document takes for granted (a marketplace, a trained model, lists of users).

  scripts/check_snippets.py --prefix PREFIX --work FOLDER

PREFIX is where m2grl is installed; its command and its CMake package are used. README.md and docs/quickstart.md begin in an
empty folder, as a new user does. A document that needs more than that names it in NEEDS below."""

import argparse
import collections
import gzip
import os
import pathlib
import random
import re
import shutil
import subprocess

from told import ROOT

EMPTY = ("README.md", "docs/quickstart.md")


def blocks(document):
    """(kind, text) of each code block: the word behind a fence, or "indented"."""
    kind, lines = None, []
    for line in document.read_text().splitlines() + [""]:
        fence = line.startswith("```")
        if kind is None and fence:
            kind, lines = line[3:] or "text", []
        elif kind is None and line.startswith("    "):
            kind, lines = "indented", [line[4:]]
        elif kind == "indented" and (line.startswith("    ") or not line):
            lines.append(line[4:])
            if not line:
                yield kind, "\n".join(lines)
                kind = None
        elif kind not in (None, "indented") and fence:
            yield kind, "\n".join(lines) + "\n"
            kind = None
        elif kind is not None:
            lines.append(line)


def check_excerpts(document):
    """C++ under a heading with "From [file](path)" stands in that file, line for line. True where there are such."""
    for part in re.split(r"(?m)^(?=### |## )", document.read_text()):
        named = re.search(r"From \[[^]]*\]\(([^)]*)\)", part)
        if not named:
            continue
        source = (document.parent / named.group(1)).read_text()
        for excerpt in re.findall(r"```cpp\n(.*?)```", part, re.S):
            if excerpt not in source:
                raise SystemExit(f"check-docs: {document.name} shows what {named.group(1)} does not hold:\n{excerpt}")
            yield excerpt


class snippets:
    def __init__(self, prefix, work):
        self.prefix, self.work = prefix, work
        self.environment = dict(os.environ, PATH=f"{prefix / 'bin'}:{os.environ['PATH']}")

    def run(self, command, folder, what):
        done = subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"check-docs: {what}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def shell(self, text, folder, what):
        output = self.run(["sh", "-eu", "-c", text], folder, f"{what} fails in `{text.strip()}`")
        if "recommend" in text and "unknown to the model" in output:
            raise SystemExit(f"check-docs: {what} names ids that do not exist")
        for name in re.findall(r"--out (\S+)", text):
            files = [p for p in (folder / name, *(folder / name).rglob("*")) if p.is_file() and p.stat().st_size]
            if not files and "--dry-run" not in text:
                raise SystemExit(f"check-docs: {what}: {name} holds nothing")

    def prepare(self):
        """What a document may take for granted."""
        folder = self.work / "workshop"
        folder.mkdir()
        self.shell("m2grl synth --out shop --users 3000 --items 1500 --categories 20 --brands 30 --shops 10\n"
                   "cp shop/marketplace.toml shop.toml\nsed -i 's/^root = .*/root = \"shop\"/; s/^epochs = .*/epochs = 3/' shop.toml\n"
                   "m2grl train shop.toml --out shop.model", folder, "the workshop")
        events = (folder / "shop/events.csv").read_text().split()[1:]
        clicks = collections.Counter(event.split(",")[1] for event in events)
        items = [item for item, _ in clicks.most_common(400)]  # not those that only a held-out event names
        categories = dict(line.split(",")[:2] for line in (folder / "shop/items.csv").read_text().split()[1:])
        (folder / "sold_out.txt").write_text("\n".join(items[50:60]) + "\n")
        for name in ("histories.tsv", "users.tsv"):
            (folder / name).write_text(f"ann\t{items[7]} {items[12]}\nbob\t{items[3]}\n")
        (folder / "labels.txt").write_text("".join(f"{item} {categories[item]}\n" for item in items))
        self.write_weeks(folder)
        self.write_edges(folder / "DIR")
        self.write_clicks(folder)
        return folder

    @staticmethod
    def write_weeks(folder):
        """The log cut in two, for warm starts."""
        head, *events = (folder / "shop/events.csv").read_text().splitlines(keepends=True)
        for week, part in (("week1", events[: len(events) // 2]), ("week2", events[len(events) // 2 :])):
            shutil.copytree(folder / "shop", folder / week)
            (folder / week / "events.csv").write_text(head + "".join(part))
        text = (folder / "shop.toml").read_text()
        (folder / "news.toml").write_text(text.replace('root = "shop"', 'root = "."'))

    @staticmethod
    def write_edges(folder):
        """Two types of edges over the same nodes, and some to ask for."""
        folder.mkdir()
        draw = random.Random(1)
        edge = lambda: (draw.choice("12"), draw.randrange(60), draw.randrange(60))
        with gzip.open(folder / "train.txt.gz", "wt") as out:
            out.writelines("{} {} {}\n".format(*edge()) for _ in range(1500))
        with gzip.open(folder / "test.txt.gz", "wt") as out:
            out.writelines("{} {} {} {}\n".format(*edge(), i % 2) for i in range(100))

    @staticmethod
    def write_clicks(folder):
        """The logs of docs/data.md."""
        draw, rows, at = random.Random(1), ["at,user,item,action,seconds_on_page,city"], 0
        for user in range(50):
            for _ in range(12):
                at += draw.choice([1000, 60000, 5000000])
                action = draw.choice(["view", "cart", "buy", "refund"])
                rows.append(f"{at},u{user},i{draw.randrange(30)},{action},{draw.randrange(9)},c{draw.randrange(3)}")
        text = "\n".join(rows) + "\n"
        (folder / "clicks.csv").write_text(text)
        with gzip.open(folder / "clicks.csv.gz", "wt") as out:
            out.write(text)
        (folder / "items.csv").write_text("item,category,tags\n" +
                                          "".join(f"i{i},k{i % 4},t{i % 3}|t{i % 5}\n" for i in range(30)))


# What a document's commands need beside the workshop, or must not find there.
NEEDS = {
    "docs/checkpoints.md": "rm -r shop.model",
    "docs/evaluation.md": "ln -s shop.model MODEL",
    "docs/link_prediction.md": "m2grl train shown.toml --data DIR --out MODEL --set train.epochs=1",
}


def program_of(text):
    """A snippet of C++ as a whole program; what it takes for granted is declared before it."""
    given = """
      const m2grl::model known = m2grl::load_model("shop.model");
      const m2grl::table queries = known.views[0].tables.input.clone(), candidates = known.views[0].tables.output.clone();
      const std::vector<std::uint64_t> none{0, 0};
      const m2grl::ragged_ref seen{none, {}};
      const std::vector<m2grl::node_id> category_of(candidates.rows(), 0);
      const std::vector<std::uint64_t> one{0, 1};
      const std::vector<m2grl::node_id> first{0};
      const m2grl::ragged_ref allowed{one, first};
    """
    includes = "".join(line + "\n" for line in text.splitlines() if line.startswith("#include"))
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#include"))
    return f"#include <m2grl/m2grl.hpp>\n{includes}int main() {{ {given if 'how.' in body else ''}\n{body}\n}}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefix", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    args = parser.parse_args()
    work = args.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    here, counts, programs = snippets(args.prefix.resolve(), work), {}, []
    workshop = here.prepare()
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        name, excerpts = str(document.relative_to(ROOT)), set(check_excerpts(document))
        found = [(kind, text) for kind, text in blocks(document)
                 if kind in ("toml", "cpp") or (kind == "indented" and re.search(r"^m2grl ", text, re.M))]
        if not found:
            continue
        if name in EMPTY:  # its configurations are of the data that its commands write
            found.sort(key=lambda block: block[0] != "indented")
        folder = work / name.replace("/", "_")
        folder.mkdir() if name in EMPTY else shutil.copytree(workshop, folder)
        shown = [text for kind, text in blocks(document) if kind == "indented" and text.startswith("[")]
        (folder / "shown.toml").write_text("".join(shown))
        here.shell(NEEDS.get(name, ":"), folder, name)
        for kind, text in found:
            counts[kind] = counts.get(kind, 0) + 1
            if kind == "indented":
                here.shell(text, folder, name)
            elif kind == "toml":
                (folder / "shown.toml").write_text(text)
                data = ["--data", "shop"] if name in EMPTY else []
                here.run(["m2grl", "train", "shown.toml", "--out", "never", "--dry-run", *data], folder,
                         f"{name}: a configuration is not read")
            elif text not in excerpts and (text.count("\n") > 1 or "#include" not in text):
                programs.append((name, folder, text))
    compile_and_run(here, work, workshop, programs)
    print("check-docs: ran " + ", ".join(f"{number} {kind} blocks" for kind, number in sorted(counts.items())))


def compile_and_run(here, work, workshop, programs):
    folder = work / "programs"
    folder.mkdir()
    targets = []
    for number, (name, _, text) in enumerate(programs):
        (folder / f"snippet{number}.cpp").write_text(program_of(text))
        targets.append(f"add_executable(snippet{number} snippet{number}.cpp)\n"
                       f"target_link_libraries(snippet{number} PRIVATE m2grl::m2grl)\n")
    (folder / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.24)\nproject(snippets LANGUAGES CXX)\n"
                                           "find_package(m2grl REQUIRED)\n" + "".join(targets))
    here.run(["cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
              f"-DCMAKE_PREFIX_PATH={here.prefix}"], folder, "the programs are not configured")
    here.run(["cmake", "--build", "build"], folder, "a program is not compiled")
    for number, (name, _, _) in enumerate(programs):
        run = work / f"run{number}"
        shutil.copytree(workshop, run)
        if "save_model" in programs[number][2]:
            shutil.rmtree(run / "shop.model")
        here.run([str(folder / f"build/snippet{number}")], run, f"{name}: a program fails")


if __name__ == "__main__":
    main()
