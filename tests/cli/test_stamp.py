"""`checker stamp`: an authority's time under the evidence, and what happens where there is none to be had."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Checker, Ended, run
from tests.cli.pages import BRIDGE, FERRY, page, text_of, warc
from tests.crawl.servers import Script, Site, drip, flood, hang, moved, raw, reset, serving, text
from tests.keep.authority import ROOT, Authority, Reply, Signer, open_authority

INSTANT = r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture(scope="module")
def scanned(registered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one finding, whose settings leave a place for authorities."""
    place = Path(shutil.copytree(registered, tmp_path_factory.mktemp("scanned") / "here"))
    scan(place, BRIDGE)
    settings = place / "checker.toml"
    said = settings.read_text(encoding="utf-8")
    for shown, wanted in {
        "allow_private = false": "allow_private = true",
        "timeout = 30.0": "timeout = 0.5",
        'roots = ""': 'roots = "rules/roots.pem"',
    }.items():
        assert shown in said
        said = said.replace(shown, wanted)
    settings.write_text(said, encoding="utf-8")
    (place / "rules" / "roots.pem").write_bytes(ROOT.pem)
    return place


@pytest.fixture
def workspace(scanned: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed at will."""
    return Path(shutil.copytree(scanned, tmp_path / "workspace"))


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """An authority that the workspace asks, at work."""
    with open_authority(Authority()) as opened:
        monkeypatch.setenv("CHECKER_EVIDENCE_AUTHORITIES", opened.address)
        yield opened


def scan(place: Path, article: str) -> None:
    """Scan one repost, which leaves one more file of evidence."""
    pages = {f"https://repost.example/{article}.html": page(text_of(article), credit="來源：新華網")}
    assert run("scan", str(warc(place / "pages.warc.gz", pages)), "--workspace", str(place)).code == 1


def stamps(workspace: Path) -> list[str]:
    return sorted(path.name for path in (workspace / "data" / "evidence" / "stamps").iterdir())


def finding(checker: Checker) -> str:
    return checker("findings", "--csv").out.splitlines()[1].partition(",")[0]


def test_new_evidence_is_stamped_once(checker: Checker, workspace: Path, authority: Authority) -> None:
    ended = checker("stamp")
    assert (ended.code, ended.err) == (0, "stamps 1, failed 0\n")
    assert re.fullmatch(rf"{INSTANT}  000001.sha256  {authority.address}\n", ended.out)
    again = checker("stamp")
    assert (again.code, again.out, again.err, authority.asked) == (0, "", "stamps 0, failed 0\n", 1)
    scan(workspace, FERRY)
    assert "000002.sha256" in checker("stamp").out
    name = authority.address.removeprefix("http://").strip("/").replace(":", "_")
    assert stamps(workspace) == [
        f"000001.{name}.tsr",
        "000001.sha256",
        f"000002.{name}.tsr",
        "000002.sha256",
    ]
    ended = checker("verify")
    assert (ended.code, ended.out, ended.err) == (0, "", "captures 2, records 2, stamps 2, damaged 0\n")


def test_a_finding_shows_the_first_time_under_its_page(checker: Checker, workspace: Path, authority: Authority) -> None:
    case = finding(checker)
    assert "尚無可信時間戳" in checker("show", case).out
    first = checker("stamp").out.split()[0]
    scan(workspace, FERRY)
    checker("stamp")
    assert f"可信時間戳 {first}" in checker("show", case).out
    shown = workspace / "shown.html"
    checker("show", case, "--html", str(shown))
    assert f"可信時間戳 {first}" in shown.read_text(encoding="utf-8")


def test_where_nobody_is_asked_nothing_is_said_of_it(checker: Checker) -> None:
    assert "時間戳" not in checker("show", finding(checker)).out
    ended = checker("stamp")
    assert ended.code == 2
    assert ended.err.endswith("checker.toml: evidence.authorities names no time-stamping authority\n")


BAD_ANSWERS: dict[str, tuple[Script, str]] = {
    "closed": (raw(b""), "disconnected"),
    "reset": (reset, ""),
    "silent": (hang, "no answer in time"),
    "slow": (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"0", every=0.1), "no answer in time"),
    "endless": (flood(b"HTTP/1.1 200 OK\r\n\r\n", b"0" * 65536), "bytes"),
    "down": (text("sorry", status="503 Service Unavailable"), "answered 503"),
    "moved": (moved("http://127.0.0.1:1/"), "answered 302"),
    "empty": (text(""), "empty body"),
    "a page": (text("<html>系統維護中</html>"), "expected a reply as RFC 3161 writes it"),
}


@pytest.mark.parametrize(("script", "reason"), BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_a_bad_answer_is_no_stamp_and_is_asked_for_again(
    checker: Checker, workspace: Path, monkeypatch: pytest.MonkeyPatch, script: Script, reason: str
) -> None:
    with serving(Site({}, default=script)) as address:
        monkeypatch.setenv("CHECKER_EVIDENCE_AUTHORITIES", address)
        ended = checker("stamp")
    no_stamp(ended, workspace, address, reason)
    with open_authority(Authority()) as good:
        monkeypatch.setenv("CHECKER_EVIDENCE_AUTHORITIES", good.address)
        assert checker("stamp").code == 0


def test_one_that_is_gone_keeps_nobody_from_asking_the_other(
    checker: Checker, workspace: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "http://127.0.0.1:1/"
    monkeypatch.setenv("CHECKER_EVIDENCE_AUTHORITIES", f"{gone} {authority.address}")
    ended = checker("stamp")
    assert (ended.code, ended.err.splitlines()[-1]) == (2, "stamps 1, failed 1")
    assert f"no time stamp of {gone}: " in ended.err
    assert (checker("stamp").err.splitlines()[-1], authority.asked) == ("stamps 0, failed 1", 1)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(of=lambda _: bytes(32)), "it is a time stamp of something else"),
        (Reply(signer=Signer("Old", ROOT, (-30, -1))), "its certificate had expired"),
        (Reply(status="rejection"), "the authority gives none: rejection"),
    ],
    ids=["wrong hash", "expired chain", "refused"],
)
def test_a_stamp_that_proves_nothing_is_not_kept(
    checker: Checker, workspace: Path, authority: Authority, reply: Reply, reason: str
) -> None:
    authority.reply = reply
    no_stamp(checker("stamp"), workspace, authority.address, reason)
    authority.reply = Reply()
    assert checker("stamp").code == 0


def no_stamp(ended: Ended, workspace: Path, authority: str, reason: str) -> None:
    """Nothing was had, which is one line; the list is there for the next time."""
    told, counts = ended.err.splitlines()
    assert (ended.code, ended.out, counts) == (2, "", "stamps 0, failed 1")
    assert told.startswith(f"no time stamp of {authority}: ")
    assert reason in told
    assert stamps(workspace) == ["000001.sha256"]


def test_a_changed_file_is_seen_though_its_pages_can_be_read(
    checker: Checker, workspace: Path, authority: Authority
) -> None:
    checker("stamp")
    (held,) = workspace.glob("data/evidence/*/*.warc.gz")
    content = bytearray(held.read_bytes())
    content[4] ^= 1  # the time in the head of the first gzip member, which no reader looks at
    held.write_bytes(content)
    ended = checker("verify")
    assert (ended.code, ended.err.splitlines()[-1]) == (1, "captures 1, records 1, stamps 1, damaged 1")
    assert ended.out == f"{held.parent.name}/{held.name}: is not what it was: 000001.sha256 has another SHA-256\n"


def test_a_changed_list_and_a_changed_stamp_are_seen(checker: Checker, workspace: Path, authority: Authority) -> None:
    checker("stamp")
    scan(workspace, FERRY)
    checker("stamp")
    first = workspace / "data" / "evidence" / "stamps" / "000001.sha256"
    first.write_text("0" + first.read_text()[1:])
    ended = checker("verify")
    assert ended.code == 1
    assert "stamps/000001.sha256: is not what it was: 000002.sha256 has another SHA-256" in ended.out
    assert "000001.127.0.0.1" in ended.out
    assert "it is a time stamp of something else" in ended.out


def test_without_roots_a_stamp_is_counted_and_not_called_checked(
    checker: Checker, workspace: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker("stamp")
    monkeypatch.delenv("CHECKER_EVIDENCE_AUTHORITIES")
    monkeypatch.setenv("CHECKER_EVIDENCE_ROOTS", "")
    ended = checker("verify")
    assert (ended.code, ended.out) == (0, "")
    assert "not checked: evidence.roots names no certificates" in ended.err


def test_run_due_stamps_what_it_has_just_found(checker: Checker, workspace: Path, authority: Authority) -> None:
    ended = checker("run-due")
    assert ended.code == 0
    assert "000001.sha256" in ended.out
    authority.reply = Reply(status="rejection")
    scan(workspace, FERRY)
    ended = checker("run-due")
    assert ended.code == 2
    assert "the authority gives none: rejection" in ended.err
    assert "reports: " in ended.err
