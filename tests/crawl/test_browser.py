"""Script shells: rendered in a real browser that reaches nothing but through the crawl, and only when asked to."""

import importlib.util
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checker.crawl.browser import Browser, require_browser
from checker.crawl.targets import pages, understood
from checker.errors import SettingsError
from checker.model import Page, PageOutcome
from checker.read.refusal import load_refusals
from checker.read.screen import is_shell
from checker.settings import Crawl
from tests.crawl.servers import Site, serving, text

REFUSALS = load_refusals(Path(__file__).parents[2] / "rules" / "refusals.toml")
WORDS = "港口的汽笛在清晨響了三聲，漁船陸續出海。" * 8
JSON = "Content-Type: application/json; charset=utf-8"
SHELL = '<!doctype html><meta charset="utf-8"><title>海港</title><div id="app"></div><script>{}</script>'
FILL = 'fetch("{}").then(a => a.json()).then(a => {{ document.getElementById("app").innerText = a.words }})'

chromium = pytest.mark.skipif(
    shutil.which("chromium") is None or importlib.util.find_spec("playwright") is None,
    reason="needs the program chromium on the PATH and the package playwright",
)


def shell(page: Page) -> bool:
    return is_shell(page, REFUSALS)


@pytest.fixture
def rendering(settings: Crawl) -> Crawl:
    return settings.model_copy(update={"browser": "chromium", "timeout": 8.0})


def rendered(site: Site, settings: Crawl, path: str = "/") -> Page:
    site.scripts.setdefault("/robots.txt", text("User-agent: *\nDisallow: /closed\n"))
    with serving(site) as here:
        (page,) = pages([here + path], settings, single=True, shell=shell)
    return page


@contextmanager
def listening(kind: socket.SocketKind) -> Iterator[tuple[str, socket.socket]]:
    """A socket on another site that nobody should ever reach; gives host and port."""
    with closing(socket.socket(socket.AF_INET, kind)) as trap:
        trap.bind(("127.0.0.2", 0))
        trap.setblocking(False)
        if kind is socket.SOCK_STREAM:
            trap.listen()
        yield f"127.0.0.2:{trap.getsockname()[1]}", trap


def site_of(script: str) -> Site:
    words = text(f'{{"words": "{WORDS}"}}', headers=JSON)
    return Site({"/": text(SHELL.format(script)), "/words.json": words, "/closed.json": words})


