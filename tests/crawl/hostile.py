"""The bad answers of the web, one path each, and what must become of them.

The numbers are those of the list of bad inputs the crawler is held to; markup, look-alike characters and pages that
say no are the reader's, disks and databases the store's.
"""

import gzip
import io
import zipfile
import zlib
from typing import NamedTuple

import brotli
import zstandard

from checker.model import PageOutcome
from tests.crawl.servers import Script, drip, flood, hang, moved, raw, reset, text

LIMIT = 2_000_000
"""The size limit that the cases are fetched with."""

OK = b"HTTP/1.1 200 OK\r\n"
HTML = b"Content-Type: text/html\r\n"
PAGE = "<p>三江口新建的鐵路橋昨日合龍</p>"
ZEROS = bytes(50_000_000)


class Case(NamedTuple):
    """A path, what the server does there, the outcome, a word of the reason, and (where it matters) the body."""

    path: str
    script: Script
    outcome: PageOutcome | None
    reason: str = ""
    body: bytes | None = None


def sized(body: bytes, more: bytes = b"") -> Script:
    """Answer with a body as it is, and more headers."""
    return raw(OK + HTML + more + b"Content-Length: %d\r\n\r\n" % len(body) + body, close=False)


def coded(body: bytes, coding: str) -> Script:
    """Answer with a body under a content coding."""
    return sized(body, b"Content-Encoding: %s\r\n" % coding.encode())


def squeezed(body: bytes) -> bytes:
    """Gzip as small as it gets."""
    return gzip.compress(body, 9, mtime=0)


def picture() -> bytes:
    """The smallest PNG."""
    return (
        b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    )


