"""A real SMTP server in a thread, with faults on demand, and certificates made for the test."""

import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Fault = Callable[[str, int], str | None]
"""What to answer a recipient (or his mail) at the n-th try, None to take it; "drop" closes the connection."""


@dataclass
class Office:
    """What arrived: every delivery in order, and how often each recipient was tried."""

    refuse_recipient: Fault = lambda to, tries: None
    refuse_mail: Fault = lambda to, tries: None
    deliveries: list[tuple[str, bytes]] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    arrived: threading.Event = field(default_factory=threading.Event)

    def messages(self, to: str) -> list[EmailMessage]:
        """The mails in a reader's mailbox: a mail store keeps one of each Message-ID."""
        found: dict[str, EmailMessage] = {}
        for reader, body in self.deliveries:
            if reader == to:
                message = message_from_bytes(body, policy=policy.default)
                found[str(message["Message-ID"])] = message
        return list(found.values())

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries[address] += 1
        if answer := self.refuse_recipient(address, self.tries[address]):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        to = envelope.rcpt_tos[0]
        self.mails[to] += 1
        answer = self.refuse_mail(to, self.mails[to])
        if answer not in (None, "drop"):
            return str(answer)
        body = envelope.content
        self.deliveries.append((to, body if isinstance(body, bytes) else str(body).encode()))
        self.arrived.set()
        if answer == "drop":
            assert server.transport is not None
            server.transport.close()
        return "250 taken"


class Server(Controller):
    """A server on a port that the system chose."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def serve(office: Office, **options: Any) -> Server:
    """Start a server on a free port of 127.0.0.1."""
    controller = Server(office, hostname="127.0.0.1", port=0, **options)
    controller.start()
    return controller


def login(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that knows one login."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=known, handled=known)

    return check


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context with a certificate signed by itself, and the file that a client must trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "cert.pem", folder / "key.pem"
    trusted.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
