"""Mails that arrive, cannot be tampered with, and travel encrypted; logins that nobody sees."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.errors import MailError
from checker.report.mail import Attachment, compose, message_id_of, send
from checker.report.weekly import Rendered
from checker.settings import Mail
from tests.report.smtp import Office, Server, certificate, login, serve

DATE = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
RENDERED = Rendered("[轉載合規週報] 2026-W47 & <b> 🪁", "<p>署名率 &amp; 61.7%</p>", "署名率 & 61.7%\n")
ID = "<report.2026-W47.0.abc@own.example>"
PASSWORD = "correct-horse-battery"


def mail(**values: object) -> Mail:
    return Mail.model_validate({"sender": "轉載合規 <rights@own.example>", "security": "none", **values})


def test_a_mail_has_what_a_mail_needs() -> None:
    book = Attachment("2026-W47.xlsx", b"PK")
    raw = compose(
        RENDERED, "team@readers.example", mail(reply_to="desk@own.example"), message_id=ID, date=DATE, attachment=book
    ).as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Subject"] == RENDERED.subject
    assert message["From"].addresses[0].addr_spec == "rights@own.example"
    assert message["Reply-To"] == "desk@own.example"
    assert message["Message-ID"] == ID
    assert message["Date"].datetime == DATE
    assert message["List-Unsubscribe"] == "<mailto:desk@own.example?subject=unsubscribe>"
    assert message["Auto-Submitted"] == "auto-generated"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == RENDERED.text.splitlines()
    assert html.get_content().strip() == RENDERED.html
    assert [part.get_filename() for part in message.iter_attachments()] == ["2026-W47.xlsx"]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_same_mail_is_the_same_bytes() -> None:
    first, second = (
        compose(RENDERED, "a@b.example", mail(), message_id=ID, date=DATE, attachment=Attachment("x.xlsx", b"PK"))
        for _ in range(2)
    )
    assert first.as_bytes() == second.as_bytes()


def test_an_id_is_of_reader_period_and_edition() -> None:
    ids = {
        message_id_of(period, reader, edition, mail())
        for period in ("2026-W47", "2026-W48")
        for reader in ("a@x.example", "b@x.example")
        for edition in (0, 1)
    }
    assert len(ids) == 8
    assert message_id_of("2026-W47", "a@x.example", 0, mail()) in ids


@given(st.text())
def test_no_subject_smuggles_a_header(text: str) -> None:
    subject = f"週報 {text}\r\nBcc: all@evil.example\n\nbody"
    raw = compose(Rendered(subject, "<p>", "x"), "a@b.example", mail(), message_id=ID, date=DATE).as_bytes()
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert "Bcc: all@evil.example" in message["Subject"]
    assert set(message.keys()) == {
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id", "List-Unsubscribe",
        "MIME-Version", "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@",
        "@b.example",
        "a@b.example\r\nBcc: c@d.example",
        "a b@c.example",
        "名@b.example",
        "a@b@c.example",
    ],
)
def test_a_broken_address_is_one_clear_line(address: str) -> None:
    with pytest.raises(MailError, match=r"^[^\n]* is no mail address$"):
        compose(RENDERED, address, mail(), message_id=ID, date=DATE)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture(params=["starttls", "tls"])
def server(
    request: pytest.FixtureRequest, office: Office, secured: tuple[object, Path]
) -> Iterator[tuple[str, Server]]:
    context, _ = secured
    check = login("desk", PASSWORD)
    if request.param == "tls":
        options = {"ssl_context": context, "auth_require_tls": False}
    else:
        options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    controller = serve(office, authenticator=check, **options)
    yield request.param, controller
    controller.stop()


def settings(server: tuple[str, Server], **values: object) -> Mail:
    security, controller = server
    return mail(host="127.0.0.1", port=controller.port, security=security, user="desk", password=PASSWORD, **values)


def test_mail_goes_encrypted_and_logged_in(
    server: tuple[str, Server], office: Office, secured: tuple[object, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secured[1]))
    send(compose(RENDERED, "team@readers.example", mail(), message_id=ID, date=DATE), settings(server))
    assert [to for to, _ in office.deliveries] == ["team@readers.example"]


def test_a_certificate_nobody_vouches_for_is_refused(server: tuple[str, Server], office: Office) -> None:
    with pytest.raises(MailError, match="no trusted encrypted connection") as told:
        send(compose(RENDERED, "team@readers.example", mail(), message_id=ID, date=DATE), settings(server))
    assert PASSWORD not in str(told.value)
    assert not office.deliveries


def test_a_wrong_login_is_told_without_its_password(
    server: tuple[str, Server], office: Office, secured: tuple[object, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secured[1]))
    wrong = settings(server).model_copy(update={"user": "other"})
    with pytest.raises(MailError, match="refused the login") as told:
        send(compose(RENDERED, "team@readers.example", mail(), message_id=ID, date=DATE), wrong)
    assert PASSWORD not in str(told.value) + repr(wrong)
    assert not office.deliveries


def test_a_server_without_encryption_gets_no_mail_and_no_login(office: Office) -> None:
    controller = serve(office, authenticator=login("desk", PASSWORD), auth_require_tls=False)
    plain = ("starttls", controller)
    with pytest.raises(MailError, match=r"cannot do mail\.security = 'starttls'"):
        send(compose(RENDERED, "team@readers.example", mail(), message_id=ID, date=DATE), settings(plain))
    controller.stop()
    assert not office.deliveries


def test_a_refusal_is_one_line(office: Office) -> None:
    office.refuse_recipient = lambda to, tries: "550 5.1.1 no\tsuch user"
    controller = serve(office)
    with pytest.raises(MailError, match=r"^the mail to team@readers.example was not taken: 550 5.1.1 no such user$"):
        send(
            compose(RENDERED, "team@readers.example", mail(), message_id=ID, date=DATE),
            mail(host="127.0.0.1", port=controller.port),
        )
    controller.stop()
