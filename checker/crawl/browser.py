"""A page as it is once its scripts have run: rendered by a real browser that never touches the network itself.

Whatever the browser asks for is answered by the crawl's own fetcher, one request at a time, so the guard at the socket,
robots.txt, the politeness and the bounds of a fetch hold for it as for any page, and what was exchanged is kept. Beside
that it has no way out: its own connections lead to a proxy whose name is never resolved. The page's first answer is
handed to it and not fetched again; only pieces of the same site that can bring text are got, with GET; service workers,
downloads, windows and a move to another address are refused.
"""

import asyncio
import importlib.util
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from checker.crawl.addresses import canonical, site
from checker.crawl.hops import hop
from checker.errors import SettingsError
from checker.model import Hop, Page, PageOutcome
from checker.settings import Crawl

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Playwright, Route

OWN = "playwright"
"""The setting that means the browser which Playwright itself installed."""

PIECES = 60
"""Pieces of one page that are fetched; what asks for more is no article."""

BRINGING = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
"""Sorts of pieces that can bring text, or that scripts wait for."""

TEXT = BRINGING - {"stylesheet"}
"""Sorts of pieces without which text may be missing."""

TABS = 2
"""Pages rendered at the same time."""

STARTING = 30.0
"""Seconds the browser may take to start."""

READING = 3.0
"""Seconds that are left for taking the page out, and for closing it."""

HOPLESS = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"})
"""Headers that are not true of a body handed to the browser, or that would make it remember."""

ARGUMENTS = (
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-quic",
    "--disable-gpu",
    "--dns-prefetch-disable",
    "--no-pings",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=256",
)

OUTER = "(most => {{ const html = document.documentElement.outerHTML; return html.length > most ? null : html }})({})"

Fetch = Callable[[str, float], Page]
"""Gets a piece of a page within some seconds, or says with an outcome why not: (address, seconds)."""


def require_browser(settings: Crawl) -> None:
    """Refuse to begin with a browser that is switched on but not there."""
    if not settings.browser:
        return
    if importlib.util.find_spec("playwright") is None:
        raise SettingsError("crawl.browser is set, but Playwright is missing: pip install 'checker[browser]'")
    if settings.browser != OWN and shutil.which(settings.browser) is None:
        raise SettingsError(
            f"crawl.browser: no program {settings.browser!r} is found; expected a browser such as chromium"
        )


@dataclass
class Tab:
    """One page being rendered: what it was given, and what it had to do without."""

    page: Page
    fetch: Fetch
    agent: str
    limit: int  # bytes that its pieces may have in all
    deadline: float  # of time.monotonic()
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    begun: bool = False
    hops: list[Hop] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    def left(self) -> float:
        """The seconds until what is there must do."""
        return max(self.deadline - READING - time.monotonic(), 0.1)

    async def answer(self, route: "Route") -> None:
        """Answer one request of the browser, or refuse it; what it no longer waits for is not answered."""
        from playwright.async_api import Error  # noqa: PLC0415 - an extra

        with suppress(Error):
            await self.settle(route)

    async def settle(self, route: "Route") -> None:
        """Hand over the page's own first answer, fetch a piece, or refuse."""
        request = route.request
        going = place(route)
        if going == "page" and not self.begun:
            self.begun = True
            await give(route, self.page)
        elif going == "piece" and self.wanted(request.method, request.resource_type, request.url):
            await self.piece(route)
        else:
            if going == "page" or (going == "piece" and request.resource_type in TEXT):
                self.without.append(request.url)
            await route.abort("blockedbyclient")

    def wanted(self, method: str, kind: str, url: str) -> bool:
        """Whether a piece may be fetched: of this site, for reading, and of a sort that can bring text."""
        try:
            return method == "GET" and kind in BRINGING and site(canonical(url)) == site(self.page.url)
        except ValueError:
            return False

    async def piece(self, route: "Route") -> None:
        """Fetch a piece and hand it over; one at a time, as a site is never asked twice at once."""
        url = route.request.url
        async with self.turn:
            spent = sum(len(response) for response in (each.wire[1] for each in self.hops))
            page = None
            if len(self.hops) < PIECES and spent < self.limit and self.deadline - READING > time.monotonic():
                page = await asyncio.to_thread(self.fetch, url, self.left())
        if page is not None and page.wire is not None:
            self.hops += [replace(each, piece=True) for each in (*page.hops, hop(page, most=self.limit))]
        if page is None or not page.status or page.outcome not in (None, PageOutcome.HTTP_ERROR, PageOutcome.NOT_HTML):
            self.without.append(url)
            await route.abort("failed")
        else:
            await give(route, page)


def place(route: "Route") -> Literal["page", "piece", "window"]:
    """Say what a request is for: the page itself, a piece of it, or a window that is only about to be."""
    from playwright.async_api import Error  # noqa: PLC0415 - an extra

    if not route.request.is_navigation_request():
        return "piece"
    try:
        return "piece" if route.request.frame.parent_frame else "page"
    except Error:  # there is no frame yet
        return "window"


