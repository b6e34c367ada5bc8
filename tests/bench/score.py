"""Score the checker on a labelled set, and fail below the floors last reached: `python -m tests.bench.score FOLDER`.

FOLDER holds `score.py`, `dev/` (corpus, pages, labels) and `real/` (saved pages and what they state as their source).
Everything goes through the commands a user has, in a workspace of its own.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

FLOORS = Path(__file__).with_name("floors.toml")
ROW = re.compile(r"^(found|credit) +(\S+).* (\S+)$", re.MULTILINE)
TOTAL = re.compile(r"\b([a-z_]+) (\d+(?:\.\d+)?)\b")


def checker(workspace: Path, *words: str, out: Path | None = None) -> None:
    """Run one command in the workspace; its findings (exit code 1) are no failure here."""
    command = [sys.executable, "-m", "checker", *words, "--workspace", str(workspace)]
    with open(out or os.devnull, "wb") as stdout:
        code = subprocess.run(command, stdout=stdout, check=False).returncode
    if code not in {0, 1}:
        raise SystemExit(f"checker {words[0]} ended with {code}")


def scored(bench: Path, kind: str, folder: Path, rows: Path) -> dict[str, float]:
    """Print the table of the labelled set's own script and return every number of it by name."""
    table = subprocess.run(
        [sys.executable, str(bench / "score.py"), kind, str(folder), str(rows)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    print(table)
    rates = {f"{group}.{name}": float(rate) for group, name, rate in ROW.findall(table)}
    totals = {name: float(value) for name, value in TOTAL.findall(table.splitlines()[-1])}
    if kind == "sources":
        right, asked = re.findall(r"^sources (\d+)/(\d+)", table, re.MULTILINE)[0]
        totals["sources"] = int(right) / max(1, int(asked))
    return {f"{kind}.{name}": value for name, value in (rates | totals).items()}


def measure(bench: Path, scratch: Path) -> dict[str, float]:
    """Register, scan and read the labelled set; return its numbers."""
    workspace, found, read = scratch / "workspace", scratch / "found.jsonl", scratch / "read.jsonl"
    subprocess.run([sys.executable, "-m", "checker", "init", str(workspace)], check=True)
    checker(workspace, "register", str(bench / "dev" / "corpus.jsonl"))
    checker(workspace, "scan", str(bench / "dev" / "pages.warc.gz"), "--json", out=found)
    pages = sorted(str(path) for path in (bench / "real" / "pages").glob("*.html"))
    checker(workspace, "read", *pages, "--json", out=read)
    return scored(bench, "reposts", bench / "dev", found) | scored(bench, "sources", bench / "real", read)


def broken(numbers: dict[str, float]) -> list[str]:
    """Say which floors the numbers break: `least` values not reached, `most` values exceeded."""
    floors = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    found = dict.fromkeys(floors["least"], 0.0) | dict.fromkeys(floors["most"], 1e9) | numbers
    low = [f"{name} {found[name]} < {least}" for name, least in floors["least"].items() if found[name] < least]
    high = [f"{name} {found[name]} > {most}" for name, most in floors["most"].items() if found[name] > most]
    return low + high


def main() -> None:
    """Score the folder named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        problems = broken(measure(Path(sys.argv[1]).resolve(), Path(scratch)))
    if problems:
        raise SystemExit("below the floors:\n" + "\n".join(problems))
    print("every floor held")


if __name__ == "__main__":
    main()
