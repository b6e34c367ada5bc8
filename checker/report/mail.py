"""The mail of a report: composed so that it cannot be tampered with, handed over so that a failure is one line."""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote

from checker.errors import MailError
from checker.report.weekly import Rendered
from checker.settings import ADDRESS, Mail

TIMEOUT = 60.0
"""Seconds to wait for the mail server at each step."""

LINE_BREAKS = policy.SMTP
"""Lines end in CRLF, so that what is kept is byte for byte what is sent."""

DOT = re.compile(rb"(?m)^\.")
"""A dot that begins a line is doubled, for one alone ends the text (RFC 5321, 4.5.2)."""

WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@dataclass(frozen=True)
class Attachment:
    """A workbook that goes with a mail."""

    name: str
    content: bytes


def compose(
    rendered: Rendered,
    to: str,
    settings: Mail,
    *,
    message_id: str,
    date: datetime,
    attachment: Attachment | None = None,
) -> EmailMessage:
    """Compose a mail: plain text and HTML as alternatives, the workbook attached; MailError for a broken address."""
    sender = address(settings.sender)
    answers = address(settings.reply_to) if settings.reply_to else sender
    message = EmailMessage(policy=LINE_BREAKS)
    message["From"] = sender
    message["To"] = address(to)
    message["Reply-To"] = answers
    message["Subject"] = one_line(rendered.subject)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"checker report <report.{sender.domain}>"
    message["List-Unsubscribe"] = f"<mailto:{quote(answers.addr_spec, safe='@')}?subject=unsubscribe>"
    message.set_content(rendered.text, cte="base64")
    message.add_alternative(rendered.html, subtype="html", cte="base64")
    if attachment is not None:
        kind, subtype = WORKBOOK
        message.add_attachment(attachment.content, maintype=kind, subtype=subtype, filename=attachment.name)
    fix_boundaries(message, message_id)
    return message


def fix_boundaries(message: EmailMessage, message_id: str) -> None:
    """Name the parts' boundaries after the mail, not at random: the same mail is the same bytes."""
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary("=_" + hashlib.sha256(f"{number} {message_id}".encode()).hexdigest()[:32])


def address(text: str) -> Address:
    """An address as `name <user@example.org>` or `user@example.org`; MailError where it is none."""
    found = ADDRESS.fullmatch(text.strip()) if text.isprintable() else None
    if found is None:
        raise MailError(f"{one_line(text)!r} is no mail address")
    name = (found["name"] or "").strip().strip('"').replace("\\", "")
    return Address(display_name=name, addr_spec=found["spec"] or found["plain"])


def one_line(text: str) -> str:
    """The text on one line, without control characters: no header can be smuggled in."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def message_id_of(period: str, reader: str, edition: int, settings: Mail) -> str:
    """The Message-ID of an edition for a reader: the same however often it is tried."""
    key = hashlib.sha256(f"{period}\n{reader}\n{edition}".encode()).hexdigest()[:24]
    return f"<report.{period}.{edition}.{key}@{address(settings.sender).domain}>"


@contextmanager
def connected(settings: Mail) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, encrypted and logged in as the settings say; MailError says what went wrong."""
    place = f"mail server {settings.host}:{settings.port}"
    try:
        client = connect(settings)
    except smtplib.SMTPAuthenticationError as error:
        raise MailError(f"{place} refused the login ({error.smtp_code}); see CHECKER_MAIL_USER") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(f"{place} cannot do mail.security = {settings.security!r} or a login: {error}") from error
    except ssl.SSLError as error:
        raise MailError(f"{place}: no trusted encrypted connection: {error.reason or error}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"{place} cannot be reached: {reply(error)}") from error
    try:
        yield client
    finally:
        with suppress(OSError):  # a goodbye nobody waits for: what counts was said before
            client.putcmd("quit")
        client.close()


def connect(settings: Mail) -> smtplib.SMTP:
    """Open, secure and log in."""
    trust = ssl.create_default_context()
    if settings.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT, context=trust)
    else:
        client = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
    try:
        if settings.security == "starttls":
            client.starttls(context=trust)
        client.ehlo_or_helo_if_needed()
        if settings.user:
            client.login(settings.user, settings.password.get_secret_value())
    except BaseException:
        client.close()
        raise
    return client


def opened(client: smtplib.SMTP, sender: str, to: str, size: int) -> None:
    """Name sender and recipient and bring the server to wait for the text; SMTPResponseException where it refuses."""
    code, answer = client.mail(sender, [f"size={size}"] if client.has_extn("size") else [])
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    code, answer = client.rcpt(to)
    if code not in (250, 251):
        raise smtplib.SMTPResponseException(code, answer)
    code, answer = client.docmd("data")
    if code != 354:
        raise smtplib.SMTPDataError(code, answer)


def transferred(client: smtplib.SMTP, body: bytes) -> None:
    """Send the text and hear that the server took it; SMTPDataError where it did not."""
    client.send(DOT.sub(b"..", body) + b".\r\n")
    code, answer = client.getreply()
    if code != 250:
        raise smtplib.SMTPDataError(code, answer)


def send(message: EmailMessage, settings: Mail) -> None:
    """Hand one mail over now; MailError where the server does not take it."""
    sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    body = message.as_bytes()
    with connected(settings) as client:
        try:
            opened(client, sender, to, len(body))
            transferred(client, body)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"the mail to {message['To']} was not taken: {reply(error)}") from error


def reply(error: Exception) -> str:
    """What the server answered, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return one_line(f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}")
    return one_line(str(error)) or type(error).__name__
