"""A time stamp is believed only when it proves that these very bytes were there at that time."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.x509 import ObjectIdentifier

from checker.errors import SettingsError, StampError
from checker.keep.stamp import Asked, accepted, asked, roots_of, stamped, time_of
from tests.keep.authority import GOOD, ROOT, Reply, Signer

DATA = b"0" * 64 + b"  2026-11/a.warc.gz\n"
ROOTS = (ROOT.certificate,)
NOW = datetime.now(UTC)

OLD_ROOT = Signer("Root of long ago", days=(-30, -1))

BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "of something else": (Reply(of=lambda _: bytes(32)), "it is a time stamp of something else"),
    "of another request": (Reply(nonce=lambda number: number + 1), "it answers another request"),
    "expired": (Reply(signer=Signer("Old", ROOT, (-30, -1))), "its certificate had expired"),
    "expired root": (Reply(signer=Signer("New", OLD_ROOT)), "its certificate leads to none of the roots"),
    "not valid yet": (Reply(signer=Signer("Early", ROOT, (10, 20))), "certificate is not yet valid"),
    "of an unknown root": (
        Reply(signer=Signer("Other", Signer("No root"))),
        "its certificate leads to none of the roots",
    ),
    "signed by its own": (Reply(signer=Signer("Alone")), "its certificate leads to none of the roots"),
    "made for web sites": (
        Reply(signer=Signer("Web", ROOT, usage=ObjectIdentifier("1.3.6.1.5.5.7.3.1"))),
        "its certificate is not made for time stamps",
    ),
    "without certificate": (Reply(certificates=()), "it comes without its certificate"),
    "with another certificate": (Reply(certificates=(ROOT,)), "it comes without its certificate"),
    "of another time": (Reply(at=lambda: NOW + timedelta(days=2)), "this machine's"),
    "refused": (Reply(status="rejection"), "the authority gives none: rejection"),
    "later, perhaps": (Reply(status="waiting"), "the authority gives none: waiting"),
    "cut off": (lambda request: Reply()(request)[:-9], "expected a reply as RFC 3161 writes it"),
    "with more behind": (lambda request: Reply()(request) + b"\0", "expected a reply as RFC 3161 writes it"),
    "another signature": (lambda request: Reply()(request)[:-4] + b"\1\2\3\4", "its signature is not right"),
    "a page": (lambda _: "<html>系統維護中</html>".encode(), "expected a reply as RFC 3161 writes it"),
    "nothing": (lambda _: b"", "expected a reply as RFC 3161 writes it"),
}


def answered(reply: Callable[[bytes], bytes]) -> tuple[Asked, bytes]:
    question = asked(DATA)
    return question, reply(question.query)


def test_a_good_reply_gives_its_time_now_and_later() -> None:
    question, reply = answered(Reply(certificates=(GOOD, ROOT)))
    at = accepted(question, reply, ROOTS, NOW)
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)
    assert stamped(DATA, reply, ROOTS) == time_of(reply) == at


@pytest.mark.parametrize(("reply", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_reply_proves_nothing(reply: Callable[[bytes], bytes], reason: str) -> None:
    question, answer = answered(reply)
    with pytest.raises(StampError, match=reason):
        accepted(question, answer, ROOTS, NOW)


def test_certificates_out_of_order_are_no_fault() -> None:
    question, reply = answered(Reply(certificates=(GOOD, ROOT), unsorted=True))
    assert accepted(question, reply, ROOTS, NOW) == time_of(reply)


def test_a_certificate_that_expired_since_then_is_no_fault() -> None:
    signer = Signer("Now over", ROOT, (-30, -1))
    _, reply = answered(Reply(signer=signer, at=lambda: NOW - timedelta(days=9)))
    assert stamped(DATA, reply, ROOTS) == (NOW - timedelta(days=9)).replace(microsecond=0)


def test_one_changed_byte_of_the_data_is_seen() -> None:
    _, reply = answered(Reply())
    with pytest.raises(StampError, match="something else"):
        stamped(DATA.replace(b"a.warc", b"b.warc"), reply, ROOTS)


def test_no_bytes_make_it_fail_otherwise() -> None:
    question, reply = answered(Reply(certificates=(GOOD, ROOT), unsorted=True))
    dice = random.Random(3161)
    for _ in range(500):
        bad = bytearray(reply)
        for _ in range(dice.choice((1, 2, 40))):
            bad[dice.randrange(len(bad))] = dice.randrange(256)
        try:
            at = accepted(question, bytes(bad[: dice.choice((len(bad), dice.randrange(len(bad))))]), ROOTS, NOW)
        except StampError:
            continue
        assert at == time_of(reply)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\n!\n"])
def test_roots_that_are_none_are_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roots.pem"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"roots.pem: expected certificates, as PEM"):
        roots_of(path)


def test_roots_that_are_not_there_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        roots_of(tmp_path / "roots.pem")
