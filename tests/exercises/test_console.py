"""Verdicts on consoles that are not UTF-8, as Chinese and old Windows have them."""

import io
import subprocess
import sys

import pytest

from vit_tutorial.exercises import console

CONSOLES = ["gbk", "cp1252", "cp437", "ascii", "utf-8"]
CODE = """
from vit_tutorial import check
check.ledger(None)
check.language({language!r})
check("04.5", lambda x, noise, p, training: x if not training else (noise >= p) * x / (1 - p))
check.status()
check("04.5", lambda x, noise, p, training: x)
"""


@pytest.mark.parametrize("encoding", CONSOLES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_right_answer_is_right_on_every_console(encoding, language):
    result = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", CODE.format(language=language)],
        capture_output=True,
        env={"PYTHONIOENCODING": encoding, "PATH": "", "PYTHONPATH": ":".join(sys.path)},
    )
    out, err = result.stdout.decode(encoding), result.stderr.decode(encoding)
    sign, cross = ("✓", "✗") if encoding == "utf-8" else ("OK", "X")
    assert out.startswith(f"{sign} 04.5 apply_dropout")
    assert err.startswith(f"{cross} 04.5 apply_dropout") and "Traceback" not in err
    if language == "en" or encoding in ("gbk", "utf-8"):
        assert "?" not in out


@pytest.mark.parametrize(("encoding", "shown"), [("utf-8", "✓ 3×4 你好\n"), ("gbk", "OK 3x4 你好\n")])
def test_signs_that_a_console_has_stay(encoding, shown):
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding, write_through=True, newline="\n")
    console.show("✓ 3×4 你好", stream)
    assert buffer.getvalue().decode(encoding) == shown
