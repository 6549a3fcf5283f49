"""What lies in the site's root, beside the editions: the choice of language, 404, `robots.txt`, `sitemap.xml`.

A sitemap lists whole addresses, so there is none while the site's address is unknown (BOOK_URL), and `robots.txt` then
names none. Crawlers read `robots.txt` in a host's root only: on `https://NAME.github.io/REPO/` none will find this one,
and the sitemap has to be handed in by hand. It does its work on a domain of one's own, or in `NAME.github.io` itself.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from jinja2 import Environment, FileSystemLoader

TEMPLATES = Path(__file__).resolve().parents[1] / "_templates"
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
NOT_LISTED = '<meta name="robots" content="noindex"'
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')
ALTERNATE = re.compile(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"')
CHANGED = re.compile(r'<time datetime="([\d-]+)">')
SITEMAP = """<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
{entries}
</urlset>
"""


def read_titles(config: dict) -> dict[str, str]:
    """The book's title in each edition."""
    return {
        code: about.get("config", {}).get("title", config["title"])
        for code, about in config["editions"].items()
    }


def read_description(page: Path) -> str:
    """What a built page says of itself."""
    match = DESCRIPTION.search(page.read_text("utf8"))
    return unescape(match[1]) if match else ""


def sitemap_entry(html: str) -> str:
    """A page's entry, from what its head says; empty for a page that is not to be found."""
    address = CANONICAL.search(html)
    if address is None or NOT_LISTED in html:
        return ""
    changed = CHANGED.search(html)
    parts = [f"<loc>{escape(unescape(address[1]))}</loc>"]
    parts += [f"<lastmod>{changed[1]}</lastmod>"] if changed else []
    parts += [
        f'<xhtml:link rel="alternate" hreflang={quoteattr(language)} href={quoteattr(unescape(link))}/>'
        for language, link in ALTERNATE.findall(html)
    ]
    return "<url>" + "".join(parts) + "</url>"


def sitemap(site: Path, editions: list[str]) -> str:
    """The sitemap of the pages that have a canonical address; empty if none has."""
    pages = [
        site / "index.html",
        *(page for code in editions for page in sorted((site / code).glob("*.html"))),
    ]
    entries = [entry for page in pages if (entry := sitemap_entry(page.read_text("utf8")))]
    return SITEMAP.format(entries="\n".join(entries)) if entries else ""


def write_root_files(site: Path, config: dict, url: str) -> None:
    """Write everything that lies in the root.

    Args:
        site: the folder with the built editions, their shared files among them.
        config: the root's `_config.yml`.
        url: the site's public address without a slash at its end; empty if unknown. Then 404 takes the host's root for
            the site's.
    """
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    editions = config["editions"]
    words = {
        "editions": editions,
        "titles": read_titles(config),
        "descriptions": {code: read_description(site / code / "index.html") for code in editions},
        "url": url,
    }
    for name, base in (("index", ""), ("404", urlsplit(url).path + "/")):
        page = templates.get_template(f"root-{name}.html").render(base=base, **words)
        (site / f"{name}.html").write_text(page.lstrip() + "\n", "utf8")
    robots = "User-agent: *\nAllow: /\n"
    if url:
        (site / "sitemap.xml").write_text(sitemap(site, list(editions)), "utf8")
        robots += f"Sitemap: {url}/sitemap.xml\n"
    (site / "robots.txt").write_text(robots, "utf8")
    # Else GitHub Pages, where it publishes a branch, leaves out the folders that start with an underscore.
    (site / ".nojekyll").touch()
