"""The source that a page shows is the source that runs."""

import inspect

from vit_tutorial import PatchEmbedding, patchify
from vit_tutorial.notebook import show_source


def test_docstrings_are_left_out_and_nothing_else(capsys):
    show_source(patchify)
    shown = capsys.readouterr().out
    whole = inspect.getsource(patchify)
    assert '"""' not in shown and "Dosovitskiy" not in shown
    before, _, after = whole.split('"""')
    assert shown == before.rstrip(" ") + after.lstrip("\n")


def test_docstrings_of_a_class_and_its_methods_are_left_out(capsys):
    show_source(PatchEmbedding)
    shown = capsys.readouterr().out
    assert '"""' not in shown
    assert "def __init__(" in shown and "return x.flatten(2).transpose(1, 2)" in shown
    compile(shown.replace("nn.Module", "object"), "shown", "exec")


def test_docstrings_on_request(capsys):
    show_source(PatchEmbedding, docstrings=True)
    assert capsys.readouterr().out == inspect.getsource(PatchEmbedding)


def test_indented_function_and_string_that_is_no_docstring(capsys):
    def inner():
        text = """not a docstring"""
        return text

    show_source(inner)
    assert capsys.readouterr().out.startswith('def inner():\n    text = """not a docstring"""')
