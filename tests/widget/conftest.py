"""A real Chromium on the advisor's own page, its own server behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.chromium import FLAGS, executable
from tests.channels.serving import REPOSITORY, Server, serving_advisor

WIDGET = REPOSITORY / "widget"
SCREENSHOTS = REPOSITORY / "var" / "screenshots"
DESKTOP, PHONE = (1280, 800), (390, 844)
PAY = "What does it pay?"

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def advisor_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving_advisor(tmp_path_factory.mktemp("widget")) as server:
        yield server


@pytest.fixture
def new_page(chromium: Browser, advisor_server: Server) -> Iterator[NewPage]:
    """Makes pages, each with a storage of its own; any error in one fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(
        path: str = "/",
        size: tuple[int, int] = DESKTOP,
        context: BrowserContext | None = None,
        **options: object,
    ) -> Page:
        if context is None:
            viewport = {"width": size[0], "height": size[1]}
            context = chromium.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(advisor_server.url + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def ask(page: Page, question: str) -> None:
    """Types a question, sends it and waits for the answer."""
    field = page.get_by_label("Your question")
    answers = page.locator("li.saying:not(.user)")
    before = answers.count()
    field.fill(question)
    field.press("Enter")
    answers.nth(before).wait_for()
    page.locator(".typing").wait_for(state="detached")


def open_widget(page: Page) -> None:
    """Opens the panel, where it is not, and waits for the greeting."""
    launcher = page.locator("button.launcher")
    if page.locator(".panel").count() == 0:
        launcher.click()
    page.locator(".privacy").wait_for()


def picture(page: Page, name: str) -> None:
    """Takes a photograph for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
