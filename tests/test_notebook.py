"""The source that a page shows is the source that runs."""

import html
import inspect
import re

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


def text(listing: str) -> str:
    """What a reader sees of a listing's HTML, without the bar."""
    return html.unescape(re.sub(r"<style>.*</style>|<p>.*</p>|<[^>]+>", "", listing, flags=re.DOTALL))


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
def test_both_forms_of_the_output_hold_the_same_text(shown, thing, docstrings):
    show_source(thing, docstrings)
    assert text(shown[0]["text/html"]) == shown[0]["text/plain"]
    if docstrings and not inspect.getsource(thing).startswith(" "):
        assert shown[0]["text/plain"] + "\n" == inspect.getsource(thing)


def test_keywords_strings_and_comments_are_marked_and_the_file_is_named(shown):
    show_source(PatchEmbedding)
    listing = shown[0]["text/html"]
    assert "<p>vit_tutorial/embeddings.py</p>" in listing or "<p>vit_tutorial/patches.py</p>" in listing
    assert 'data-name="PatchEmbedding"' in listing
    marked = re.findall(r'<span class="(\w+)">(.*?)</span>', listing)
    assert ("keyword", "class") in marked and ("keyword", "return") in marked
    assert ("comment", "# (B, D, N) -&gt; (B, N, D)") in marked
    assert {kind for kind, _ in marked} == {"keyword", "string", "comment"}


def test_no_place_of_this_machine_stands_in_a_listing(shown):
    show_source(nn.Linear.forward)
    assert "<p>linear.py</p>" in shown[0]["text/html"]


def test_indented_function_and_string_that_is_no_docstring(shown):
    def inner():
        text = """not a docstring"""
        return text

    show_source(inner)
    assert shown[0]["text/plain"].startswith('def inner():\n    text = """not a docstring"""')
    assert '<span class="string">"""not a docstring"""</span>' in shown[0]["text/html"]
