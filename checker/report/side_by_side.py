"""One case, both texts side by side: as a page to read, print and send to counsel, and for the terminal."""

from rich.console import Console, Group
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from checker.keep.capture import Proof
from checker.keep.cases import Case
from checker.keep.record import Record, in_language, instant
from checker.model import Article, Page
from checker.report.formats.table import STYLES
from checker.report.pieces import Piece, sides
from checker.report.templates import template
from checker.report.wording import CONFIRMED, SET_ASIDE, Wording, wording

PASSAGE_COLOURS = ("yellow", "cyan", "magenta", "green", "blue")
"""Colours of passages in the terminal, in turn; the number tells them apart where there is no colour."""


def side_by_side(
    case: Case,
    article: Article,
    language: str,
    *,
    page_text: str,
    page: Page | None = None,
    proof: Proof | None = None,
) -> str:
    """The case as one HTML page that needs nothing else; `page_text` is the page's visible text, `page` all of it."""
    ours, theirs = sides(case.record, article.text, page_text)
    return template("side_by_side.html").render(
        case=case,
        record=in_language(case.record, language),
        article=article,
        ours=ours,
        theirs=theirs,
        words=wording(language),
        suspicion=suspicion(case, wording(language)),
        way=way(page, proof, wording(language)),
        set_aside=case.state in SET_ASIDE,
        first_seen=instant(case.first_seen),
        last_seen=instant(case.last_seen),
        passages=len(case.record["match"]["passages"]),
    )


def suspicion(case: Case, words: Wording) -> str:
    """The reminder that a person has not confirmed it, "" where one has, or where nothing is suspected."""
    unsure = case.record["outcome"] in ("violation", "review") and case.state not in CONFIRMED | SET_ASIDE
    return words.say("side.suspicion") if unsure else ""


def way(page: Page | None, proof: Proof | None, words: Wording) -> tuple[str, ...]:
    """How the kept page came about, a line each, and who puts a time under it."""
    lines = [] if page is None else exchanged(page, words)
    if proof is not None:
        when = proof.at and instant(proof.at)
        lines.append(
            words.say("side.dated", when=when, authority=proof.authority) if when else words.say("side.undated")
        )
    return tuple(lines)


def exchanged(page: Page, words: Wording) -> list[str]:
    """What was exchanged on the way to a page, and whether it was rendered, a line each."""
    lines = [
        words.say("side.piece" if hop.piece else "side.hop", status=hop.status, when=instant(hop.captured), url=hop.url)
        for hop in page.hops
    ]
    if how := page.facts.get("rendered", ""):
        lines.append(words.say("side.rendered", how=how))
        lines += [words.say("side.without", url=url) for url in page.facts["rendered_without"].splitlines()]
    return lines


def terminal(
    case: Case,
    article: Article,
    console: Console,
    language: str,
    *,
    page_text: str,
    page: Page | None = None,
    proof: Proof | None = None,
) -> None:
    """Print the case: what was found and why, then both texts beside each other (below each other where narrow)."""
    told(case, console, language, page=page, proof=proof)
    both(case, article, console, language, page_text=page_text)
    judged(case, console, language)


def told(case: Case, console: Console, language: str, *, page: Page | None = None, proof: Proof | None = None) -> None:
    """Print what was found on the page, and every rule with its ground and its repair."""
    words, record = wording(language), in_language(case.record, language)
    console.print(facts(case, record, words))
    for line in way(page, proof, words):
        console.print(Text(line, "dim"))
    for finding in record["findings"]:
        console.print(rule(finding, words))


def both(case: Case, article: Article, console: Console, language: str, *, page_text: str) -> None:
    """Print both texts with their passages marked."""
    words = wording(language)
    ours, theirs = sides(case.record, article.text, page_text)
    left = Panel(marked(ours, words), title=Text(words.say("side.article")), title_align="left")
    right = Panel(marked(theirs, words), title=Text(words.say("side.page")), title_align="left")
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(ratio=1)
    if console.width >= 80:
        grid.add_column(ratio=1)
        grid.add_row(left, right)
    else:
        grid.add_row(left)
        grid.add_row(right)
    console.print(grid)


def judged(case: Case, console: Console, language: str) -> None:
    """Print the log of the decisions on the way."""
    console.print(Rule(Text(wording(language).say("side.log")), align="left", style="dim"))
    for line in case.record["log"]:
        console.print(Text(f"· {line}", "dim"))


def facts(case: Case, record: Record, words: Wording) -> Group:
    """The head of a case: verdict, article, page, match, credit, licence, evidence."""
    match, credit = record["match"], record["credit"]
    head = Text(f"{case.id}  ", "bold")
    head.append(words.verdict(record["outcome"], case.state), STYLES[case.level or ""])
    if case.state not in SET_ASIDE:
        head.append(f" · {words.word('state', case.state)}")
    lines = [head]
    if remark := suspicion(case, words):
        lines.append(Text(remark, "dim"))
    covered = words.say(
        "side.coverage",
        coverage=words.percent(match["coverage"], 0),
        page_coverage=words.percent(match["page_coverage"], 0),
    )
    rows = [
        ("side.article", f"{record['article']['title']} ({record['article']['id']})"),
        ("side.page", f"{record['page']['title']}\n{record['url']}"),
        ("column.match", f"{words.word('kind', match['kind'])} · {covered}"),
        ("side.credit", credited(credit, words)),
        ("side.licence", licensed(record["licence"], words)),
    ]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for key, value in rows:
        grid.add_row(words.say(key), Text(value))
    seen = words.say("side.seen", first=instant(case.first_seen), last=instant(case.last_seen))
    captured = words.say("side.captured", when=record["captured"])
    if case.capture is not None:
        captured += " · " + words.say("side.digest", digest=case.capture.sha256)
    return Group(*lines, grid, Text(f"{seen}\n{captured}", "dim"))


def credited(credit: Record, words: Wording) -> str:
    """How the page credits, in words with its own words quoted."""
    grade = words.word("grade", credit["grade"])
    if not credit["quote"]:
        return f"{grade} · {words.say('side.no_credit')}"
    return f"{grade} · {words.word('zone', credit['zone'])} · {credit['quote']}"


def licensed(licence: Record, words: Wording) -> str:
    """What the licences said on the day."""
    parts = (words.word("licence", licence["state"]), licence["id"], licence["clause"], licence["on"])
    return " · ".join(part for part in parts if part)


def rule(finding: Record, words: Wording) -> Text:
    """A rule that was broken: message, basis, the words on the page, repair."""
    text = Text(f"\n{finding['rule']} ", STYLES[finding["level"]])
    text.append(finding["message"], "bold")
    if finding["quote"]:
        text.append(f"\n  “{finding['quote']}”")
    for basis in finding["basis"]:
        text.append(f"\n  {words.say('side.basis')}: {basis}", "dim")
    text.append(f"\n  {words.say('side.repair')}: {finding['repair']}")
    return text


def marked(cut: tuple[Piece, ...], words: Wording) -> Text:
    """Pieces as text with coloured, numbered passages."""
    text = Text(overflow="fold")
    for piece in cut:
        if piece.omitted:
            text.append(words.say("side.omitted", n=piece.omitted), "dim italic")
        elif piece.passage:
            colour = PASSAGE_COLOURS[(piece.passage - 1) % len(PASSAGE_COLOURS)]
            text.append(f"[{piece.passage}]", f"bold {colour}")
            text.append(piece.text, colour)
        else:
            text.append(piece.text, "bold reverse" if piece.credit else None)
    return text
