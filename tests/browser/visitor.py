"""Somebody at a browser: a page, what they do there again and again, and what went wrong behind it."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

# An answer of the starter model on a machine that has other work too.
ANSWER_MS = 240_000
# The same machine does all the work behind the pages.
expect.set_options(timeout=20_000)
CONVERSATION = re.compile(r"/chat/[0-9a-f-]{36}$")
# Asked on every first page, to learn whether somebody is signed in.
SIGNED_OUT = (401, "/api/v1/me")


class Visitor:
    """One browser window, in any language. `calm` says whether the page was left without an error of any kind."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.allowed, self.hosts = {SIGNED_OUT}, {urlsplit(url).netloc}
        self.was_offline = False
        self.wrong: list[str] = []
        self.page = self._watched(context.new_page())

    def second_tab(self) -> Page:
        return self._watched(self.context.new_page())

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def allow(self, status: int, path: str) -> None:
        """A refusal that the test is about."""
        self.allowed.add((status, path))

    def allow_host(self, host: str) -> None:
        """A service that the test sends people to."""
        self.hosts.add(host)

    def calm(self) -> None:
        assert self.wrong == []

    def sign_in(self, email: str, password: str) -> None:
        self.page.locator("#email").fill(email)
        self.page.locator("#password").fill(password)
        self.page.locator("button[type=submit]").click()

    def ask(self, question: str) -> None:
        self.page.locator("#question").fill(question)
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(CONVERSATION)

    def network(self, *, there: bool) -> None:
        """Pulls the plug, or puts it back."""
        self.was_offline = True
        self.context.set_offline(not there)

    @property
    def answer(self) -> Locator:
        """The last answer."""
        return self.page.locator("article.answer").last

    def answered(self) -> Locator:
        """The last answer, once it is complete."""
        expect(self.answer).to_have_attribute("aria-busy", "false", timeout=ANSWER_MS)
        expect(self.answer.locator(".answer__actions")).to_be_visible()
        return self.answer

    def _watched(self, page: Page) -> Page:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"exception: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("requestfailed", self._failed)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        # "Failed to load resource" is told better by the response itself.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.wrong.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc not in self.hosts:
            self.wrong.append(f"left the machine: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and (response.status, urlsplit(response.url).path) not in self.allowed:
            self.wrong.append(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # Walking on aborts what the last page still asked for.
        if not self.was_offline and request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"{request.failure}: {request.url}")
