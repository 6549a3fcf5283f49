"""Lets Chinese words be found in, and copied from, what Chromium printed.

Chinese fonts draw a character and the radical of the same shape with one glyph, and Chromium writes down the radical's
code (U+2F00 for 一): a search for 归一化 would find nothing. The fonts' tables of codes are mended here.
"""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO

import pikepdf

# Simplified radicals that Unicode's normalisation leaves alone (its file EquivalentUnifiedIdeograph.txt).
RADICALS = (
    "⺟母⻁虎⻄西⻅见⻆角⻉贝⻋车⻓长⻔门⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻨麦⻩黄⻬齐⻮齿⻰龙"
)
CHARACTERS = dict(zip(RADICALS[::2], RADICALS[1::2], strict=True))
RADICAL = re.compile("[\u2e80-\u2fdf]")
SECTION = re.compile(r"begin(bfchar|bfrange)\n(.*?)end\1", re.DOTALL)


def character(code: int) -> str:
    """The code of the character that a radical's glyph stands for, in four hexadecimal digits; others as they are."""
    letter = chr(code)
    if RADICAL.match(letter):
        letter = CHARACTERS.get(letter) or unicodedata.normalize("NFKC", letter)
    return f"{ord(letter):04X}"


def mended_line(line: str) -> str:
    """A line `<glyph> <code>` or `<first glyph> <last glyph> <first code>` of a font's table."""
    *glyphs, code = re.findall(r"<([0-9A-Fa-f]+)>", line) or [""]
    if len(code) != 4 or "[" in line:
        return line
    count = int(glyphs[-1], 16) - int(glyphs[0], 16) + 1
    codes = [int(code, 16) + each for each in range(count)]
    if not any(RADICAL.match(chr(each)) for each in codes):
        return line
    found = " ".join(f"<{character(each)}>" for each in codes)
    start = " ".join(f"<{glyph}>" for glyph in glyphs)
    return f"{start} [{found}]" if len(glyphs) == 2 else f"{start} {found}"


def mended_table(table: str) -> str:
    """A font's table from glyphs to codes, with characters in the radicals' places."""

    def mend(section: re.Match) -> str:
        lines = "\n".join(map(mended_line, section.group(2).splitlines()))
        return f"begin{section.group(1)}\n{lines}\nend{section.group(1)}"

    return SECTION.sub(mend, table)


def finish(pdf: bytes, author: str) -> bytes:
    """The PDF with its fonts' tables mended and the author named, and packed: Chromium writes each mark for screen
    readers as an object of its own, which together would be more than half of the file.
    """
    result = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as book:
        for font in book.objects:
            table = font.get("/ToUnicode") if isinstance(font, pikepdf.Dictionary) else None
            if isinstance(table, pikepdf.Stream):
                table.write(mended_table(table.read_bytes().decode("latin-1")).encode("latin-1"))
        book.docinfo["/Author"], book.docinfo["/Creator"] = author, "Chromium"
        book.save(result, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return result.getvalue()
