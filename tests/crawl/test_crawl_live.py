"""A live crawl: polite by the servers' own logs, within its site and budget, each address once, gone when told."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from checker.crawl import live
from checker.crawl.addresses import host
from checker.crawl.fetch import Fetcher
from checker.crawl.frontier import SharedFrontier
from checker.crawl.targets import pages, understood
from checker.errors import SettingsError
from checker.keep.store import Store
from checker.model import Page, PageOutcome
from checker.settings import Crawl
from tests.crawl.servers import Script, Seen, Site, hang, moved, raw, reset, serving, text

ROBOTS = "User-agent: *\nDisallow: /private\nSitemap: {here}/news-sitemap.xml\n"
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


def html(*links: str) -> Script:
    """A page with links."""
    return text("<p>頁</p>" + "".join(f'<a href="{link}">x</a>' for link in links))


def crawl(targets: list[str], settings: Crawl, **changes: object) -> dict[str, Page]:
    """Crawl and return the pages by the path asked for; each is asked for once."""
    found = list(pages(targets, settings.model_copy(update=changes)))
    by_path = {page.requested.partition("//")[2].partition("/")[2]: page for page in found}
    assert len(by_path) == len(found)
    return by_path


def overlapping(seen: list[Seen]) -> list[tuple[Seen, Seen]]:
    """Pairs of requests that were in flight at the same time."""
    ordered = sorted(seen, key=lambda one: one.began)
    return [(one, other) for one, other in pairwise(ordered) if other.began < one.ended]


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve a site that names its own address in robots.txt."""
    with serving(site) as address:
        if "/robots.txt" not in site.scripts:
            site.scripts["/robots.txt"] = text(ROBOTS.format(here=address), headers="Content-Type: text/plain")
        yield address


def test_a_contact_is_asked_for(settings: Crawl) -> None:
    with pytest.raises(SettingsError, match=r"crawl\.contact"):
        crawl(["http://127.0.0.1:9/"], settings, contact="")


