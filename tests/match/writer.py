"""A process that changes an index until it is killed: `python -m tests.match.writer FOLDER SEED`.

Before a change it says what it is about to do, after it that it is done, one line each.
"""

import random
import sys
from pathlib import Path

from checker.match import index as index_module
from checker.match.index import Index
from tests.match.texts import article, prose

IDS = 40


def main(folder: Path, seed: int) -> None:
    index_module.FLUSH = 1000
    rng = random.Random(seed)
    index = Index.open(folder)
    for step in range(10_000):
        ids = [f"a{rng.randrange(IDS)}" for _ in range(rng.randrange(1, 12))]
        if rng.random() < 0.7:
            version = f"{seed}.{step}"
            print("add", version, *sorted(set(ids)), flush=True)
            index.add(article(f"版本{version} " + prose(rng, 120), name) for name in sorted(set(ids)))
        else:
            print("remove", "-", *sorted(set(ids)), flush=True)
            index.remove(ids)
        print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
