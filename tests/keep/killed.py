"""A scan in a process of its own, to be killed: `python -m tests.keep.killed DATABASE FOLDER RUN`.

Each page goes into the evidence and then into the store; its number is printed when both are done.
"""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from checker.keep.evidence import Evidence
from checker.keep.store import Store
from tests.keep.samples import NOW, article, examined, verdict

PAGES = 400


def main(address: str, folder: str, run: int) -> None:
    """Keep pages, every second one with a match, without end."""
    with Store.open(address) as store, Evidence.open(Path(folder)) as evidence:
        for number in range(PAGES):
            url = f"https://a.example/{number}"
            seen = examined(verdict(url, article(f"a{number % 7}"))) if number % 2 else examined(url=url)
            seen = replace(seen, page=replace(seen.page, body=b"<html>" * 500))
            capture = evidence.keep(seen.page) if seen.verdicts else None
            store.keep(run, seen, NOW + timedelta(seconds=number), capture)
            print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
