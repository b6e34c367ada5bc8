"""One address gives one page: redirects, TLS, proxies, conditional requests, and the bytes as exchanged."""

import socket
import ssl
import threading
import time
from contextlib import ExitStack
from itertools import pairwise
from types import ModuleType
from urllib.parse import quote

import httpx
import httpx2
import pytest

from checker.crawl import transport
from checker.crawl.fetch import HOPS, Fetcher, user_agent
from checker.crawl.guard import refusal
from checker.errors import PageError
from checker.model import PageOutcome
from checker.settings import Crawl
from tests.crawl.servers import TLS, Site, certified, hang, moved, serving, text

PAGE = "<p>渡口的鐘聲在霧裡響了三遍</p>"
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def test_the_page_and_its_wire_are_what_was_exchanged(settings: Crawl) -> None:
    site = Site({"/a": text(PAGE, headers="Content-Type: text/html\r\nX-Odd:  two  words ")})
    with serving(site) as address, Fetcher(settings) as fetcher:
        page = fetcher.fetch(address + "/a")
    assert page.body.decode() == PAGE
    assert page.header("x-odd") == "two  words"
    assert page.wire is not None
    request, answer = page.wire
    assert request.startswith(b"GET /a HTTP/1.1\r\n")
    assert b"User-Agent: checker/" in request
    assert b"(+tests@example.org)" in request
    assert (
        answer
        == (
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(PAGE.encode())}\r\n"
            f"Content-Type: text/html\r\nX-Odd:  two  words\r\n\r\n{PAGE}"
        ).encode()
    )
    assert page.facts["peer"] == "127.0.0.1"


def test_a_pooled_connection_keeps_exchanges_apart(settings: Crawl) -> None:
    with serving(Site({"/a": text("<p>one"), "/b": text("<p>two")})) as address, Fetcher(settings) as fetcher:
        first, second = fetcher.fetch(address + "/a"), fetcher.fetch(address + "/b")
    assert first.wire is not None
    assert second.wire is not None
    assert b"GET /b" not in first.wire[0]
    assert second.wire[1].endswith(b"<p>two")
    assert b"<p>one" not in second.wire[1]


def test_connections_are_kept_for_a_bounded_number_of_hosts(settings: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "POOLS", 2)
    site = Site({"/a": text(PAGE)})
    with ExitStack() as stack, Fetcher(settings) as fetcher:
        homes = [stack.enter_context(serving(site, f"127.0.0.{last}")) for last in (1, 2, 3)]
        peers = [fetcher.fetch(f"{home}/a").facts["peer"] for home in (*homes, *homes)]
        assert len(fetcher.transport("", verify=True).pools) == 2
    assert peers == [f"127.0.0.{last}" for last in (1, 2, 3)] * 2


def test_the_user_agent_says_who_asks() -> None:
    assert user_agent("rights@example.org").startswith("checker/")
    assert "rights@example.org" in user_agent("rights@example.org")


class TestRedirects:
    """Hops are followed by us, each one checked."""

    def test_the_way_is_kept(self, settings: Crawl) -> None:
        site = Site({"/old": moved("/new?a=1", "301 Moved Permanently"), "/new": text(PAGE)})
        with serving(site) as address, Fetcher(settings) as fetcher:
            page = fetcher.fetch(address + "/old")
        assert (page.url, page.requested, page.status) == (address + "/new?a=1", address + "/old", 200)
        assert page.facts["redirects"] == f"301 {address}/old"

    def test_a_maze_with_changing_queries_ends(self, settings: Crawl) -> None:
        site = Site({"/": moved("/0")})
        site.scripts |= {f"/{at}": moved(f"/{at + 1}") for at in range(40)}
        with serving(site) as address, Fetcher(settings) as fetcher:
            page = fetcher.fetch(address + "/")
        assert (page.outcome, page.reason) == (PageOutcome.HTTP_ERROR, f"more than {HOPS} redirects")
        assert len(site.seen) == HOPS

    def test_two_that_point_at_each_other_end(self, settings: Crawl) -> None:
        site = Site({"/a": moved("/b"), "/b": moved("/a")})
        with serving(site) as address, Fetcher(settings) as fetcher:
            assert fetcher.fetch(address + "/a").reason == "redirect loop"
        assert len(site.seen) == 2

    @pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
    def test_raw_bytes_of_a_location_stay_as_they_are(self, settings: Crawl, encoding: str) -> None:
        site = Site({"/": moved("/新聞/報".encode(encoding)), "/" + quote("新聞/報".encode(encoding)): text(PAGE)})
        with serving(site) as address, Fetcher(settings) as fetcher:
            assert fetcher.fetch(address + "/").status == 200

    def test_each_hop_is_asked_for(self, settings: Crawl) -> None:
        site = Site({"/": moved("/secret"), "/secret": text(PAGE)})

        def admit(_here: str, there: str) -> None:
            if "secret" in there:
                raise PageError(PageOutcome.ROBOTS_DENIED, "no")

        with serving(site) as address, Fetcher(settings) as fetcher:
            page = fetcher.fetch(address + "/", admit=admit)
        assert page.outcome is PageOutcome.ROBOTS_DENIED
        assert [seen.path for seen in site.seen] == ["/"]

    def test_all_hops_share_one_deadline(self, hasty: Crawl) -> None:
        site = Site({"/": moved("/0")}, latency=0.3)
        site.scripts |= {f"/{at}": moved(f"/{at + 1}") for at in range(9)}
        began = time.monotonic()
        with serving(site) as address, Fetcher(hasty) as fetcher:
            assert fetcher.fetch(address + "/").outcome is PageOutcome.TIMEOUT
        assert time.monotonic() - began < hasty.timeout + 2


