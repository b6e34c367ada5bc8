"""Write the approved copies anew: `python -m tests.report.approve`; read the difference before committing it."""

import tempfile
from pathlib import Path

from checker.keep.store import Store
from checker.model import LANGUAGES
from checker.report.counts import Scope
from checker.report.gather import gather
from checker.report.period import parse
from checker.report.weekly import page, render
from checker.report.workbook import report_workbook
from tests.report.conftest import NOTES
from tests.report.test_weekly import APPROVED, in_lines
from tests.report.world import MONDAY, ZONE, World, fill


def main() -> None:
    APPROVED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'checker.db'}") as store:
        with store.writing() as connection:
            fill(World(connection))
        with store.reading() as connection:
            figures = gather(connection, parse("2026-W47", ZONE), made=MONDAY, licences=NOTES)
            book = report_workbook(Scope(connection), figures, "zh-Hant", "full")
    (APPROVED / "zh-Hant.xlsx.txt").write_text(in_lines(book.content), encoding="utf-8")
    for language in LANGUAGES:
        rendered = render(figures, language)
        quiet = render(figures, language, "management")
        (APPROVED / f"{language}.full.txt").write_text(rendered.text, encoding="utf-8")
        (APPROVED / f"{language}.management.txt").write_text(quiet.text, encoding="utf-8")
        (APPROVED / f"{language}.mail.html").write_text(rendered.html, encoding="utf-8")
        (APPROVED / f"{language}.report.html").write_text(page(figures, language), encoding="utf-8")


if __name__ == "__main__":
    main()