class TestPoliteness:
    """What servers see."""

    def test_never_two_in_flight_and_the_delay_is_kept(self, settings: Crawl) -> None:
        with ExitStack() as stack:
            sites = [Site({"/": html(*(f"/{at}" for at in range(5)))}, html(), latency=0.02) for _ in range(3)]
            here = [stack.enter_context(serving(site, f"127.0.0.{at + 1}")) for at, site in enumerate(sites)]
            found = list(pages([f"{address}/" for address in here], settings.model_copy(update={"delay": 0.1})))
        assert len(found) == 18
        for site in sites:
            assert not overlapping(site.seen)
            gaps = [later.began - earlier.ended for earlier, later in pairwise(site.seen)]
            assert min(gaps) >= 0.09
        assert overlapping([seen for site in sites for seen in site.seen]), "hosts are visited side by side"

    def test_robots_txt_comes_first_and_is_obeyed(self, settings: Crawl) -> None:
        site = Site({"/": html("/private/1", "/public", "/public"), "/public": html("/private")})
        with served(site) as address:
            found = crawl([address + "/"], settings)
        assert site.seen[0].path == "/robots.txt"
        assert not [seen.path for seen in site.seen if "private" in seen.path]
        assert found["private/1"].outcome is PageOutcome.ROBOTS_DENIED
        assert found["private/1"].reason == f"{address}/robots.txt: Disallow: /private"
        assert found["public"].facts["robots"].startswith(f"{address}/robots.txt: answered 200, sha256 ")

    def test_a_redirect_into_a_forbidden_path_is_not_followed(self, settings: Crawl) -> None:
        site = Site({"/": html("/go"), "/go": moved("/private/1")})
        with served(site) as address:
            found = crawl([address + "/"], settings)
        assert found["go"].outcome is PageOutcome.ROBOTS_DENIED
        assert "/private/1" not in [seen.path for seen in site.seen]

    def test_a_redirect_to_another_host_waits_for_its_turn_and_its_robots(self, settings: Crawl) -> None:
        there = Site({"/robots.txt": text("User-agent: *\nDisallow: /closed"), "/open": html()}, latency=0.05)
        with serving(there, "127.0.0.2") as other:
            here = Site({"/a": moved(f"{other}/open"), "/b": moved(f"{other}/closed"), "/c": moved(f"{other}/open")})
            with serving(here) as address:
                found = crawl([f"{address}/{name}" for name in "abc"] + [f"{other}/d"], settings)
        assert not overlapping(there.seen)
        assert found["b"].outcome is PageOutcome.ROBOTS_DENIED
        assert sorted(str(found[name].outcome) for name in "ac") == ["None", "unchanged"]
        assert [seen.path for seen in there.seen].count("/open") == 1

    def test_a_crawl_delay_is_kept(self, settings: Crawl) -> None:
        site = Site({"/robots.txt": text("User-agent: *\nCrawl-delay: 0.2\n"), "/": html("/a", "/b")}, html())
        with serving(site) as address:
            crawl([address + "/"], settings)
        assert min(later.began - earlier.ended for earlier, later in pairwise(site.seen)) >= 0.19

    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
    def test_too_much_is_waited_out_as_long_as_asked(self, settings: Crawl, status: str) -> None:
        refusals = [text("slow down", status=status, headers="Retry-After: 1"), text("<p>news")]

        def script(connection: socket.socket) -> None:
            refusals.pop(0)(connection)

        site = Site({"/a": script})
        with serving(site) as address:
            found = crawl([f"{address}/a"], settings)
        assert found["a"].outcome is None
        first, second = (seen.began for seen in site.seen if seen.path == "/a")
        assert second - first >= 1

    @pytest.mark.parametrize(
        ("told", "outcome"),
        [
            ("1", None),
            ("-5", PageOutcome.BLOCKED),
            ("soon", PageOutcome.BLOCKED),
            ("Fri, 31 Dec 9999 23:59:59 GMT", PageOutcome.BLOCKED),
            ("Mon, 02 Nov 2015 08:00:00 GMT", None),
            ("86400", PageOutcome.BLOCKED),
        ],
    )
    def test_every_form_of_retry_after_is_understood(
        self, settings: Crawl, told: str, outcome: PageOutcome | None
    ) -> None:
        refusals = [text("no", status="429 Too Many Requests", headers=f"Retry-After: {told}"), html()]

        def script(connection: socket.socket) -> None:
            refusals.pop(0)(connection)

        with serving(Site({"/robots.txt": text(""), "/a": script})) as address:
            (page,) = pages([f"{address}/a"], settings.model_copy(update={"patience": 30.0}))
        assert page.outcome is outcome

    def test_a_host_that_asks_for_too_long_a_wait_is_left(self, settings: Crawl) -> None:
        later = format_datetime(datetime.now(UTC) + timedelta(hours=3), usegmt=True)
        refused = text("no", status="429 Too Many Requests", headers=f"Retry-After: {later}")
        site = Site({}, refused)
        site.scripts["/robots.txt"] = text("")
        with serving(site) as address:
            found = crawl([f"{address}/{name}" for name in "abc"], settings)
        assert {page.outcome for page in found.values()} == {PageOutcome.BLOCKED}
        assert len(site.seen) == 2

    def test_a_dead_host_is_given_up(self, settings: Crawl) -> None:
        site = Site({"/robots.txt": text("")}, reset)
        with serving(site) as address:
            found = crawl([f"{address}/{at}" for at in range(20)], settings)
        assert len(found) == 20
        assert {page.outcome for page in found.values()} <= {PageOutcome.NETWORK_ERROR, PageOutcome.BLOCKED}
        assert len([seen for seen in site.seen if seen.path != "/robots.txt"]) <= 4


