"""One visit of one page in the browser: load it once, look at everything, keep what was seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

WIDTHS = (1360, 390)
# Texts of the Chinese interface that are rightly Latin: names, file types, keys, the other edition's name.
LATIN_TEXTS = {
    "CC BY 4.0",
    "MIT",
    "English",
    "Colab",
    "GitHub",
    "PDF",
    "ViT",
    ".ipynb",
    ".md",
    ".pdf",
    "Ctrl",
    "K",
}
LETTERS_ONLY_ENGLISH = re.compile(r"[^\u3400-\u9fff]*[A-Za-z][^\u3400-\u9fff]*")
# Only what fails; and no preloading, with which axe itself asks for style sheets at wrong addresses.
AXE_OPTIONS = {"resultTypes": ["violations"], "preload": False}

# Texts of the interface: everything outside the article and outside lists of the book's own headings, and in the
# article what extensions put there (anchors, copy buttons, folded code).
INTERFACE_TEXTS = r"""() => {
  const CONTENT = "article.bd-article, nav.bd-links ul, .page-toc ul, .prev-next-title, #search-results li, "
    + "script, style, noscript, #pst-header";
  const ADDED = "a.headerlink, button.copybtn, details.hide > summary";
  const NAMES = ["title", "aria-label", "alt", "placeholder", "data-tooltip", "data-bs-title", "data-bs-original-title"];
  const texts = new Set();
  const attributes = (element) => NAMES.forEach((name) => {
    if (element.getAttribute(name)) texts.add(element.getAttribute(name).trim());
  });
  const isContent = (element) => element.closest(CONTENT) && !element.closest(ADDED);
  document.querySelectorAll("body *").forEach((element) => {
    if (isContent(element)) return;
    attributes(element);
    if (element.closest("#search-results li, script, style")) return;
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE && node.textContent.trim()) texts.add(node.textContent.trim());
    }
  });
  return [...texts];
}"""

FACTS = r"""() => ({
  lang: document.documentElement.lang,
  hreflang: Object.fromEntries([...document.querySelectorAll("link[rel=alternate][hreflang]")].map((e) => [e.hreflang, e.href])),
  switches: [...document.querySelectorAll("a[data-edition]")].map((e) => [e.dataset.edition, e.href]),
  links: [...document.querySelectorAll("a[href]")].map((e) => new URL(e.getAttribute("href"), document.baseURI).href),
  formulas: document.querySelectorAll("span.math, div.math").length,
  rendered: document.querySelectorAll("span.math mjx-container, div.math mjx-container").length,
  mathErrors: [...document.querySelectorAll("mjx-merror, [data-mjx-error]")].map((e) => e.textContent),
  mathjax: typeof MathJax !== "undefined",
  images: [...document.querySelectorAll("article.bd-article img")].map((e) => (
    {src: e.getAttribute("src"), alt: e.alt, lazy: e.loading === "lazy", sized: e.hasAttribute("width") && e.hasAttribute("height")})),
  storedEdition: localStorage.getItem("edition"),
})"""

OVERFLOW = "() => [document.documentElement.scrollWidth, window.innerWidth]"
LOAD_PICTURES = """async () => {
  const loaded = (image) => new Promise((done) => {
    image.addEventListener("load", done);
    image.addEventListener("error", done);    // a broken picture is noted as an error of the page
    image.loading = "eager";
    if (image.complete) done();
  });
  await Promise.all([...document.images].map(loaded));
}"""
SETTLED = """async () => {
  while (window.MathJax && !MathJax.startup?.promise) await new Promise((done) => setTimeout(done, 50));
  if (window.MathJax) await MathJax.startup.promise;
  await document.fonts.ready;
}"""


@dataclass
class Visit:
    """What a page showed and asked for."""

    facts: dict[str, Any] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # requests to other hosts
    errors: list[str] = field(default_factory=list)  # console errors, exceptions, HTTP statuses from 400
    bytes_before_scrolling: int = 0
    bytes_in_all: int = 0
    overflow: dict[int, list[int]] = field(
        default_factory=dict
    )  # page width and window width, by window width
    axe: dict[str, list[str]] = field(default_factory=dict)  # serious findings, by colour scheme


def watch(page: Page, origin: str, visit: Visit) -> None:
    """Note every request to another host and every error."""

    def on_request(request: Any) -> None:
        if not request.url.startswith((origin + "/", "data:", "blob:")):
            visit.foreign.append(request.url)

    page.on("request", on_request)
    page.on("console", lambda message: visit.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("response", lambda r: visit.errors.append(f"{r.status} {r.url}") if r.status >= 400 else None)


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical, one line for each rule and first place."""
    violations = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]} ({len(each['nodes'])} places)"
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]


def visit_page(browser: Browser, server: Any, path: str) -> Visit:
    """Load a page in a fresh context (so that nothing is cached) and look at it in both widths and colour schemes."""
    visit = Visit()
    # Without motion, as the style sheets allow it: axe would measure a colour that still fades in.
    context = browser.new_context(
        viewport={"width": WIDTHS[0], "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    page = context.new_page()
    watch(page, server.url, visit)
    server.bytes_sent = 0
    page.goto(f"{server.url}/{path}", wait_until="networkidle")
    page.evaluate(SETTLED)
    visit.bytes_before_scrolling = server.bytes_sent
    visit.facts, visit.texts = page.evaluate(FACTS), page.evaluate(INTERFACE_TEXTS)
    page.evaluate(LOAD_PICTURES)
    visit.bytes_in_all = server.bytes_sent
    visit.axe["light"] = serious_findings(page)
    visit.overflow[WIDTHS[0]] = page.evaluate(OVERFLOW)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("(document.documentElement.dataset.theme ?? 'dark') === 'dark'")
    page.set_viewport_size({"width": WIDTHS[1], "height": 844})
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    visit.overflow[WIDTHS[1]] = page.evaluate(OVERFLOW)
    visit.axe["dark"] = serious_findings(page)
    context.close()
    return visit


def english_only(texts: list[str]) -> list[str]:
    """The texts that have Latin letters, no Chinese ones, and are not names."""
    return sorted(text for text in texts if LETTERS_ONLY_ENGLISH.fullmatch(text) and text not in LATIN_TEXTS)
