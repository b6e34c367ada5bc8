"""The files of a report, and its letters: written whole, from one set of figures."""

from datetime import datetime
from email import message_from_bytes, policy
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from pydantic import ValidationError

from checker.errors import UsageError
from checker.keep.store import Store
from checker.report import post
from checker.report.figures import Figures
from checker.report.period import parse
from checker.settings import Mail, Reader, Settings
from tests.report.conftest import NOTES
from tests.report.world import MONDAY, ZONE

WEEK = parse("2026-W47", ZONE)


@pytest.fixture
def office(store: Store, tmp_path: Path) -> post.Office:
    return post.Office(store, Settings(timezone=ZONE), tmp_path / "reports", lambda _: NOTES)


def test_a_report_is_three_files(office: post.Office, figures: Figures) -> None:
    made = post.write(office, WEEK, MONDAY, Reader(to="team@readers.example"))
    assert made.figures == figures
    folder = office.folder / "2026-W47"
    assert [made.report, made.mail, made.workbook] == [
        folder / "report.html",
        folder / "mail.eml",
        folder / "findings.xlsx",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["findings.xlsx", "mail.eml", "report.html"]
    links = [str(link["href"]) for link in BeautifulSoup(made.report.read_text(encoding="utf-8"), "lxml").find_all("a")]
    assert [link for link in links if not link.startswith("#")] == ["findings.xlsx"]  # the rows behind the numbers
    message = message_from_bytes(made.mail.read_bytes(), policy=policy.default)
    assert message["To"] == "team@readers.example"
    attached = next(message.iter_attachments())
    assert attached.get_content() == made.workbook.read_bytes()


def test_written_again_it_is_the_same(office: post.Office) -> None:
    reader = Reader(to="team@readers.example")
    first = [path.read_bytes() for path in paths(post.write(office, WEEK, MONDAY, reader))]
    assert [path.read_bytes() for path in paths(post.write(office, WEEK, MONDAY, reader))] == first


def test_a_folder_that_cannot_be_written_is_one_line(office: post.Office) -> None:
    office.folder.write_text("no folder")
    with pytest.raises(UsageError, match=r"report\.html: the report cannot be written: Not a directory$"):
        post.write(office, WEEK, MONDAY, Reader(to="team@readers.example"))


def paths(made: post.Written) -> tuple[Path, Path, Path]:
    return made.report, made.mail, made.workbook


def test_every_number_has_its_rows_in_the_workbook(office: post.Office) -> None:
    made = post.write(office, WEEK, MONDAY, Reader(to="team@readers.example"))
    book = load_workbook(BytesIO(made.workbook.read_bytes()))
    found = rows(book["發現"])
    decided = rows(book["處置"])
    assert len(found) == made.figures.now.reposts
    assert sum(row["署名"] in ("規範署名", "署名不規範") for row in found) == made.figures.now.credited
    assert sum(row["判定"] in ("疑似違規", "確認違規") for row in found) == made.figures.now.suspected
    assert {type(row["首次發現"]) for row in found} == {datetime}
    assert sum(row["變更為"] == "已確認" for row in decided) == made.figures.now.confirmed
    assert sum(row["變更為"] in ("已更正", "已下架") for row in decided) == made.figures.settled.total
    assert len(rows(book["待決"])) == len(made.figures.decisions)
    assert sum(row["件數"] for row in rows(book["待決"])) == made.figures.pending
    licences = sum(each.count for each in made.figures.decisions if each.note)
    assert len(rows(book["待決明細"])) == made.figures.pending - licences
    last = rows(book["各期數字"])[-1]
    assert (last["期間"], last["轉載"], last["署名率"]) == ("2026-W47", 18, 0.5)


def rows(sheet: Any) -> list[dict[str, Any]]:
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


@pytest.mark.parametrize("broken", ["nobody", "a@b@c.example", "a@b.example\r\nBcc: c@d.example", ""])
def test_a_broken_address_is_no_setting(broken: str) -> None:
    with pytest.raises(ValidationError, match="expected a mail address such as"):
        Mail(sender=broken)
    with pytest.raises(ValidationError, match="expected a mail address such as"):
        Reader(to=broken)
