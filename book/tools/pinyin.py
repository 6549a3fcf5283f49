"""The order of pinyin, for an index that a Chinese reader can look things up in.

GB 2312 lists its 3,755 common characters by pinyin, and Python has that coding: no table of readings is needed.
"""

from __future__ import annotations

from bisect import bisect_right

LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"  # no syllable begins with I, U or V
FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"  # the first character of each letter
STARTS = [character.encode("gb2312") for character in FIRST]
LAST = "座".encode("gb2312")
# Words whose first character is listed under its other reading; on the right one that sounds as it does here.
READINGS = {"重建": "虫", "重计算": "虫", "重采样": "虫"}


def sound(term: str) -> bytes:
    """The term in a coding whose order is that of pinyin; what is not in it comes last."""
    for word, character in READINGS.items():
        term = term.replace(word, character + word[1:])
    return b"".join(each.encode("gb2312", "ignore") or b"\xff\xff" for each in term)


def letter(term: str) -> str:
    """The heading that a term stands under; the term itself opens it where no letter is known."""
    if term[0].isascii():
        return term[0].upper()
    code = sound(term)[:2]
    return LETTERS[bisect_right(STARTS, code) - 1] if STARTS[0] <= code <= LAST else term[0]
