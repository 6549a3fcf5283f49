"""The live model as a reader meets it: from a file on disk, by mouse, by keyboard, in a sandbox, in both languages."""

import re

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe

from vit_tutorial import data, plots, pretrained
from vit_tutorial.inspection import hide_patches, logit_lens

PAGE = '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>t</title>'
PAGE += '<meta name="viewport" content="width=device-width"></head><body><main><h3>t</h3>{html}</main></body></html>'


@pytest.fixture(scope="module")
def model():
    return pretrained.load("vit-fashion").eval()


@pytest.fixture(scope="module")
def garments():
    test = data.fashion_mnist().test
    return test.take(10)


@pytest.fixture(scope="module")
def html(model, garments):
    return plots.live_vit(model, garments.images, garments.labels).data


@pytest.fixture
def show(browser, html, tmp_path):
    """Opens the model in a fresh page; at the end there was no error."""
    pages = []

    def show(lang="en", width=900, **options):
        (tmp_path / "page.html").write_text(PAGE.format(lang=lang, html=html), "utf8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        page = context.new_page()
        page.errors = []
        page.on("console", lambda m: page.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto((tmp_path / "page.html").as_uri())
        pages.append(page)
        return page

    yield show
    for page in pages:
        assert page.errors == []
        page.context.close()


def answers(page):
    """The shares that are shown after each block, shape (L, K)."""
    rows = page.locator(".live-vit-bars tbody tr").all()
    shares = [
        [text.rstrip(" %") for text in row.locator(".live-vit-hidden").all_text_contents()] for row in rows
    ]
    return torch.tensor([[float(share) for share in row] for row in shares]).T / 100


def assert_shows(page, lens):
    torch.testing.assert_close(answers(page), lens.softmax(-1), rtol=0, atol=0.0056)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def tap(page, place):
    """Tap the middle of a patch, by its number."""
    box = page.locator(".live-vit-picture").bounding_box()
    row, column = divmod(place, 7)
    page.mouse.click(box["x"] + (column + 0.5) * box["width"] / 7, box["y"] + (row + 0.5) * box["height"] / 7)


def test_the_bars_are_the_logit_lens(show, model, garments):
    page = show()
    assert_shows(page, logit_lens(model, garments.images[:1])[:, 0])
    page.get_by_role("radio", name="Bag").first.click()
    assert_shows(page, logit_lens(model, garments.images[garments.labels == 8])[:, 0])
    assert "Bag" in page.locator(".live-vit-answer").inner_text()


def test_blacked_out_patches(show, model, garments):
    page = show()
    page.get_by_role("radio", name="Black out").click()
    for place in (10, 24, 25):
        tap(page, place)
    tap(page, 25)  # and back
    hidden = torch.zeros(1, 49, dtype=torch.bool)
    hidden[0, [10, 24]] = True
    black = hide_patches(garments.images[:1], hidden, 4)
    assert_shows(page, logit_lens(model, black)[:, 0])
    press(page, "Undo all")
    assert_shows(page, logit_lens(model, garments.images[:1])[:, 0])


def test_the_world_changes_and_comes_back(show, model, garments):
    page, before = show(), logit_lens(model, garments.images[:1])[:, 0]
    press(page, "Take the positions away")
    bare = pretrained.load("vit-fashion").eval()
    torch.nn.init.zeros_(bare.embeddings.position_embedding)
    assert_shows(page, logit_lens(bare, garments.images[:1])[:, 0])
    press(page, "Undo all")
    for name in ("Shuffle the patches", "Class token attends to all alike"):
        press(page, name)
        assert not torch.allclose(answers(page), before.softmax(-1), atol=0.02)
        press(page, name)
        assert_shows(page, before)


def test_the_chosen_weight_is_the_models(show, model, garments):
    page = show()
    weights = model.attention_maps(garments.images[:1])[:, 0]
    page.get_by_role("radio", name="block 4, head 3").click()
    page.locator(".live-vit-picture").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)  # in this mode the query follows: row 2, column 3 is patch 9
    status = page.get_by_role("status").inner_text()
    share = weights[3, 2, 10, 10].item()
    assert "Row 2, column 3" in status and "(block 4, head 3)" in status
    assert float(
        re.search(r"([\d.]+) % of the attention of row 2, column 3", status)[1]
    ) / 100 == pytest.approx(share, abs=0.0051)
    press(page, "class token")
    assert float(
        re.search(r"([\d.]+) % of the attention of class token", page.get_by_role("status").inner_text())[1]
    ) / 100 == (pytest.approx(weights[3, 2, 0, 10].item(), abs=0.0051))


def test_a_drawing_by_mouse_and_by_keyboard(show, model):
    page = show()
    page.get_by_role("radio", name="Empty").click()
    empty = torch.full((1, 1, 28, 28), -1.0)
    assert_shows(page, logit_lens(model, empty)[:, 0])
    tap(page, 24)  # two by two pixels from the middle on
    drawn = empty.clone()
    drawn[..., 14:16, 14:16] = 1
    assert_shows(page, logit_lens(model, drawn)[:, 0])
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")  # the whole next patch
    drawn[..., 12:16, 16:20] = 1
    assert_shows(page, logit_lens(model, drawn)[:, 0])
    page.get_by_role("radio", name="Rub out").click()
    page.locator(".live-vit-picture").focus()
    page.keyboard.press("Enter")
    drawn[..., 12:16, 16:20] = -1
    assert_shows(page, logit_lens(model, drawn)[:, 0])


def test_the_keyboard_alone(show):
    page, seen = show(), []
    page.locator("body").press("Tab")
    for _ in range(30):
        seen.append(
            page.evaluate("document.activeElement.getAttribute('role') || document.activeElement.tagName")
        )
        page.keyboard.press("Tab")
    seen = seen[: seen.index("SUMMARY", 1)]  # once around
    assert seen.count("radio") == 3 and "application" in seen and "SUMMARY" in seen  # one stop for each group
    page.get_by_role("radio", name="block 6, mean").focus()
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("radio", name="block 5, mean").get_attribute("aria-checked") == "true"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "block 5, mean"


@pytest.mark.parametrize(
    ("lang", "next_stop", "guess"), [("en", "Next", "guess"), ("zh-CN", "下一站", "先猜")]
)
def test_the_tour_has_six_stops_and_an_answer_at_each(show, lang, next_stop, guess):
    page, heads = show(lang), set()
    for stop in range(6):
        panel = page.locator(".live-vit-tour")
        heads.add(panel.locator("h4").inner_text())
        panel.locator("summary").click()
        answer = panel.locator("details p")
        answer.wait_for()
        page.wait_for_function("document.querySelector('.live-vit-tour details p').textContent.length > 3")
        assert not re.search(r"[{}]|undefined|NaN", panel.inner_text())
        if stop < 5:
            press(page, next_stop)
    assert len(heads) == 6
    press(page, "Play freely" if lang == "en" else "自由探索")
    assert page.locator(".live-vit-tour summary").count() == 0


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_and_narrow(show, lang, scheme):
    page = show(lang, width=320, color_scheme=scheme, reduced_motion="reduce", has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    small = "[...document.querySelectorAll('.live-vit-open button')].filter(b => !b.hidden && b.getBoundingClientRect().height < 44)"
    assert page.evaluate(f"{small}.length") == 0


def test_words_of_both_languages_are_the_same_ones(show):
    page = show()
    shape = "(w) => Object.entries(w).map(([k, v]) => [k, Array.isArray(v) ? v.map((s) => s.map((t) => (t.match(/[{]\\w+[}]/g) || []).sort())) : (v.match(/[{]\\w+[}]/g) || []).sort()])"
    assert page.evaluate(f"({shape})(vitTutorial.words.en)") == page.evaluate(
        f"({shape})(vitTutorial.words.zh)"
    )


def test_in_colabs_sandbox(browser, html):
    page = browser.new_page()
    page.set_content('<iframe sandbox="allow-scripts" style="width:900px;height:900px"></iframe>')
    page.evaluate(
        "html => { document.querySelector('iframe').srcdoc = html; }", PAGE.format(lang="en", html=html)
    )
    page.frame_locator("iframe").locator(".live-vit-answer").wait_for()
    page.close()


def test_without_javascript_there_is_a_picture(browser, html):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(PAGE.format(lang="en", html=html))
    assert page.locator(".live-vit-still img").is_visible()
    assert page.evaluate("1") == 1
    context.close()