def test_every_address_of_a_refused_host_is_refused(settings: Crawl) -> None:
    found = crawl([f"http://127.0.0.1:9/{at}" for at in range(6)], settings, allow_private=False)
    assert [page.outcome for page in found.values()] == [PageOutcome.REFUSED_ADDRESS] * 6


class TestScope:
    """What a crawl goes after."""

    def test_site_section_and_page(self, settings: Crawl) -> None:
        site = Site({"/robots.txt": text("")}, html("/news/1", "/sport/1", "http://127.0.0.9:9/away"))
        with serving(site) as address:
            assert set(crawl([address + "/"], settings)) == {"", "news/1", "sport/1"}
            assert set(crawl([address + "/news/"], settings)) == {"news/", "news/1"}
            assert set(crawl([address + "/news/1"], settings)) == {"news/1"}

    def test_news_sitemaps_come_first_and_the_budget_holds(self, settings: Crawl) -> None:
        site = Site({"/": html(*(f"/link/{at}" for at in range(30)))}, html())
        with served(site) as address:
            news = "".join(f"<url><loc>{address}/news/{at}</loc></url>" for at in range(3))
            site.scripts["/news-sitemap.xml"] = text(URLSET.format(news), headers="Content-Type: text/xml")
            found = crawl([address + "/"], settings, pages=8)
        assert list(found)[:4] == ["", "news/0", "news/1", "news/2"]
        assert len(found) == 8

    def test_feeds_are_read(self, settings: Crawl) -> None:
        item = "<rss version='2.0'><channel><item><link>{}/from-feed</link></item></channel></rss>"
        page = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        site = Site({"/": text(page)}, html())
        with served(site) as address:
            site.scripts["/feed.xml"] = text(item.format(address), headers="Content-Type: application/rss+xml")
            assert "from-feed" in crawl([address + "/"], settings)

    def test_a_home_page_that_moves_takes_the_site_along(self, settings: Crawl) -> None:
        there = Site({"/": html("/1")}, html())
        with serving(there, "127.0.0.2") as other, serving(Site({"/": moved(other + "/")})) as address:
            found = list(pages([address + "/"], settings))
        assert [page.url for page in found] == [other + "/", other + "/1"]
        assert found[0].requested == address + "/"

    def test_a_page_that_leads_out_of_the_site_ends_there(self, settings: Crawl) -> None:
        there = Site({}, html())
        with serving(there, "127.0.0.2") as other, serving(Site({"/": html("/out"), "/out": moved(other)})) as address:
            found = crawl([address + "/"], settings)
        assert found["out"].outcome is PageOutcome.HTTP_ERROR
        assert "out of the site" in found["out"].reason
        assert there.seen == []

    def test_robots_that_cannot_be_had(self, hasty: Crawl) -> None:
        for script, outcome in (
            (text("", status="500 Oops"), PageOutcome.ROBOTS_DENIED),
            (text("", status="403 No"), None),
            (hang, PageOutcome.TIMEOUT),
        ):
            with serving(Site({"/robots.txt": script, "/a": html()})) as address:
                assert crawl([f"{address}/a"], hasty)["a"].outcome is outcome


class TestTraps:
    """64 to 69: what never ends, ends."""

    @pytest.mark.parametrize(
        "trap",
        [
            lambda at: f"/calendar/{2026 + at // 12}/{at % 12 + 1:02}/",
            lambda at: f"/news?PHPSESSID={at:032}",
            lambda at: "/a/b" * (at + 1),
            lambda at: f"/shop?color={at}&size={at}&sort=up",
            lambda at: f"/long/{'x' * 30 * at}",
        ],
        ids=["calendar", "session", "repeating", "facets", "growing"],
    )
    def test_a_trap_costs_few_pages(self, trap: object, settings: Crawl) -> None:
        count = iter(range(100_000))
        lock = threading.Lock()

        def script(connection: socket.socket) -> None:
            with lock:
                html(*(trap(next(count)) for _ in range(20)))(connection)  # type: ignore[operator]

        with serving(Site({"/robots.txt": text("")}, script)) as address:
            found = crawl([address + "/"], settings, depth=1000, pages=400)
        assert len(found) <= 100

    def test_sitemaps_that_point_at_each_other_end(self, settings: Crawl) -> None:
        count = iter(range(100_000))

        def more(connection: socket.socket) -> None:
            locs = "".join(f"<sitemap><loc>{here}/sitemap-{next(count)}.xml</loc></sitemap>" for _ in range(5))
            own = f"<sitemap><loc>{here}/news-sitemap.xml</loc></sitemap>"
            out = "<sitemap><loc>http://127.0.0.9:9/sitemap.xml</loc></sitemap>"
            text(f"<sitemapindex>{own}{out}{locs}</sitemapindex>", headers="Content-Type: text/xml")(connection)

        site = Site({"/": html()}, more)
        with served(site) as here:
            assert len(crawl([here + "/"], settings)) == 1
        assert len(site.seen) <= 110