def archive() -> bytes:
    """A zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("page.html", PAGE)
    return out.getvalue()


O = PageOutcome  # noqa: E741 - a table reads better with short names
GZ, BR, ZSTD = squeezed(ZEROS), brotli.compress(ZEROS, quality=5), zstandard.compress(ZEROS)
RAW_DEFLATE = zlib.compressobj(9, zlib.DEFLATED, -15)
BARE = RAW_DEFLATE.compress(PAGE.encode()) + RAW_DEFLATE.flush()

NETWORK: tuple[Case, ...] = (
    Case("/05-reset", reset, O.NETWORK_ERROR),
    Case("/06-closes", raw(b""), O.NETWORK_ERROR, "disconnected"),
    Case("/07-hangs", hang, O.TIMEOUT),
    Case("/08-slow-headers", drip(OK, b"x", every=0.1), O.TIMEOUT),
    Case("/09-slow-body", drip(OK + HTML + b"\r\n", b"x", every=0.1), O.TIMEOUT),
    Case("/10-endless-headers", flood(OK, b"X-Header: more\r\n" * 64), O.NETWORK_ERROR),
    Case("/11-long-header", raw(OK + b"X: " + b"y" * 150_000 + b"\r\n\r\n"), O.NETWORK_ERROR),
    Case(
        "/12-endless-chunks",
        flood(OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b"x" * 0x8000 + b"\r\n"),
        O.TOO_LARGE,
        "on the wire",
    ),
    Case("/13-short-body", raw(OK + HTML + b"Content-Length: 20\r\n\r\n7 bytes"), O.TRUNCATED, "", b"7 bytes"),
    Case(
        "/14-no-last-chunk",
        raw(OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        O.TRUNCATED,
        "",
        b"hello",
    ),
    Case("/15-bad-chunk-size", raw(OK + HTML + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"), O.TRUNCATED),
    Case("/16-two-lengths", raw(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), O.NETWORK_ERROR),
    Case("/16-negative-length", raw(OK + b"Content-Length: -5\r\n\r\nhello"), O.NETWORK_ERROR),
    Case("/17-no-status-line", raw(b"<html>hello</html>"), O.NETWORK_ERROR),
    Case("/17-garbage", raw(b"\x00\xff\xfe" * 100), O.NETWORK_ERROR),
    Case("/17-odd-status", raw(b"HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\nno", close=False), O.HTTP_ERROR, "999"),
    Case("/18-no-colon", raw(OK + b"what is this\r\nContent-Length: 2\r\n\r\nhi"), O.NETWORK_ERROR),
    Case("/19-nul-in-header", raw(OK + b"X: a\x00b\r\nContent-Length: 2\r\n\r\nhi"), O.NETWORK_ERROR),
    Case("/19-gbk-in-header", sized(PAGE.encode(), b"X-Title: " + "國際".encode("gbk") + b"\r\n"), None),
    Case(
        "/20-continues",
        raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 200 + OK + b"Content-Length: 2\r\n\r\nhi", close=False),
        None,
    ),
    Case(
        "/20-early-hints",
        raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi", close=False),
        None,
    ),
    Case("/20-switches", raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), O.NETWORK_ERROR),
    Case("/21-204-with-body", raw(b"HTTP/1.1 204 No Content\r\n\r\nbody"), O.NOT_HTML, "empty"),
    Case("/21-304-with-body", raw(b"HTTP/1.1 304 Not Modified\r\n\r\nbody"), O.UNCHANGED),
    Case("/22-loop", moved("/22-loop"), O.HTTP_ERROR, "loop"),
    Case(
        "/24-no-location", raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), O.HTTP_ERROR, "without a Location"
    ),
    Case("/25-file", moved("file:///etc/passwd"), O.REFUSED_ADDRESS, "file:"),
    Case("/25-javascript", moved("javascript:alert(1)"), O.REFUSED_ADDRESS, "javascript:"),
    Case("/25-data", moved("data:text/html,hello"), O.REFUSED_ADDRESS, "data:"),
    Case("/26-port-99999", moved("http://127.0.0.1:99999/"), O.HTTP_ERROR, "unusable"),
    Case("/26-no-address", moved("http://[::1/"), O.HTTP_ERROR, "unusable"),
    Case("/27-metadata", moved("http://169.254.169.254/latest/meta-data/"), O.REFUSED_ADDRESS, "169.254.169.254"),
    Case("/32-503", text("busy", status="503 Service Unavailable"), O.HTTP_ERROR, "503"),
)

BODIES: tuple[Case, ...] = (
    Case("/35-gzip-bomb", coded(GZ, "gzip"), O.TOO_LARGE, "gzip"),
    Case("/36-nested-twice", coded(squeezed(GZ), "gzip, gzip"), O.TOO_LARGE),
    Case("/36-nested-thrice", coded(squeezed(squeezed(GZ)), "gzip, gzip, gzip"), O.TOO_LARGE),
    Case("/36-nested-four-times", coded(squeezed(PAGE.encode()), "gzip, gzip, gzip, gzip"), O.UNDECODABLE, "4"),
    Case("/36-nested-honestly", coded(squeezed(squeezed(PAGE.encode())), "gzip, gzip"), None, "", PAGE.encode()),
    Case("/37-br-bomb", coded(BR, "br"), O.TOO_LARGE, "br"),
    Case("/37-zstd-bomb", coded(ZSTD, "zstd"), O.TOO_LARGE, "zstd"),
    Case("/37-deflate-bomb", coded(zlib.compress(ZEROS), "deflate"), O.TOO_LARGE, "deflate"),
    Case("/38-cut-gzip", coded(squeezed(PAGE.encode() * 50)[:-20], "gzip"), O.TRUNCATED, "ends early"),
    Case("/38-cut-br", coded(brotli.compress(PAGE.encode() * 50)[:-5], "br"), O.TRUNCATED),
    Case("/38-cut-zstd", coded(zstandard.compress(PAGE.encode() * 50)[:-5], "zstd"), O.TRUNCATED),
    Case("/39-plain-as-gzip", coded(PAGE.encode(), "gzip"), None, "", PAGE.encode()),
    Case("/39-plain-as-br", coded(PAGE.encode(), "br"), None, "", PAGE.encode()),
    Case("/39-bare-deflate", coded(BARE, "deflate"), None, "", PAGE.encode()),
    Case("/39-two-members", coded(squeezed(b"ab") + squeezed(b"cd"), "x-gzip"), None, "", b"abcd"),
    Case("/40-unknown-coding", coded(b"hello", "rot13"), O.UNDECODABLE, "rot13"),
    Case("/41-100-MB", raw(OK + HTML + b"Content-Length: 100000000\r\n\r\n"), O.TOO_LARGE, "100,000,000"),
    Case("/41-endless", flood(OK + HTML + b"\r\n", b"<p>more</p>" * 4096), O.TOO_LARGE),
    Case("/42-picture-as-html", sized(picture()), None, "", picture()),
    Case("/42-zip-as-html", sized(archive()), None),
    Case("/43-empty", sized(b""), O.NOT_HTML, "empty"),
    Case("/43-blank", sized(b" \r\n\t "), O.NOT_HTML, "empty"),
)

CASES = NETWORK + BODIES


def scripts() -> dict[str, Script]:
    """What the server does at each path."""
    return {case.path: case.script for case in CASES}
