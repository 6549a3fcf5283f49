"""Buttons that lead to the repository: which address they use, what they say, and when they are left out.

* `_config.yml` holds the placeholder: no button leads there, since nobody owns that address.
* GitHub Actions builds a fork: the repository and issue buttons lead to the fork. Colab buttons need notebooks that
  install the package from an address that somebody owns: the one in `_config.yml`, or, where COLAB_BRANCH names the
  branch on which `tools/colab.py` puts stamped notebooks, the fork's own.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import get_translation
from tools.repository import Address, address_from_actions

_ = get_translation("booktheme")
REPOSITORY_BUTTONS = (
    "use_repository_button",
    "use_issues_button",
    "use_source_button",
    "use_edit_page_button",
)


def colab_branch() -> str:
    """The branch of this fork that has its published notebooks; empty outside of the workflow that puts them there."""
    return os.environ.get("COLAB_BRANCH", "") if address_from_actions(os.environ) else ""


def choose_address(app: Sphinx, config: Config) -> None:
    """Set the theme's repository options before the theme reads them."""
    options = config.html_theme_options
    configured = Address(options.get("repository_url", ""))
    known = bool(configured.url) and not configured.is_placeholder
    used = address_from_actions(os.environ) or (configured if known else None)
    if used is None:
        options.update(dict.fromkeys(REPOSITORY_BUTTONS, False))
        options.pop("repository_url", None)
    else:
        options["repository_url"] = used.url
        options["repository_branch"] = used.branch or options.get("repository_branch", "main")
        options.setdefault("repository_provider", "gitlab" if "gitlab" in used.url else "github")
    # Colab opens notebooks of github.com only.
    if not (known or colab_branch()) or not used.url.startswith("https://github.com/"):
        options["launch_buttons"] = {}


def issue_url(repository: str, edition: str, page: str) -> str:
    """The form for a new issue, with the page already named in its title."""
    title = _("Issue on page") + f" {edition}/{page}".replace(" /", " ")
    return f"{repository}/issues/new?title={quote(title)}"


def word_buttons(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Give the header's buttons labels that can be translated whole, and addresses for people; the footer's `edit_url`."""
    branch = app.config.html_theme_options.get("repository_branch", "")
    buttons = [each for button in context["header_buttons"] for each in button.get("buttons", [button])]
    for button in buttons:
        label = button.get("label", "")
        if button.get("text") == "Colab":
            button["tooltip"] = _("Open this notebook in Colab")
            if colab_branch():
                button["url"] = button["url"].replace(f"/blob/{branch}/", f"/blob/{colab_branch()}/", 1)
        elif label == "source-file-button":
            button["url"] = button["url"].removesuffix("?plain=1")  # GitHub shows a notebook or page rendered
        elif label == "source-edit-button":
            button["text"] = button["tooltip"] = _("Edit this page")
            context["edit_url"] = button["url"]
        elif label == "source-issues-button" and "/-/" not in button["url"]:  # GitLab's form is another one
            button["url"] = issue_url(button["url"].split("/issues/new")[0], app.config.edition, page)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("config-inited", choose_address)
    app.connect("html-page-context", word_buttons, priority=600)  # the theme makes its buttons at 500 and 501
    return {"parallel_read_safe": True, "parallel_write_safe": True}