async def give(route: "Route", page: Page) -> None:
    """Hand a fetched page to the browser."""
    headers = {name: value for name, value in page.headers if name.lower() not in HOPLESS}
    await route.fulfill(status=page.status, headers=headers, body=page.body)


class Browser:
    """One browser in a thread of its own, started with the first page; each page gets a profile of its own.

    Use it as a context manager. Threads may share it.
    """

    def __init__(self, settings: Crawl, agent: str) -> None:
        self._settings = settings
        self._agent = agent
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)  # answers to a page that was given up
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._tabs = asyncio.Semaphore(TABS)
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None

    def render(self, page: Page, fetch: Fetch) -> Page:
        """Return the page as its scripts make it, or as `blocked` with the reason why it could not be rendered."""
        return asyncio.run_coroutine_threadsafe(self._rendered(page, fetch), self._loop).result()

    async def _rendered(self, page: Page, fetch: Fetch) -> Page:
        from playwright.async_api import Error  # noqa: PLC0415 - an extra

        async with self._tabs:
            try:
                return await self._in_a_tab(page, fetch)
            except (Error, TimeoutError, asyncio.CancelledError) as error:
                lines = str(error).splitlines() or ["it came to no end"]
                reason = f"only a script fills the page, and it could not be rendered: {lines[0][:200]}"
                return replace(page, outcome=PageOutcome.BLOCKED, reason=reason)

    async def _in_a_tab(self, page: Page, fetch: Fetch) -> Page:
        browser = await asyncio.wait_for(self._running(), STARTING)
        began = time.monotonic()
        seconds = self._settings.timeout
        tab = Tab(page, fetch, self._agent, self._settings.max_bytes, began + seconds + READING)
        context = await asyncio.wait_for(
            browser.new_context(user_agent=self._agent, accept_downloads=False, service_workers="block"), STARTING
        )
        try:
            source = await asyncio.wait_for(shown(context, tab), seconds + 2 * READING)
        finally:
            await self._close(context)
        facts = {
            "rendered": f"Chromium {browser.version}, {time.monotonic() - began:.1f} s, pieces {len(tab.hops)}",
            "rendered_without": "\n".join(sorted(set(tab.without))[:PIECES]),
        }
        if source is None:
            return replace(page, outcome=PageOutcome.TOO_LARGE, reason="more than the limit once it was rendered")
        body = f"<!DOCTYPE html>\n{source}".encode("utf-8", "replace")
        return replace(page, body=body, facts={**page.facts, **facts}, hops=(*page.hops, *tab.hops))

    async def _running(self) -> "Chromium":
        """Return the browser, started where it is not running."""
        from playwright.async_api import async_playwright  # noqa: PLC0415 - an extra

        async with self._starting:
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            if self._chromium is None or not self._chromium.is_connected():
                named = self._settings.browser
                self._chromium = await self._playwright.chromium.launch(
                    executable_path=None if named == OWN else shutil.which(named),
                    args=list(ARGUMENTS),
                    chromium_sandbox=os.geteuid() != 0,  # it refuses to be root in its sandbox
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                )
            return self._chromium

    async def _close(self, context: "BrowserContext") -> None:
        """Close a page's profile; where a hostile page does not let go, close the browser."""
        try:
            await asyncio.wait_for(context.close(), READING)
        except Exception:  # noqa: BLE001 - whatever it is, the next page begins with a new browser
            chromium, self._chromium = self._chromium, None
            if chromium is not None:
                with suppress(Exception):
                    await asyncio.wait_for(chromium.close(), READING)

    async def _stop(self) -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            if task.get_coro().__name__ == "_rendered":  # type: ignore[union-attr]
                task.cancel()
        if self._chromium is not None:
            await self._chromium.close()
        if self._playwright is not None:
            await self._playwright.stop()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stopping: Coroutine[Any, Any, None] = self._stop()
        with suppress(Exception):
            asyncio.run_coroutine_threadsafe(stopping, self._loop).result(STARTING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(READING)
        self._loop.close()


async def shown(context: "BrowserContext", tab: Tab) -> str | None:
    """Load the page in the browser and return its markup once it has come to rest; None where it is too large."""
    from playwright.async_api import Error  # noqa: PLC0415 - an extra

    await context.route("**/*", tab.answer)
    await context.route_web_socket("**/*", lambda socket: socket.close())
    window = await context.new_page()
    context.on("page", lambda other: asyncio.ensure_future(other.close()))
    with suppress(Error):  # what is there when the time is over must do
        await window.goto(tab.page.url, wait_until="load", timeout=tab.left() * 1000)
        await window.wait_for_load_state("networkidle", timeout=tab.left() * 1000)
    # In a world of its own, where the page's scripts cannot have put anything in the way.
    devtools = await context.new_cdp_session(window)
    tree = await devtools.send("Page.getFrameTree")
    world = await devtools.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
    asked = {
        "contextId": world["executionContextId"],
        "expression": OUTER.format(json.dumps(tab.limit)),
        "returnByValue": True,
    }
    found = await devtools.send("Runtime.evaluate", asked)
    source = found["result"].get("value")
    return source if isinstance(source, str) and len(source) <= tab.limit else None
