"""Exercises of values on the page: the browser's verdicts are those that `check` gives in Python."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from site_server import EDITIONS, toc_pages
from value_exercises import TARGET, value_exercises

from vit_tutorial.exercises import WrongAnswer, all_exercises, check, ledger

EXERCISES = {number: exercise for number, exercise in all_exercises().items() if exercise.values}
JUDGE = """({number, answer}) => {
  const forms = [...document.querySelectorAll("form.value-answer")].map((form) => JSON.parse(form.dataset.exercise));
  return valueExercises.judge(forms.find((exercise) => exercise.number === number), answer).text;
}"""


def in_python(number: str, answer: dict[str, Any], edition: str) -> str:
    """What is wrong, in the edition's language; "" if nothing is."""
    try:
        check(number, answer)
    except WrongAnswer as verdict:
        return getattr(verdict.text, edition)
    return ""


def answers(number: str) -> list[dict[str, Any]]:
    """The right one, every known mistake, each of its values alone, and one that nobody knows."""
    exercise = EXERCISES[number]
    right = exercise.solution()
    wrong = [mistake.function() for mistake in exercise.mistakes]
    single = [{key: value} for each in wrong for key, value in each.items()]
    key = next(iter(right))
    unknown = {key: exercise.choices[3] if exercise.choices else right[key] + 1}
    return [right, *({**right, **each} for each in (*wrong, *single, unknown))]


@pytest.fixture
def chapters(browser: Browser, server: Any, request: pytest.FixtureRequest) -> Page:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    yield page
    page.close()


def test_the_file_holds_what_the_exercises_hold():
    assert json.loads(TARGET.read_text("utf8")) == value_exercises(), "make pictures"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("number", EXERCISES)
def test_browser_and_python_say_the_same(
    chapters: Page, server: Any, edition: str, number: str, capsys: pytest.CaptureFixture
) -> None:
    [chapter] = [page for page in toc_pages() if page.startswith(number[:2])]
    chapters.goto(f"{server.url}/{edition}/{chapter}.html")
    right = {"en": "correct", "zh": "正确"}[edition]
    for answer in answers(number):
        texts = {key: str(value) for key, value in answer.items()}
        found = chapters.evaluate(JUDGE, {"number": number, "answer": texts})
        assert found == (in_python(number, answer, edition) or right), answer


FORMULAS = {
    "4 * 384**2": 4 * 384**2,
    "4·384^2": 4 * 384**2,
    "(384 // 32)": None,
    "1,048,576": 1048576,
    "4_198_400": 4198400,
    "86 567 656 - 769000": 86567656 - 769000,
    "-2**2": -4,
    "2**-1 + .5": 1.0,
    "(64/4)**0.5": 4.0,
    "2*(3+4": None,
    "1e3": 1000,
    "3 + alert(1)": None,
    "": None,
    "--5": 5,
    "2**3**2": 512,
}


def test_a_formula_is_read_as_python_reads_it(chapters: Page, server: Any) -> None:
    chapters.goto(f"{server.url}/en/01_patches.html")
    for text, value in FORMULAS.items():
        found = chapters.evaluate(
            "(text) => { const n = valueExercises.number(text); return Number.isNaN(n) ? null : n; }", text
        )
        assert found == value, text


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_reader_answers_and_the_answer_is_kept(chapters: Page, server: Any, edition: str) -> None:
    chapters.goto(f"{server.url}/{edition}/01_patches.html")
    form = chapters.locator("form.value-answer")
    verdict, button = form.get_by_role("status"), form.locator("[type=submit]")
    button.click()
    colon, nothing = {"en": (": ", "not attempted yet"), "zh": ("：", "尚未作答")}[edition]
    assert verdict.inner_text() == f"01.1 prediction{colon}{nothing}"
    for name, text in {"num_patches": "12*16", "patch_length": "3*32*32", "num_values": "384*512*3"}.items():
        form.get_by_label(name).fill(text)
    form.get_by_label("cost_ratio").fill("4")
    form.get_by_label("cost_ratio").press("Enter")
    cause = next(m.message for m in EXERCISES["01.1"].mistakes if m.name == "ratio_not_squared")
    assert verdict.inner_text() == f"✗ 01.1 prediction{colon}{getattr(cause, edition)}"
    chapters.reload()
    assert form.get_by_label("num_patches").input_value() == "12*16"
    form.get_by_label("cost_ratio").fill("2**4")
    button.click()
    assert verdict.inner_text().startswith("✓ 01.1 prediction")
    assert chapters.evaluate("document.documentElement.scrollWidth") == 390
    assert min(field.bounding_box()["height"] for field in form.locator("input, button").all()) >= 44


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_record_is_a_ledger_that_python_loads(
    chapters: Page, server: Any, edition: str, tmp_path: Path
) -> None:
    chapters.goto(f"{server.url}/{edition}/03_attention.html")
    form = chapters.locator("form.value-answer").first
    for name, text in {
        "divide_by": "8",
        "largest_percent": "46",
        "output": "7",
        "sum_of_all_weights": "10",
    }.items():
        form.get_by_label(name).fill(text)
    for text in ("8", "8", "4"):
        form.get_by_label("divide_by").fill(text)
        form.get_by_label("largest_percent").fill({"8": "46", "4": "60"}[text])
        form.locator("[type=submit]").click()
    with chapters.expect_download() as download:
        form.locator(".value-save").click()
    kept = ledger.read(Path(download.value.path()))
    entry = kept["exercises"]["03.1"]
    assert (kept["last"], entry["wrong"], entry["mistakes"]) == ("03.1", 2, {"width_of_the_model": 2})
    assert date.fromisoformat(entry["solved"])
    check.ledger(tmp_path / "own.json")
    check.load(download.value.path())
    assert ledger.read(tmp_path / "own.json")["exercises"] == kept["exercises"]


def ticked(page: Page, part: str) -> list[str]:
    return [link.inner_text().split()[0] for link in page.locator(f"{part} a:has(.solved-tick)").all()]


def test_contents_have_a_tick_where_an_exercise_is_solved_and_where_a_chapter_is(
    chapters: Page, server: Any
) -> None:
    chapters.set_viewport_size({"width": 1440, "height": 900})
    chapters.goto(f"{server.url}/en/03_attention.html")
    assert ticked(chapters, ".bd-links") == ticked(chapters, ".page-toc") == []
    for form, number in zip(chapters.locator("form.value-answer").all(), ("03.1", "03.5"), strict=True):
        for name, value in EXERCISES[number].solution().items():
            form.get_by_label(name).fill(str(value))
        form.locator("[type=submit]").click()
        form.locator("[type=submit]").click()  # once more adds no second tick
        assert len(ticked(chapters, ".page-toc")) == (1 if number == "03.1" else 2)
        assert ticked(chapters, ".bd-links") == ([] if number == "03.1" else ["03"])
    chapters.goto(f"{server.url}/en/06_training.html")
    assert ticked(chapters, ".bd-links") == ["03"]


def test_without_scripts_there_is_nothing_to_fill_in(server: Any, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/en/05_encoder.html")
    assert page.locator("form.value-answer").count() == 2
    assert not any(form.is_visible() for form in page.locator("form.value-answer").all())
    context.close()