def test_a_farm_of_hosts_at_one_address_has_one_budget(settings: Crawl) -> None:
    count = iter(range(100_000))

    def more(connection: socket.socket) -> None:
        html(*(f"http://h{next(count)}.farm.com:{port}/" for _ in range(20)))(connection)

    site = Site({"/robots.txt": text("")}, more, latency=0.003)
    bounded = settings.model_copy(update={"pages": 30})
    with serving(site) as address, Fetcher(bounded, resolver=lambda _name, _port: ("127.0.0.1",)) as fetcher:
        port = address.rpartition(":")[2]
        found = list(live.pages(understood([f"http://farm.com:{port}/"], bounded).seeds, bounded, fetcher=fetcher))
    assert len(found) == 30
    assert len(site.seen) <= 2 * 30 + 5
    assert not overlapping(site.seen)


def test_closing_the_iterator_breaks_off(settings: Crawl) -> None:
    site = Site({"/robots.txt": text(""), "/": html("/hang"), "/hang": hang})
    before = threading.active_count()
    with serving(site) as address:
        running = pages([address + "/"], settings.model_copy(update={"timeout": 60.0}))
        assert next(running).url == address + "/"
        time.sleep(0.3)
        began = time.monotonic()
        running.close()  # type: ignore[attr-defined]
        assert time.monotonic() - began < 5
    assert threading.active_count() <= before + 1


class TestRefresh:
    """61 and 62: pages that move their readers on by markup, and pages in frames."""

    @staticmethod
    def onward(target: str, seconds: int = 0) -> Script:
        return text(f"<meta http-equiv='Refresh' content='{seconds};URL={target}'>")

    def test_the_page_it_leads_to_is_had_instead(self, settings: Crawl) -> None:
        site = Site({"/a": self.onward("/b"), "/b": self.onward("c"), "/c": html()})
        with serving(site) as address:
            (page,) = pages([f"{address}/a"], settings)
        assert (page.outcome, page.url, page.requested) == (None, f"{address}/c", f"{address}/a")
        assert [hop.url for hop in page.hops] == [f"{address}/a", f"{address}/b"]

    def test_a_chain_without_an_end_ends(self, settings: Crawl) -> None:
        site = Site({f"/{at}": self.onward(f"/{at + 1}") for at in range(40)})
        with serving(site) as address:
            (page,) = pages([f"{address}/0"], settings)
        assert (page.outcome, page.reason) == (PageOutcome.HTTP_ERROR, "more than 10 redirects")
        assert len(site.seen) <= 12

    def test_a_circle_ends(self, settings: Crawl) -> None:
        with serving(Site({"/a": self.onward("/b"), "/b": self.onward("/a")})) as address:
            (page,) = pages([f"{address}/a"], settings)
        assert (page.outcome, page.reason) == (PageOutcome.HTTP_ERROR, "redirect loop")

    def test_a_circle_over_hosts_ends(self, settings: Crawl) -> None:
        there = Site({})
        with serving(there, "127.0.0.2") as other, serving(Site({"/a": moved(f"{other}/b")})) as address:
            there.scripts["/b"] = moved(f"{address}/a")
            (page,) = pages([f"{address}/a"], settings)
        assert (page.outcome, page.reason) == (PageOutcome.HTTP_ERROR, "redirect loop")

    def test_a_forbidden_target_is_not_asked_for(self, settings: Crawl) -> None:
        site = Site({"/robots.txt": text("User-agent: *\nDisallow: /private"), "/a": self.onward("/private/1")})
        with serving(site) as address:
            (page,) = pages([f"{address}/a"], settings)
        assert page.outcome is PageOutcome.ROBOTS_DENIED
        assert [seen.path for seen in site.seen] == ["/robots.txt", "/a"]

    def test_a_page_that_renews_itself_later_is_a_page(self, settings: Crawl) -> None:
        with serving(Site({"/a": self.onward("/a", 0), "/b": self.onward("/c", 300)})) as address:
            found = crawl([f"{address}/a", f"{address}/b"], settings)
        assert [found[name].outcome for name in "ab"] == [None, None]

    def test_frames_are_followed(self, settings: Crawl) -> None:
        site = Site({"/robots.txt": text(""), "/": text("<frameset><frame src=/inside><iframe src='/too'>")}, html())
        with serving(site) as address:
            assert set(crawl([address + "/"], settings)) == {"", "inside", "too"}


