"""Lets our own translations win over those of Sphinx and its themes.

Sphinx asks the first catalogue that was registered, so a catalogue added by an extension can fill gaps but cannot
correct a wrong string. Here `book/_locale/<language>/LC_MESSAGES/interface.po` is put in front of every catalogue:
one file for all strings of Sphinx ("sphinx") and of the book theme ("booktheme") that are missing or wrong.
"""

from __future__ import annotations

from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import translators

LOCALE = Path(__file__).resolve().parents[1] / "_locale"


def compile_catalogue(po_file: Path) -> GNUTranslations:
    """Compile a .po file in memory, so that no .mo file can be out of date."""
    with po_file.open("rb") as source:
        catalogue = read_po(source, locale=po_file.parts[-3], abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def put_ours_first(app: Sphinx, config: Config) -> None:
    """Wrap each registered catalogue: our string if we have one, theirs otherwise."""
    po_file = LOCALE / config.language / "LC_MESSAGES" / "interface.po"
    if not po_file.is_file():
        return
    for (namespace, domain), theirs in list(translators.items()):
        if namespace != "general":  # "console" is what Sphinx says to the person who builds
            continue
        ours = compile_catalogue(po_file)
        ours.add_fallback(theirs)
        translators[namespace, domain] = ours
        if domain == "sphinx":
            app.translator = ours  # the templates' own gettext


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension; after all others, whose catalogues exist by then."""
    app.connect("config-inited", put_ours_first, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