@chromium
class TestRendering:
    """What a browser makes of a shell."""

    def test_what_a_script_fetches_is_read_and_all_that_was_exchanged_is_kept(self, rendering: Crawl) -> None:
        site = site_of(FILL.format("/words.json"))
        page = rendered(site, rendering)
        assert page.outcome is None
        assert WORDS in page.body.decode()
        assert page.facts["rendered"].startswith("Chromium ")
        assert page.facts["rendered_without"] == ""
        assert page.wire is not None
        assert page.wire[1].endswith(SHELL.format(FILL.format("/words.json")).encode())
        (piece,) = page.hops
        assert (piece.piece, piece.url.rpartition("/")[2]) == (True, "words.json")
        assert WORDS.encode() in piece.wire[1]
        assert [seen.path for seen in site.seen] == ["/robots.txt", "/", "/words.json"]
        assert all(seen.headers["user-agent"].startswith("checker/") for seen in site.seen)

    def test_a_page_with_text_is_left_as_it_came(self, rendering: Crawl) -> None:
        body = f"<!doctype html><p>{WORDS}</p><script>document.body.innerText = ''</script>"
        page = rendered(Site({"/": text(body)}), rendering)
        assert page.body == body.encode()
        assert "rendered" not in page.facts

    def test_nothing_is_reached_but_through_the_crawl(self, rendering: Crawl) -> None:
        with listening(socket.SOCK_STREAM) as (there, trap), listening(socket.SOCK_DGRAM) as (udp, packets):
            page = rendered(
                site_of(
                    f"""
                    const quietly = call => {{ try {{ call() }} catch (error) {{ }} }}
                    quietly(() => new WebSocket("ws://{there}/"))
                    quietly(() => navigator.sendBeacon("http://{there}/beacon", "x"))
                    quietly(() => new EventSource("http://{there}/events"))
                    quietly(() => new Worker(URL.createObjectURL(new Blob(["fetch('http://{there}/worker')"]))))
                    quietly(() => navigator.serviceWorker.register("/worker.js"))
                    quietly(() => window.open("http://{there}/window"))
                    quietly(() => new WebTransport("https://{udp}/"))
                    quietly(() => {{
                        const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:{udp}"}}]}})
                        peer.createDataChannel("x")
                        peer.createOffer().then(offer => peer.setLocalDescription(offer))
                    }})
                    for (const kind of ["img", "iframe", "script", "link"]) {{
                        const element = document.createElement(kind)
                        if (kind == "link") element.rel = "preconnect"
                        element[kind == "link" ? "href" : "src"] = "http://{there}/" + kind
                        document.body.append(element)
                    }}
                    fetch("http://169.254.169.254/latest/").catch(error => 0)
                    fetch("/closed.json").catch(error => 0)
                    {FILL.format("/words.json")}
                    """
                ),
                rendering,
            )
            with pytest.raises(BlockingIOError):
                trap.accept()
            with pytest.raises(BlockingIOError):
                packets.recv(1)
        assert WORDS in page.body.decode()
        assert [hop.url.rpartition("/")[2] for hop in page.hops] == ["words.json"]
        without = page.facts["rendered_without"].splitlines()
        assert {url.rpartition("/")[2] for url in without} >= {"iframe", "script", "closed.json", ""}

    def test_a_script_that_goes_elsewhere_stays_here(self, rendering: Crawl) -> None:
        site = site_of('location.href = "/words.json"')
        page = rendered(site, rendering)
        assert [seen.path for seen in site.seen] == ["/robots.txt", "/"]
        assert shell(page)
        assert page.facts["rendered_without"].endswith("/words.json")

    @pytest.mark.parametrize(
        ("script", "outcome"),
        [
            ("while (true) { }", PageOutcome.BLOCKED),
            ('document.body.innerText = "x".repeat(3000000)', PageOutcome.TOO_LARGE),
        ],
        ids=["endless", "huge"],
    )
    def test_a_hostile_script_costs_its_page_only(self, rendering: Crawl, script: str, outcome: PageOutcome) -> None:
        hasty = rendering.model_copy(update={"timeout": 1.5})
        assert rendered(site_of(script), hasty).outcome is outcome


@chromium
def test_one_browser_renders_page_after_page_also_after_a_hostile_one(rendering: Crawl) -> None:
    def page(script: str) -> Page:
        return Page("http://a.example/", datetime.now(UTC), SHELL.format(script).encode(), status=200)

    with Browser(rendering.model_copy(update={"timeout": 1.5}), "checker") as browser:
        bodies = [
            browser.render(page(script), lambda url, _seconds: page(url)).body
            for script in (
                "localStorage.x = 1",
                "while (true) { }",
                f'document.body.innerText = "{WORDS}" + document.cookie',
            )
        ]
    assert WORDS in bodies[2].decode()


def test_without_the_setting_a_shell_stays_what_it_is(settings: Crawl) -> None:
    site = site_of(FILL.format("/words.json"))
    page = rendered(site, settings)
    assert shell(page)
    assert [seen.path for seen in site.seen] == ["/robots.txt", "/"]


def test_a_browser_that_is_not_there_is_one_clear_line(settings: Crawl) -> None:
    missing = settings.model_copy(update={"browser": "no-such-browser"})
    with pytest.raises(SettingsError, match=r"crawl\.browser: no program 'no-such-browser'"):
        understood(["http://127.0.0.1:9/"], missing)


def test_a_missing_package_is_one_clear_line(settings: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=re.escape("pip install 'checker[browser]'")):
        require_browser(settings.model_copy(update={"browser": "playwright"}))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<div id="app"></div><script src="app.js"></script>', True),
        ("<noscript>請啟用JavaScript</noscript><script src='app.js'></script>", True),
        ("<title>安全验证</title><script src='app.js'></script>", False),
        ("<div></div><script>window['$_ts']={}</script>", False),
        (f"<p>{WORDS}</p><script></script>", False),
        ("", False),
    ],
)
def test_what_keeps_visitors_out_is_no_shell(body: str, expected: bool) -> None:
    assert shell(Page("http://a.example/", datetime.now(UTC), body.encode(), status=200)) is expected
