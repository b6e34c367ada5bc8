"""Pages that repost a sample article, made on the spot."""

import io
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from checker.register.corpus import markdown

CORPUS = Path(__file__).parents[2] / "corpus" / "cri"
BRIDGE = "2026-03-02-qingteng-bridge"
FERRY = "2026-03-02-last-ferry"

CLEAN = "今年入秋以來，城南舊書店的老闆把門前的燈換成了暖黃色，說是看書的人晚上不容易累眼睛。" * 5


def text_of(article: str) -> str:
    """Return the text of a sample article."""
    path = CORPUS / f"{article}.md"
    return str(markdown(path.read_text(encoding="utf-8"), path)["text"])


def page(text: str, *, credit: str = "", title: str = "本地新聞") -> bytes:
    """Return a plain page with a text and a line of source."""
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())
    head = f'<meta charset="utf-8"><title>{title}</title>'
    info = f'<div class="info">2026-03-05 09:00 {credit}</div>'
    return f"<html><head>{head}</head><body><h1>{title}</h1>{info}<div>{paragraphs}</div></body></html>".encode()


def warc(path: Path, pages: dict[str, bytes]) -> Path:
    """Write pages into a WARC file, by address."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, body in pages.items():
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": "2026-03-06T01:00:00Z"},
            )
            writer.write_record(record)
            record.raw_stream.close()
    return path
