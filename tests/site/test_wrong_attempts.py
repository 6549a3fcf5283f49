"""Each exercise of code shows one typical wrong attempt: real code, and what `check` really says to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser
from site_server import EDITIONS, toc_pages
from wrong_attempts import TARGET, attempts

from vit_tutorial.exercises import all_exercises

CODE = [number for number, exercise in all_exercises().items() if not exercise.values]


def test_every_exercise_of_code_has_one_and_the_file_says_what_check_says() -> None:
    found = attempts()
    assert sorted(found) == CODE
    assert json.loads(TARGET.read_text("utf8")) == found, "make pictures"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_pages_show_each_with_its_verdict_between_hints_and_solution(
    browser: Browser, server: Any, edition: str
) -> None:
    page, known, shown = (
        browser.new_page(viewport={"width": 390, "height": 844}),
        json.loads(TARGET.read_text("utf8")),
        [],
    )
    for name in toc_pages():
        page.goto(f"{server.url}/{edition}/{name}.html")
        for fold in page.locator("details:has(.attempt-verdict)").all():
            labels = fold.locator("xpath=..").locator("summary").all_inner_texts()
            assert [label[-1] for label in labels[:3]] == ["1", "2", "3"]
            assert fold.locator("summary").inner_text() == labels[3]
            assert len(labels) == 5
            fold.locator("summary").click()
            verdict = fold.locator(".attempt-verdict").inner_text()
            shown.append(verdict.split()[1])
            assert verdict == known[shown[-1]][edition]
            assert fold.locator("pre").inner_text().rstrip() == known[shown[-1]]["code"]
            assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
    assert shown == CODE