class TestHops:
    """Every exchange on the way to a page is kept, whoever made it."""

    def test_redirects_within_a_host_and_over_hosts_are_kept_in_their_order(self, settings: Crawl) -> None:
        there = Site({"/b": moved("/c", "301 Moved Permanently"), "/c": html()})
        with serving(there, "127.0.0.2") as other:
            here = Site({"/": moved("/a"), "/a": moved(f"{other}/b", "307 Temporary Redirect")})
            with serving(here) as address:
                (page,) = pages([f"{address}/"], settings, single=True)
        assert page.outcome is None
        assert [(hop.status, hop.url) for hop in page.hops] == [
            (302, f"{address}/"),
            (307, f"{address}/a"),
            (301, f"{other}/b"),
        ]
        for hop in page.hops:
            path = hop.url.rpartition("/")[2]
            assert hop.wire[0].startswith(f"GET /{path} HTTP/1.1\r\n".encode())
            assert hop.wire[1].startswith(f"HTTP/1.1 {hop.status} ".encode())
        assert [hop.captured for hop in page.hops] == sorted(hop.captured for hop in page.hops)

    def test_a_redirect_with_a_large_body_is_cut_and_says_so(self, settings: Crawl) -> None:
        large = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
        with serving(Site({"/a": raw(large, close=False), "/b": html()})) as address:
            (page,) = pages([f"{address}/a"], settings)
        (hop,) = page.hops
        assert hop.cut
        assert hop.wire[1] == large[: len(hop.wire[1])]

    def test_the_frontier_in_the_database_carries_them_too(self, settings: Crawl, store: Store) -> None:
        there = Site({"/b": html()})
        with serving(there, "127.0.0.2") as other, serving(Site({"/a": moved(f"{other}/b")})) as address:
            frontier = SharedFrontier(store.engine, 1, settings)
            (page,) = pages([f"{address}/a"], settings, frontier=frontier)
        (hop,) = page.hops
        assert (hop.url, page.url) == (f"{address}/a", f"{other}/b")


def test_validators_make_a_second_visit_cheap(settings: Crawl) -> None:
    site = Site({"/robots.txt": text(""), "/a": text("", status="304 Not Modified")})
    with serving(site) as address:
        known = {f"{address}/a": ('"tag"', "")}
        (page,) = pages([f"{address}/a"], settings, validators=lambda key: known.get(key, ("", "")))
    assert page.outcome is PageOutcome.UNCHANGED
    assert site.seen[-1].headers["if-none-match"] == '"tag"'
    assert host(page.url) == "127.0.0.1"
