"""The source that a page shows is the source that runs."""

import inspect

import pytest
from torch import nn

from vit_tutorial import PatchEmbedding, notebook, patchify
from vit_tutorial.notebook import show_source


@pytest.fixture
def shown(monkeypatch):
    """The outputs that were displayed."""
    outputs = []
    monkeypatch.setattr(notebook, "display", lambda data, raw: outputs.append(data) if raw else None)
    return outputs


def test_docstrings_are_left_out_and_nothing_else(shown):
    show_source(patchify)
    [output] = shown
    assert '"""' not in output["text/plain"] and "Dosovitskiy" not in output["text/plain"]
    before, _, after = inspect.getsource(patchify).split('"""')
    assert output["text/plain"] == before.rstrip(" ") + after.strip("\n")


def test_docstrings_of_a_class_and_its_methods_are_left_out(shown):
    show_source(PatchEmbedding)
    source = shown[0]["text/plain"]
    assert '"""' not in source
    assert "def __init__(" in source and "return x.flatten(2).transpose(1, 2)" in source
    compile(source.replace("nn.Module", "object"), "shown", "exec")


@pytest.mark.parametrize("thing", [PatchEmbedding, patchify, show_source, nn.LayerNorm.forward])
@pytest.mark.parametrize("docstrings", [False, True])
def test_the_markdown_holds_the_same_text_below_the_file_and_the_name(shown, thing, docstrings):
    show_source(thing, docstrings)
    head, code = shown[0]["text/markdown"].split("\n\n```python\n")
    assert code == shown[0]["text/plain"] + "\n```"
    file = thing.__module__.replace(".", "/") + ".py"
    assert inspect.getsourcefile(thing).endswith(file)
    assert head == f"`{file}` · `{thing.__qualname__}`"
    if docstrings and not inspect.getsource(thing).startswith(" "):
        assert shown[0]["text/plain"] + "\n" == inspect.getsource(thing)


def test_indented_function_and_string_that_is_no_docstring(shown):
    def inner():
        text = """not a docstring"""
        return text

    show_source(inner)
    assert shown[0]["text/plain"].startswith('def inner():\n    text = """not a docstring"""')
