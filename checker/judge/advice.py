"""Self-check: what a licensee has to change on a page, sentence by sentence, in the reader's language."""

from checker.judge.pack import Pack
from checker.model import FindingKind, Verdict


def advice(verdict: Verdict, pack: Pack, language: str) -> tuple[str, ...]:
    """Return what to do on this page, the gravest first, each thing once; nothing where the page is in order.

    Only what is the site's business is told: which line to add or replace, and where it belongs.
    """
    told: dict[str, None] = {}
    for kind in (FindingKind.FAIL, FindingKind.REVIEW, FindingKind.INFORMATIONAL):
        for finding in verdict.findings:
            rule = pack.rule(finding.rule)
            if finding.kind is kind and rule is not None and rule.told_to == "site":
                told[finding.repair[language]] = None
    return tuple(told)
