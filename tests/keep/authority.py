"""A time-stamping authority of the tests' own (RFC 3161): real certificates, real signatures, and every way to fail."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


@dataclass(eq=False)
class Signer:
    """A certificate with its key, issued by `issuer`, or by itself."""

    name: str
    issuer: "Signer | None" = None
    days: tuple[int, int] = (-30, 3650)  # valid from and until, from today
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING

    def __post_init__(self) -> None:
        now, by = datetime.now(UTC), self.issuer or self
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        draft = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(by.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + self.days[0] * DAY)
            .not_valid_after(now + self.days[1] * DAY)
            .add_extension(x509.BasicConstraints(ca=self.issuer is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
        )
        if self.issuer:
            draft = draft.add_extension(x509.ExtendedKeyUsage([self.usage]), critical=True)
        self.certificate = draft.sign(by.key, hashes.SHA256())
        self.pem = self.certificate.public_bytes(Encoding.PEM)
        self.parsed = asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER))


ROOT = Signer("Root of the tests")
GOOD = Signer("Time of the tests", ROOT)


@dataclass
class Reply:
    """How an authority answers a request; the defaults are as they should be."""

    signer: Signer = GOOD
    status: str = "granted"
    at: Callable[[], datetime] = lambda: datetime.now(UTC)
    of: Callable[[bytes], bytes] = lambda digest: digest
    nonce: Callable[[int], int] = lambda nonce: nonce
    certificates: tuple[Signer, ...] | None = None
    unsorted: bool = False

    def __call__(self, request: bytes) -> bytes:
        """Answer one request, DER in and out."""
        if self.status != "granted":
            info = bytes(tsp.PKIStatusInfo({"status": self.status}).dump())
            return b"\x30" + bytes([len(info)]) + info
        asked = tsp.TimeStampReq.load(request)
        imprint = self.of(asked["message_imprint"]["hashed_message"].native)
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.2.3.4.1",
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
                "serial_number": 7,
                "gen_time": self.at().replace(microsecond=0),
                "nonce": self.nonce(asked["nonce"].native),
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info.dump())},
                "certificates": self.shown(),
                "signer_infos": [self.signature(info.dump())],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        reply = bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())
        return self.swapped(reply) if self.unsorted else reply

    def shown(self) -> list[asn1.Certificate]:
        """Return the certificates that go with the signature."""
        every = (self.signer,) if self.certificates is None else self.certificates
        return [each.parsed for each in every]

    def swapped(self, reply: bytes) -> bytes:
        """Put two certificates the wrong way round: DER wants them sorted, real authorities do not care."""
        first, second = sorted(each.dump() for each in self.shown())
        assert first + second in reply
        return reply.replace(first + second, second + first)

    def signature(self, content: bytes) -> cms.SignerInfo:
        """Sign the content as CMS does (RFC 5652), naming the certificate (RFC 5816)."""
        own = self.signer.parsed
        certificate = {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(own.dump()).digest()}
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
                {"type": "signing_certificate_v2", "values": [{"certs": [certificate]}]},
            ]
        )
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signature": self.signer.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
            }
        )


@dataclass
class Authority:
    """What is answered, over HTTP, and how many requests came."""

    reply: Callable[[bytes], bytes] = field(default_factory=Reply)
    asked: int = 0
    address: str = ""


@contextmanager
def open_authority(authority: Authority) -> Iterator[Authority]:
    """Serve an authority on 127.0.0.1."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked += 1
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = authority.reply(request)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    authority.address = f"http://127.0.0.1:{server.server_address[1]}/"
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
