"""What pages, sitemaps and feeds lead to; the addresses themselves; traps."""

import gzip
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from checker.crawl.addresses import WRITTEN, canonical, of_file, site, written
from checker.crawl.links import address, feeds, links
from checker.crawl.queue import Errand
from checker.crawl.scope import Scope
from checker.crawl.sitemap import Listed, feed, sitemap
from checker.model import Page

HERE = "https://news.example/a/b.html"
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def page(body: bytes | str, *headers: tuple[str, str]) -> Page:
    """A page at HERE."""
    content = body.encode() if isinstance(body, str) else body
    return Page(HERE, datetime(2026, 11, 2, tzinfo=UTC), body=content, status=200, headers=headers)


class TestAddresses:
    """One form for each page."""

    @pytest.mark.parametrize(
        ("address", "form"),
        [
            ("HTTP://News.Example:80", "http://news.example/"),
            ("https://news.example:443/a#top", "https://news.example/a"),
            ("https://news.example./a", "https://news.example/a"),
            ("http://news.example:8080/a", "http://news.example:8080/a"),
            ("http://news.example/a?b=2&a=1", "http://news.example/a?a=1&b=2"),
            ("http://news.example/a?utm_source=x&id=5&spm=1.2&from=timeline", "http://news.example/a?id=5"),
            ("http://news.example/a;jsessionid=1A2B?PHPSESSID=0a1b2c3d4e5f6a7b8&p=1", "http://news.example/a?p=1"),
            ("http://news.example/show?sid=1234&from=20", "http://news.example/show?from=20&sid=1234"),
            ("http://news.example/國際/%B9%FA", "http://news.example/%E5%9C%8B%E9%9A%9B/%B9%FA"),
            ("http://news.example/a b", "http://news.example/a%20b"),
            ("http://例子.example/", "http://xn--fsqu00a.example/"),
        ],
    )
    def test_canonical(self, address: str, form: str) -> None:
        assert canonical(address) == form
        assert canonical(form) == form

    @pytest.mark.parametrize(
        "address", ["", "news.example/a", "ftp://x/", "http://", "http://[::1", "javascript:1", "http://x:99999/"]
    )
    def test_what_is_no_address(self, address: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            canonical(address)

    @given(st.from_regex(WRITTEN, fullmatch=True))
    def test_what_is_taken_as_written_is(self, address: str) -> None:
        assert address == safe_url_string(address)

    @given(st.text(max_size=40), st.text(max_size=20))
    def test_canonical_is_a_law(self, path: str, query: str) -> None:
        try:
            form = canonical(f"http://news.example/{path}?{query}")
        except ValueError:
            return
        assert canonical(form) == form
        assert form.isascii()

    @pytest.mark.parametrize(
        ("address", "home"),
        [
            ("http://www.news.com.cn/a", "news.com.cn"),
            ("http://a.b.news.co.uk/", "news.co.uk"),
            ("http://127.0.0.1:8000/a", "127.0.0.1:8000"),
            ("http://localhost/", "localhost"),
            ("http://www.news.example:8080/", "news.example"),
            ("http://[::1]:80/", "[::1]:80"),
        ],
    )
    def test_site(self, address: str, home: str) -> None:
        assert site(address) == home

    def test_a_file_is_named_without_detours(self, tmp_path: Path) -> None:
        assert of_file(tmp_path / "a" / ".." / "新.html") == (tmp_path / "新.html").as_uri()

    def test_written(self) -> None:
        assert written(" http://news.example/新 聞?a=%B9 ") == "http://news.example/%E6%96%B0%20%E8%81%9E?a=%B9"


class TestLinks:
    """60, 61: addresses as browsers read them."""

    @pytest.mark.parametrize(
        ("markup", "found"),
        [
            ('<a href="c.html">', "https://news.example/a/c.html"),
            ("<A HREF=/c>", "https://news.example/c"),
            ("<a class='x' href='//cdn.example/c?a=1&amp;b=2'>", "https://cdn.example/c?a=1&b=2"),
            ('<a href="\n /c\n.html ">', "https://news.example/c.html"),
            ('<a href="\\\\other.example\\c">', "https://other.example/c"),
            ('<a href="%zz">', "https://news.example/a/%zz"),
            ('<base href="https://base.example/x/"><a href="c">', "https://base.example/x/c"),
            ('<a href="c#part">', "https://news.example/a/c"),
            ('<area href="/map">', "https://news.example/map"),
        ],
    )
    def test_found(self, markup: str, found: str) -> None:
        assert links(page(markup)) == (found,)

    @pytest.mark.parametrize(
        "markup",
        [
            '<!-- <a href="/c"> -->',
            '<a href="javascript:go()">',
            '<a href="mailto:x@y">',
            '<a href="data:text/html,x">',
            '<a rel="nofollow" href="/c">',
            '<meta name="robots" content="noindex,nofollow"><a href="/c">',
            '<a href="http://[::1/">',
            '<!-- <a href="/c">',
            "<abbr href=/c>",
        ],
    )
    def test_not_found(self, markup: str) -> None:
        assert links(page(markup)) == ()

    def test_a_header_may_forbid_following(self) -> None:
        assert links(page("<a href=/c>", ("X-Robots-Tag", "noindex, nofollow"))) == ()

    def test_gbk_bytes_stay_as_they_are(self) -> None:
        assert links(page("<a href='/國'>".encode("gbk"))) == ("https://news.example/%87%F8",)

    @given(
        st.sampled_from(
            ("http://a.example", "https://a.example:8443/x/y.html", "http://a.example/x/./y/?q=/z", "file:///a")
        ),
        st.text(alphabet="ab12/.?#=:;-_ %", max_size=14).map(str.strip),
    )
    def test_plain_addresses_are_what_resolving_makes_of_them(self, base: str, text: str) -> None:
        assert address(text.encode(), base) == urljoin(base, text)

    def test_feeds(self) -> None:
        markup = (
            '<link rel=alternate type="application/rss+xml" href=/rss><link rel=stylesheet type="text/css" href=/c>'
        )
        assert feeds(page(markup)) == ("https://news.example/rss",)

    @pytest.mark.parametrize(
        "body",
        [
            b"<!--" * 300_000,
            b"<a " + b"x" * 1_000_000,
            b"<a" * 500_000,
            b"<a " + b"x= " * 300_000,
            b"<a href='" * 100_000,
            b"<a " + b"x-" * 500_000 + b">",
            b"<a href=/" + b"/.." * 300_000 + b">",
        ],
        ids=["comments", "long name", "tags", "attributes", "quotes", "dashes", "dots"],
    )
    def test_hostile_markup_costs_no_more_than_its_length(self, body: bytes) -> None:
        began = time.process_time()
        links(page(body))
        assert time.process_time() - began < 2


class TestSitemaps:
    """63, 69: lists of addresses from strangers."""

    def test_pages_and_news(self) -> None:
        body = f"""<?xml version="1.0"?><urlset {XMLNS} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
        <url><loc> https://news.example/1 </loc><lastmod>2026-11-01</lastmod></url>
        <url><loc>https://news.example/2</loc><news:news><news:publication_date>2026-11-02</news:publication_date>
        </news:news></url><url><loc/></url><url><loc>ftp://x/</loc></url></urlset>"""
        assert sitemap(body.encode()) == (
            Listed("https://news.example/1", when="2026-11-01"),
            Listed("https://news.example/2", news=True, when="2026-11-02"),
        )

    def test_index_gzip_text_and_bom(self) -> None:
        index = f"<sitemapindex {XMLNS}><sitemap><loc>https://news.example/s.xml</loc></sitemap></sitemapindex>"
        assert sitemap(gzip.compress(index.encode())) == (Listed("https://news.example/s.xml", index=True),)
        assert sitemap(b"\xef\xbb\xbf" + index.encode())[0].index
        assert sitemap(b"https://news.example/1\nrubbish\nhttps://news.example/2\n") == (
            Listed("https://news.example/1"),
            Listed("https://news.example/2"),
        )

    def test_what_comes_before_damage_is_kept(self) -> None:
        body = f"<urlset {XMLNS}><url><loc>https://news.example/1</loc></url><url><loc>https://news.exa"
        assert [listed.url for listed in sitemap(body.encode())] == ["https://news.example/1"]

    def test_entities_are_not_resolved(self) -> None:
        lol = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
        bomb = f'<!DOCTYPE x [<!ENTITY l0 "https://x/">{lol}]><urlset><url><loc>&l9;</loc></url></urlset>'
        outside = (
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://x/&e;</loc></url></urlset>'
        )
        assert not any("root" in listed.url for listed in sitemap(outside.encode()))
        assert sitemap(bomb.encode()) == ()

    @pytest.mark.parametrize("body", [b"", b"<", b"<urlset>", b"\x1f\x8b broken", b"\0" * 100, b"<html><p>404"])
    def test_rubbish_lists_nothing(self, body: bytes) -> None:
        assert sitemap(body) == ()

    def test_bounds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("checker.crawl.sitemap.LOCATIONS", 500)
        monkeypatch.setattr("checker.crawl.sitemap.SIZE", 100_000)
        many = "<urlset>" + "<url><loc>https://x/1</loc></url>" * 510 + "</urlset>"
        assert len(sitemap(many.encode())) == 500
        bomb = many.replace("</url>", "</url>" + " " * 1000).encode()
        assert 0 < len(sitemap(gzip.compress(bomb))) < 100

    @pytest.mark.parametrize(
        "body",
        [
            "<rss version='2.0'><channel><item><link>https://news.example/1</link></item>",
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='https://news.example/1'/></entry></feed>",
            "<rss><channel><item><link>https://news.example/1</link><title>a & b</title></item></channel></rss>",
        ],
    )
    def test_feeds_however_broken(self, body: str) -> None:
        assert [listed.url for listed in feed(body.encode())] == ["https://news.example/1"]

    @pytest.mark.parametrize(
        "body", [b"", b"<html>", b"\0\1\2", b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss>&e;']
    )
    def test_no_feed(self, body: bytes) -> None:
        assert feed(body) == ()


class TestTraps:
    """64 to 67: links that are not followed."""

    @pytest.mark.parametrize(
        ("path", "followed"),
        [
            ("/2026/11/02/1.html", True),
            ("/show/5123_2.html", True),
            ("/c/2087/12.html", True),
            ("/2026/11/11/11/11.html", True),
            ("/news/news/1.html", True),
            ("/calendar/2025/12/", True),
            ("/calendar/2031/12/", False),
            ("/events?month=12&year=9999", False),
            ("/a/b/a/b/", False),
            ("/x/x/x", False),
            ("/photo.JPG", False),
            ("/report.pdf?x=1", False),
            ("/d" * 20, False),
            ("/s?" + "&".join(f"p{at}=1" for at in range(9)), False),
            ("/" + "x" * 3000, False),
        ],
    )
    def test_judged(self, path: str, followed: bool) -> None:
        origin = Errand("https://news.example/", "https://news.example/", site="news.example")
        assert (Scope(2026).errand(f"https://www.news.example{path}", origin) is not None) is followed

    def test_one_variant_of_a_search_is_counted_once(self) -> None:
        origin = Errand("https://news.example/", "https://news.example/", site="news.example")
        scope = Scope(2026)
        same = [scope.errand("https://news.example/s?a=1&b=2", origin) for _ in range(500)]
        assert None not in same
        many = [scope.errand(f"https://news.example/s?a={at}&b=2", origin) for at in range(500)]
        assert 0 < sum(errand is not None for errand in many) < 100
