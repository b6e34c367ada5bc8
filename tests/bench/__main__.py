"""Run every benchmark in its default size: `make bench`."""

import subprocess
import sys

BENCHES = ("bench_scan", "bench_read", "bench_match", "bench_crawl")
"""The report over a million findings takes minutes to seed; run it apart: python -m tests.bench.bench_report.

Those that need a labelled set are run apart too: bench_varied, bench_ways, score."""


def main() -> None:
    """Run them one after another, each in a process of its own; end with the first failure."""
    for name in BENCHES:
        subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=True)


if __name__ == "__main__":
    main()
