"""A link to the same page in the other edition, and `<link rel="alternate" hreflang>` for search engines.

Who speaks neither language (`x-default`) gets the choice where there is one, on the site's first page; any other page has
no such choice, and the first edition's page stands for it.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def alternates(page: str, edition: str, editions: dict[str, dict], site: str) -> list[dict[str, Any]]:
    """The page's address in each edition.

    Args:
        page: the page's name, such as `01_patches`.
        edition: the edition being built, such as `en`.
        editions: name and hreflang of each edition, by its folder.
        site: the site's public address; empty if unknown, and then the links are relative.
    """
    up = "../" * (page.count("/") + 1)
    found = []
    for code, about in editions.items():
        relative = f"{up}{code}/{page}.html"
        public = f"{site}/{code}/{page}.html" if site else relative
        found.append({**about, "code": code, "href": relative, "url": public, "current": code == edition})
    return found


def add_to_page(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Give the templates `alternates` and write the three hreflang links into the head."""
    edition = app.config.edition
    if not edition:  # a plain `jupyter-book build .` has no other edition to link to
        return
    site = app.config.html_baseurl.removesuffix(f"/{edition}/")
    context["alternates"] = alternates(page, edition, app.config.editions, site)
    links = [(each["hreflang"], each["url"]) for each in context["alternates"]]
    choice = f"{site}/" if site else "../index.html"
    links.append(("x-default", choice if page == app.config.root_doc else links[0][1]))
    tags = [f'<link rel="alternate" hreflang="{language}" href="{url}" />' for language, url in links]
    context["metatags"] = "\n    ".join([context.get("metatags", ""), *tags]) + "\n"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension and the two settings that book/tools/build.py fills in."""
    app.add_config_value("edition", "", "html")
    app.add_config_value("editions", {}, "html")
    # Before 500: there the theme renders each header template and drops those that come out empty.
    app.connect("html-page-context", add_to_page, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
