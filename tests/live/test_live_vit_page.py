"""The live model as a reader meets it: from a file on disk, by mouse, by keyboard, in a sandbox, in both languages."""

import re

import pytest
import torch
from axe_playwright_python.sync_playwright import Axe

from vit_tutorial import VisionTransformer, ViTConfig, data, plots, pretrained
from vit_tutorial.inspection import hide_patches, logit_lens

FIRST = slice(3, 4)  # the dress, which the page opens with
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
    assert_shows(page, logit_lens(model, garments.images[FIRST])[:, 0])
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
    black = hide_patches(garments.images[FIRST], hidden, 4)
    assert_shows(page, logit_lens(model, black)[:, 0])
    press(page, "Undo all")
    assert_shows(page, logit_lens(model, garments.images[FIRST])[:, 0])


def test_the_world_changes_and_comes_back(show, model, garments):
    page, before = show(), logit_lens(model, garments.images[FIRST])[:, 0]
    press(page, "Take the positions away")
    bare = pretrained.load("vit-fashion").eval()
    torch.nn.init.zeros_(bare.embeddings.position_embedding)
    assert_shows(page, logit_lens(bare, garments.images[FIRST])[:, 0])
    press(page, "Undo all")
    for name in ("Shuffle the patches", "Class token attends to all alike"):
        press(page, name)
        assert not torch.allclose(answers(page), before.softmax(-1), atol=0.02)
        press(page, name)
        assert_shows(page, before)


def test_the_page_opens_with_a_picture_that_is_named_rightly(show, model, garments):
    shares = logit_lens(model, garments.images).softmax(-1)
    answers = shares.argmax(-1)
    right = (answers[-1] == garments.labels) & (answers[1] != garments.labels)  # and not at first sight
    assert int(right.nonzero()[0]) == FIRST.start
    page = show()
    assert page.get_by_role("radio", name="Dress").get_attribute("aria-checked") == "true"
    says = page.locator(".live-vit-answer")
    assert says.inner_text() == f"Answer: Dress, {100 * shares[-1, 3, 3]:.0f} %. Label: Dress\u00a0✓"
    page.get_by_role("radio", name="T-shirt/top").click()
    assert "Answer: Shirt" in says.inner_text() and "Label: T-shirt/top\u00a0✗" in says.inner_text()
    assert page.locator(".live-vit-bars th", has_text="✓").inner_text() == "T-shirt/top ✓"
    page.get_by_role("radio", name="Empty").click()
    assert "Label" not in says.inner_text()


def weights_told(page):
    """The per cents in the line about attention."""
    line = page.locator(".live-vit-status p").last.inner_text()
    return [float(number) / 100 for number in re.findall(r"([\d.]+) %", line)]


def test_the_weights_that_are_told_are_the_models(show, model, garments):
    page, weights = show(), model.attention_maps(garments.images[FIRST])[:, 0]
    page.get_by_role("radio", name="block 4, head 3").click()
    page.locator(".live-vit-picture").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)  # in this mode the query follows: row 2, column 3 is token 10
    row = weights[3, 2, 10]
    most = int(row[1:].argmax())
    status = page.get_by_role("status")
    assert "Block 4, head 3: the query (row 2, column 3) gives most to" in status.inner_text()
    assert f"gives most to row {most // 7 + 1}, column {most % 7 + 1}:" in status.inner_text()
    assert weights_told(page) == pytest.approx([row[1:].max().item(), row[0].item()], abs=0.0051)
    press(page, "class token")
    page.get_by_role("radio", name="Black out").click()  # now the line is about the patch in hand
    assert "row 2, column 3" in status.inner_text() and "query: class token" in status.inner_text()
    row = weights[3, 2, 0]
    assert weights_told(page) == pytest.approx([row[10].item(), row[0].item()], abs=0.0051)


def test_a_mouse_that_hovers_tries_a_query(show):
    page, status = show(), ".live-vit-status p >> nth=1"
    box = page.locator(".live-vit-picture").bounding_box()
    before = page.locator(status).inner_text()
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
    assert "(row 4, column 1)" in page.locator(status).inner_text()
    page.mouse.move(box["x"] - 8, box["y"] + box["height"] / 2)
    assert page.locator(status).inner_text() == before
    tap(page, 8)
    page.mouse.move(box["x"] - 8, box["y"])
    assert "(row 2, column 2)" in page.locator(status).inner_text()  # a tap stays


