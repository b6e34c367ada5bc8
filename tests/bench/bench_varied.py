"""The labelled set with every page written another way: `python -m tests.bench.bench_varied FOLDER [NAME ...]`.

What a page says must be read alike whatever its classes are called, in either script and with or without blanks, and
also with decoys that other sites have. FOLDER is that of `tests.bench.score`, which does the scoring.
"""

import hashlib
import io
import re
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import lxml.html
import opencc
from fastwarc.warc import ArchiveIterator, WarcRecordType
from lxml.etree import Comment, _Element
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from checker.read.decode import decode
from tests.bench.score import measure

CHARSET = re.compile(r"<meta[^>]*charset[^>]*>", re.IGNORECASE)
HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
UNSEEN = ("script", "style", "link", "noscript")
TRADITIONAL = "traditional"
CONVERTER = opencc.OpenCC("s2t")
READERS = "<div class=comments><h3>网友评论</h3><ul><li><b>老王</b><p>来源：搬运工日报，转自某某网</p></li></ul></div>"
OTHERS = "<h3>相关阅读</h3><ul>{}</ul>".format(
    "".join(f"<li><a href=/n/{n}.html>某地第{n}条公路通车</a><span>来源：另一日报</span></li>" for n in range(5))
)


def relabelled(text: str) -> str:
    """Say UTF-8, whatever was said."""
    return HEAD.sub(lambda head: f'{head[0]}<meta charset="utf-8">', CHARSET.sub("", text), count=1)


def by_tree(change: Callable[[_Element], None]) -> Callable[[str], str]:
    """Write a page anew from its tree, every element changed."""

    def vary(text: str) -> str:
        root = lxml.html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", relabelled(text)))
        for element in list(root.iter()):
            change(element)
        return "<!DOCTYPE html>" + str(lxml.html.tostring(root, encoding="unicode"))

    return vary


def without(*tags: object) -> Callable[[str], str]:
    """Leave elements of some kinds out."""
    return by_tree(
        lambda element: element.drop_tree() if element.tag in tags and element.getparent() is not None else None
    )


def renamed(keep: bool) -> Callable[[str], str]:
    """Call classes and ids by names that say nothing, or not at all."""

    def change(element: _Element) -> None:
        for name in ("class", "id"):
            said = element.attrib.pop(name, "") if isinstance(element.tag, str) else ""
            if said and keep:
                element.set(
                    name, " ".join(f"c{hashlib.sha256(word.encode()).hexdigest()[:6]}" for word in said.split())
                )

    return by_tree(change)


def before_end(more: str) -> Callable[[str], str]:
    """Put something more below everything."""

    def vary(text: str) -> str:
        at = text.lower().rfind("</body>")
        return text[:at] + more + text[at:] if at > 0 else text + more

    return vary


VARIATIONS: dict[str, Callable[[str], str]] = {
    "as it is": relabelled,
    "classes renamed": renamed(keep=True),
    "no classes": renamed(keep=False),
    "no scripts, styles, comments": without(*UNSEEN, Comment),
    "no metadata": without("meta"),
    "blanks between tags": lambda text: re.sub(r">\s*<", ">\n<", text),
    "no blanks between tags": lambda text: re.sub(r">\s+<", "><", text),
    "paragraphs are divisions": lambda text: re.sub(r"<(/?)p\b(?=[\s>])", r"<\1div", text, flags=re.IGNORECASE),
    "spans are fonts": lambda text: re.sub(r"<(/?)(?:span|em|i)\b", r"<\1font", text, flags=re.IGNORECASE),
    "colons are narrow": lambda text: text.replace("：", ": "),
    TRADITIONAL: lambda text: str(CONVERTER.convert(text)),
    "readers comment": before_end(READERS),
    "others are recommended": before_end(OTHERS),
}


def varied(bench: Path, made: Path, name: str) -> None:
    """Write a copy of the labelled set with its pages varied, the names of sources in their script; link the rest."""
    vary = VARIATIONS[name]
    (made / "dev").mkdir(parents=True)
    (made / "real" / "pages").mkdir(parents=True)
    for same in ("score.py", "dev/corpus.jsonl", "dev/labels.jsonl"):
        (made / same).symlink_to(bench / same)
    index = (bench / "real" / "index.tsv").read_text(encoding="utf-8")
    stated = vary(index) if name == TRADITIONAL else index
    (made / "real" / "index.tsv").write_text(stated, encoding="utf-8")
    for path in (bench / "real" / "pages").glob("*.html"):
        text = decode(path.read_bytes(), "").text
        (made / "real" / "pages" / path.name).write_text(vary(text), encoding="utf-8", errors="surrogatepass")
    ok = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    with (bench / "dev" / "pages.warc.gz").open("rb") as held, (made / "dev" / "pages.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for record in ArchiveIterator(held, record_types=WarcRecordType.response):
            text = decode(record.reader.read(), record.http_headers.get("Content-Type") or "").text
            body = io.BytesIO(vary(text).encode("utf-8", "surrogatepass"))
            url = record.headers["WARC-Target-URI"]
            writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=ok))


def main() -> None:
    """Print the numbers of each variation."""
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(VARIATIONS):
        raise SystemExit(__doc__)
    bench = Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or VARIATIONS:
        with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
            varied(bench, Path(folder) / "bench", name)
            numbers = measure(Path(folder) / "bench", Path(folder))
        told = {key.partition(".")[2]: numbers[key] for key in ("reposts.recall", "reposts.credit", "sources.sources")}
        wrong = sum(numbers[key] for key in ("reposts.false_pairs", "sources.invented"))
        print(f"{name:30}" + "  ".join(f"{key} {value:.3f}" for key, value in told.items()) + f"  invented {wrong:.0f}")


if __name__ == "__main__":
    main()
