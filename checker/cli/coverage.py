"""How much of what was planned was really looked at: the last line of every scan."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from checker.keep.record import site
from checker.model import JUDGED, Examined, Outcome, PageOutcome


@dataclass
class Tally:
    """Counts of pages by outcome, and of verdicts by what they say."""

    pages: Counter[PageOutcome] = field(default_factory=Counter)
    verdicts: Counter[Outcome] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)

    def add(self, examined: Examined) -> None:
        """Count one page."""
        self.pages[examined.outcome] += 1
        self.hosts.add(site(examined.page.url))
        self.verdicts.update(verdict.outcome for verdict in examined.verdicts)

    def turn(self, outcomes: Iterable[tuple[Outcome, Outcome]]) -> None:
        """Count verdicts that came out otherwise once every page was known, as they were and as they are."""
        for before, after in outcomes:
            self.verdicts[before] -= 1
            self.verdicts[after] += 1

    @property
    def failed(self) -> Counter[PageOutcome]:
        """The pages that were not judged, by reason."""
        return Counter({outcome: count for outcome, count in self.pages.items() if outcome not in JUDGED})

    @property
    def share(self) -> float:
        """The share of pages that were judged; of no pages at all, none was."""
        total = self.pages.total()
        return 1 - self.failed.total() / total if total else 0.0

    def note(self) -> str:
        """Return a few words for the progress line."""
        hosts = f"{len(self.hosts)} host{'' if len(self.hosts) == 1 else 's'}"
        return f"{hosts}, {self.pages[PageOutcome.MATCHED]} matched, {self._lost()}"

    def line(self) -> str:
        """Return the coverage line of design's contract."""
        return (
            f"pages {self.pages.total()}, matched {self.pages[PageOutcome.MATCHED]}, "
            f"violations {self.verdicts[Outcome.VIOLATION]}, review {self.verdicts[Outcome.REVIEW]}, {self._lost()}"
        )

    def _lost(self) -> str:
        """How many pages failed, and why."""
        reasons = ", ".join(f"{outcome} {count}" for outcome, count in sorted(self.failed.items()))
        return f"failed {self.failed.total()}" + (f" ({reasons})" if reasons else "")