class TestConditional:
    """What did not change is not sent again."""

    def test_validators_are_sent_and_304_is_unchanged(self, settings: Crawl) -> None:
        site = Site({"/": text("", status="304 Not Modified")})
        with serving(site) as address, Fetcher(settings) as fetcher:
            page = fetcher.fetch(address + "/", etag='W/"x"', last_modified="Mon, 02 Nov 2026 08:00:00 GMT")
        assert page.outcome is PageOutcome.UNCHANGED
        assert site.seen[0].headers["if-none-match"] == 'W/"x"'
        assert site.seen[0].headers["if-modified-since"] == "Mon, 02 Nov 2026 08:00:00 GMT"


class TestTls:
    """A bad certificate is no page, unless the settings want it recorded."""

    @pytest.mark.parametrize(
        ("name", "reason"),
        [("selfsigned", "self-signed"), ("expired", "expired"), ("otherhost", "not valid for '127.0.0.1'")],
    )
    def test_a_bad_certificate_is_refused_or_recorded(
        self, name: str, reason: str, settings: Crawl, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
        with serving(Site({"/": text(PAGE)}), context=certified(name)) as address:
            with Fetcher(settings) as fetcher:
                strict = fetcher.fetch(address + "/")
            with Fetcher(settings.model_copy(update={"tls": "record"})) as fetcher:
                recorded = fetcher.fetch(address + "/")
        assert strict.outcome is PageOutcome.NETWORK_ERROR
        assert reason in strict.reason
        assert recorded.outcome is None
        assert reason in recorded.facts["tls_error"]

    @LIBRARIES
    def test_what_was_agreed_upon_is_kept(
        self, library: ModuleType, settings: Crawl, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "ca.pem"))
        site = Site({"/": text(PAGE)})
        with serving(site, context=certified("good")) as address, Fetcher(settings, library=library) as fetcher:
            page = fetcher.fetch(address + "/")
        assert page.outcome is None, page.reason
        assert page.facts["tls_version"].startswith("TLSv1.")
        assert page.facts["tls_cipher"]
        assert page.facts["tls_certificate"] in (TLS / "good.pem").read_text()
        assert "tls_error" not in page.facts
        assert page.wire is not None
        assert page.wire[1].startswith(b"HTTP/1.1 200")

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
    def test_an_old_version_is_refused(self, settings: Crawl) -> None:
        context = certified("good")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with serving(Site({"/": text(PAGE)}), context=context) as address, Fetcher(settings) as fetcher:
            page = fetcher.fetch(address + "/")
        assert page.outcome is PageOutcome.NETWORK_ERROR
        assert page.reason

    def test_plain_http_where_tls_should_be(self, hasty: Crawl) -> None:
        with serving(Site({"/": text(PAGE)})) as address, Fetcher(hasty) as fetcher:
            page = fetcher.fetch(address.replace("http:", "https:") + "/")
        assert page.outcome in {PageOutcome.NETWORK_ERROR, PageOutcome.TIMEOUT}

    def test_a_downgrade_shows_in_the_way(self, settings: Crawl) -> None:
        record = settings.model_copy(update={"tls": "record"})
        with serving(Site({"/": text(PAGE)})) as plain:
            site = Site({"/": moved(plain + "/")})
            with serving(site, context=certified("good")) as secure, Fetcher(record) as fetcher:
                page = fetcher.fetch(secure + "/")
        assert page.url == plain + "/"
        assert page.facts["redirects"] == f"302 {secure}/"


