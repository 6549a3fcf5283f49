"""The exercises on a page: task, cell, one row of hints and solution; and a verdict that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page
from site_server import EDITIONS, SITE, toc_pages

from vit_tutorial.exercises import all_exercises

CHAPTERS = [page for page in toc_pages() if page[:2].isdigit()]
ATTEMPT = {"en": "A wrong attempt", "zh": "典型错误"}
WORDS = {"en": ["Hint 1", "Hint 2", "Hint 3", "Solution"], "zh": ["提示 1", "提示 2", "提示 3", "参考答案"]}
TOPS = "(all) => all.map((each) => Math.round(each.getBoundingClientRect().top))"


def page_of(edition: str, chapter: str) -> BeautifulSoup:
    return BeautifulSoup((SITE / edition / f"{chapter}.html").read_text("utf8"), "html.parser")


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("edition", EDITIONS)
def test_each_exercise_is_task_cell_and_one_row_of_hints(edition: str, chapter: str) -> None:
    sections = page_of(edition, chapter).select("#exercises > section")
    tasks = [section for section in sections if f" {chapter[:2]}." in section.h3.get_text()]
    assert len(tasks) == sum(number.startswith(chapter[:2]) for number in all_exercises())
    for task in tasks:
        [row] = task.select(".hints")
        words = list(WORDS[edition])
        if not task.select(".value-answer"):  # code, which has a wrong attempt, too
            words.insert(3, ATTEMPT[edition])
        assert [each.get_text().strip() for each in row.select("summary")] == words
        assert len(task.select("details:not(.hide)")) == len(words), "a fold outside the row"
        before = row.find_previous_sibling()
        assert "cell" in before["class"], before.name
        assert row.select_one("details:last-child pre, details:last-child p"), "an empty solution"


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("edition", EDITIONS)
def test_a_wrong_attempt_is_shown_with_its_diagnosis(edition: str, chapter: str) -> None:
    [cell] = page_of(edition, chapter).select(".tag_verdict")
    code, verdict = (
        cell.select_one(".cell_input").get_text(),
        cell.select_one(".cell_output").get_text().strip(),
    )
    number = verdict.split()[1]
    assert verdict.startswith(f"✗ {chapter[:2]}.") and f'check("{number}"' in code
    assert len(verdict) > 40 and "Traceback" not in verdict


@pytest.fixture
def exercises(browser: Browser, server: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.goto(f"{server.url}/en/01_patches.html#exercises")
    yield page
    page.close()


@pytest.mark.parametrize("exercises", [1440], indirect=True)
def test_hints_lie_in_a_row_and_an_open_one_takes_its_width(exercises: Page) -> None:
    row = exercises.locator(".hints").first
    assert len(set(row.locator("summary").evaluate_all(TOPS))) == 1
    row.locator("summary").nth(1).click()
    tops = row.locator("summary").evaluate_all(TOPS)
    assert tops[0] == tops[2] == tops[3] < tops[1]
    assert row.locator("details").nth(1).bounding_box()["width"] == row.bounding_box()["width"]


@pytest.mark.parametrize("exercises", [390, 1440], indirect=True)
def test_a_verdict_is_not_cut(exercises: Page) -> None:
    fits = "(box) => box.scrollWidth <= box.clientWidth"
    assert exercises.locator(".tag_verdict .cell_output pre").evaluate(fits)