def test_what_was_changed_is_set_beside_the_untouched_answer(show, model, garments):
    page, status = show(), ".live-vit-status p >> nth=1"
    share = logit_lens(model, garments.images[FIRST])[-1, 0].softmax(-1)[3]
    assert "Untouched" not in page.locator(status).inner_text()
    page.get_by_role("radio", name="Black out").click()
    box = page.locator(".live-vit-picture").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(
        box["x"] + box["width"] / 2, box["y"] + box["height"] - 5
    )  # one fast stroke: a whole column
    page.mouse.up()
    hidden = (torch.arange(49) % 7 == 3)[None]
    assert_shows(page, logit_lens(model, hide_patches(garments.images[FIRST], hidden, 4))[:, 0])
    assert f"Untouched: Dress, {100 * share:.0f} %." in page.locator(status).inner_text()


def test_a_finger_scrolls_over_the_picture_and_taps_on_it(show, model, garments):
    page = show(width=390, has_touch=True)
    picture = page.locator(".live-vit-picture")
    page.get_by_role("radio", name="Black out").tap()
    assert "pan-y" in picture.evaluate("p => getComputedStyle(p).touchAction")
    touch = "(p, kinds) => { for (const kind of kinds) p.dispatchEvent(new PointerEvent(kind, { pointerType: 'touch', clientX: 100, clientY: p.getBoundingClientRect().top + 9 })); }"
    picture.evaluate(touch, ["pointerdown", "pointermove", "pointercancel"])
    assert_shows(page, logit_lens(model, garments.images[FIRST])[:, 0])  # it was a scroll
    box = picture.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 3.5 / 7, box["y"] + box["height"] * 2.5 / 7)
    hidden = (torch.arange(49) == 17)[None]
    assert_shows(page, logit_lens(model, hide_patches(garments.images[FIRST], hidden, 4))[:, 0])
    page.get_by_role("radio", name="Draw").tap()
    assert picture.evaluate("p => getComputedStyle(p).touchAction") == "none"


def test_the_query_is_framed_in_every_map(show):
    page = show()
    frame = "(m, [x, y]) => [...m.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)"
    small = page.locator(".live-vit-maps canvas").nth(7)
    tap(page, 8)  # row 2, column 2
    assert small.evaluate(frame, [8 + 2, 8 + 4]) == [255, 179, 71]


def test_chinese_pages_name_the_garments_in_chinese(show):
    page = show("zh-CN")
    names = page.locator(".live-vit-bars tbody th")
    assert names.all_text_contents()[:4] == ["T 恤", "裤子", "套头衫", "连衣裙 ✓"]
    assert names.last.get_attribute("title") == "Ankle boot"
    text = page.locator(".live-vit-open").inner_text()
    assert not re.search(r"[，。：；] |Dress|: ", text)


def small_model(**changes):
    torch.manual_seed(0)
    sizes = {
        "image_size": 8,
        "patch_size": 4,
        "in_channels": 3,
        "num_classes": 14,
        "embed_dim": 8,
        "depth": 2,
    }
    return VisionTransformer(ViTConfig(**sizes | {"num_heads": 2, "mlp_dim": 8} | changes)).eval()


def test_another_model_is_told_nothing_untrue(browser):
    model = small_model(pooling="mean", position="none")
    torch.nn.init.normal_(model.head.weight)
    images = torch.rand(2, 3, 8, 8) * 2 - 1
    page = browser.new_page()
    page.set_content(PAGE.format(lang="en", html=plots.live_vit(model, images).data))
    page.locator(".live-vit-open").wait_for()
    stops = [page.locator(".live-vit-tour").inner_text()]
    page.locator("summary").click()
    page.get_by_text("48: 4 × 4 pixels; channels: 3.").wait_for()
    while page.locator(".live-vit-next").count():
        page.locator(".live-vit-next").click()
        stops.append(page.locator(".live-vit-tour").inner_text())
    assert len(stops) == 4 and "Stop 4 of 4" in stops[3]  # neither positions nor class token to take away
    assert "class token" not in page.locator(".live-vit-open").inner_text()
    pixels = ((images + 1) * 127.5).round() / 127.5 - 1
    leading = logit_lens(model, pixels[:1])[-1, 0].softmax(-1).topk(12).indices.tolist()
    assert page.locator(".live-vit-bars tbody th").all_text_contents() == [str(k) for k in leading]
    page.close()


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
    shape = "(w) => Object.entries(w).filter(([k]) => k !== 'classes').map(([k, v]) => [k, Array.isArray(v) ? v.map((s) => s.map((t) => (t.match(/[{]\\w+[}]/g) || []).sort())) : (v.match(/[{]\\w+[}]/g) || []).sort()])"
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
    for lang, word in (("en", "JavaScript"), ("zh-CN", "没有 JavaScript")):
        assert word in page.locator(f".live-vit-still p [lang={lang}]").inner_text()
    assert page.evaluate("1") == 1
    context.close()