class TestAddresses:
    """No connection to an address that is not public, by whatever name or notation."""

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "localhost",
            "2130706433",
            "0x7f.1",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "10.1.2.3",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "100.64.0.1",
            "192.168.0.1",
            "[64:ff9b::7f00:1]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[2002:7f00:1::]",
            "224.0.0.1",
            "someone@127.0.0.1",
        ],
    )
    def test_refused(self, host: str, settings: Crawl) -> None:
        with Fetcher(settings.model_copy(update={"allow_private": False})) as fetcher:
            page = fetcher.fetch(f"http://{host}:9/")
        assert page.outcome is PageOutcome.REFUSED_ADDRESS, page.reason

    @pytest.mark.parametrize(
        "address", ["169.254.169.254", "100.100.100.200", "fe80::1%eth0", "::ffff:169.254.169.254"]
    )
    def test_metadata_is_refused_whatever_the_settings(self, address: str) -> None:
        assert refusal(address, allow_private=True)

    @pytest.mark.parametrize("address", ["8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8"])
    def test_public_addresses_pass(self, address: str) -> None:
        assert not refusal(address, allow_private=False)

    @LIBRARIES
    def test_one_private_address_among_public_ones_is_refused(self, library: ModuleType, settings: Crawl) -> None:
        closed = settings.model_copy(update={"allow_private": False})
        with Fetcher(closed, resolver=lambda _name, _port: ("8.8.8.8", "10.0.0.1"), library=library) as fetcher:
            assert fetcher.fetch("http://news.example/").outcome is PageOutcome.REFUSED_ADDRESS

    def test_a_name_that_changes_its_mind_is_refused_at_the_second_connection(self, settings: Crawl) -> None:
        answers = iter([("127.0.0.1",), ("169.254.169.254",)])
        site = Site({"/": text(PAGE, headers="Connection: close")})
        with serving(site) as address, Fetcher(settings, resolver=lambda _name, _port: next(answers)) as fetcher:
            url = address.replace("127.0.0.1", "rebinding.example") + "/"
            first, second = fetcher.fetch(url), fetcher.fetch(url)
        assert first.outcome is None
        assert second.outcome is PageOutcome.REFUSED_ADDRESS
        assert len(site.seen) == 1

    def test_a_redirect_to_a_private_address_is_refused(self, settings: Crawl) -> None:
        site = Site({"/": moved("http://10.0.0.1/admin")})
        closed = settings.model_copy(update={"allow_private": False})
        with serving(site) as address:
            with Fetcher(settings) as fetcher:
                opened = fetcher.get(address + "/")
            with Fetcher(closed) as fetcher:
                assert fetcher.fetch(opened.header("Location")).outcome is PageOutcome.REFUSED_ADDRESS

    def test_no_address_and_no_answer(self, hasty: Crawl) -> None:
        def missing(_name: str, _port: int) -> tuple[str, ...]:
            raise socket.gaierror(-2, "Name or service not known")

        def silent(_name: str, _port: int) -> tuple[str, ...]:
            time.sleep(hasty.timeout + 0.3)
            return ()

        with Fetcher(hasty, resolver=missing) as fetcher:
            page = fetcher.fetch("http://missing.example/")
        assert (page.outcome, "missing.example" in page.reason) == (PageOutcome.NETWORK_ERROR, True)
        with Fetcher(hasty, resolver=silent) as fetcher:
            assert fetcher.fetch("http://silent.example/").outcome is PageOutcome.TIMEOUT

    def test_connection_refused(self, settings: Crawl) -> None:
        with socket.socket() as unused, Fetcher(settings) as fetcher:
            unused.bind(("127.0.0.1", 0))
            page = fetcher.fetch(f"http://127.0.0.1:{unused.getsockname()[1]}/")
        assert page.outcome is PageOutcome.NETWORK_ERROR
        assert "refused" in page.reason


class TestProxies:
    """A host's proxy is asked instead of it, and its login stays secret."""

    def test_the_proxy_of_a_pattern_is_asked(self, settings: Crawl) -> None:
        site = Site({}, default=text(PAGE))
        with serving(site) as proxy:
            login = proxy.replace("//", "//someone:secret@")
            with Fetcher(settings.model_copy(update={"proxies": {"*.example": login}})) as fetcher:
                page = fetcher.fetch("http://news.example/a")
        assert page.body.decode() == PAGE
        assert site.seen[0].path == "http://news.example/a"
        assert page.facts["proxy"] == proxy
        assert not any("secret" in fact for fact in page.facts.values())

    def test_private_addresses_are_refused_before_the_proxy_is_asked(self, settings: Crawl) -> None:
        site = Site({}, default=text(PAGE))
        with serving(site) as proxy, Fetcher(settings.model_copy(update={"proxies": {"*": proxy}})) as fetcher:
            assert fetcher.fetch("http://169.254.169.254/").outcome is PageOutcome.REFUSED_ADDRESS
        assert site.seen == []


def test_two_hosts_at_one_address_take_turns(settings: Crawl) -> None:
    site = Site({"/": text(PAGE)}, latency=0.1)
    with serving(site) as address, Fetcher(settings, resolver=lambda _name, _port: ("127.0.0.1",)) as fetcher:
        urls = [address.replace("127.0.0.1", f"farm{at}.example") + "/" for at in range(4)]
        threads = [threading.Thread(target=fetcher.fetch, args=(url,)) for url in urls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    seen = sorted(site.seen, key=lambda one: one.began)
    assert len(seen) == 4
    assert all(later.began >= earlier.ended for earlier, later in pairwise(seen))


def test_what_is_in_flight_can_be_broken_off(settings: Crawl) -> None:
    with serving(Site({"/": hang})) as address, Fetcher(settings) as fetcher:
        timer = threading.Timer(0.3, fetcher.interrupt)
        timer.start()
        began = time.monotonic()
        page = fetcher.fetch(address + "/")
        timer.join()
    assert page.outcome is not None
    assert time.monotonic() - began < 5
