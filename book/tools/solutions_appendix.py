"""Moves the hints and solutions of the exercises out of the printed chapters into an appendix, with links both ways."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag
from joined_pages import Page, heading_text

WORDS = {
    "en": {
        "title": "Appendix: hints and solutions",
        "there": "Hints and solution",
        "back": "Back to the exercise",
    },
    "zh": {"title": "附录：提示与参考答案", "there": "提示与参考答案", "back": "回到练习"},
}
NAME = "solutions"
HEADINGS = ["h1", "h2", "h3", "h4"]


def runs_of_folds(article: Tag) -> list[list[Tag]]:
    """Hints and solution of each exercise: folds that follow each other. One that stands alone answers a question."""
    runs: list[list[Tag]] = []
    for fold in article.find_all("details"):
        if runs and fold.find_previous_sibling() is runs[-1][-1]:
            runs[-1].append(fold)
        else:
            runs.append([fold])
    return [run for run in runs if len(run) > 1]


def link_to(soup: BeautifulSoup, target: str, words: str) -> Tag:
    """A paragraph with a link."""
    paragraph = soup.new_tag("p", attrs={"class": "there-and-back"})
    link = soup.new_tag("a", href=f"#{target}")
    link.string = words
    paragraph.append(link)
    return paragraph


def moved(soup: BeautifulSoup, run: list[Tag], words: dict[str, str]) -> Tag:
    """The part of the appendix that holds one exercise's folds, open; a link to it takes their place."""
    exercise = run[0].find_parent("section")
    part = soup.new_tag("section", id=f"{NAME}.{exercise['id']}")
    heading = soup.new_tag("h3")
    heading.string = heading_text(exercise.find(HEADINGS))
    run[0].insert_before(link_to(soup, part["id"], words["there"]))
    part.extend([heading, link_to(soup, exercise["id"], words["back"])])
    for fold in run:
        fold.extract()
        fold.name = "div"
        fold["class"] = ["help"]
        del fold["open"]
        label = fold.find("summary")
        label.name = "p"
        label["class"] = ["help-title"]
        part.append(fold)
    return part


def appendix(pages: list[Page], edition: str) -> Page:
    """Take the hints and solutions out of `pages`; the page that holds them, a section for each chapter."""
    words = WORDS[edition]
    soup = BeautifulSoup(
        f'<article class="bd-article" id="{NAME}"><h1>{words["title"]}</h1></article>', "html.parser"
    )
    for page in pages:
        runs = runs_of_folds(page.article)
        if not runs:
            continue
        chapter = soup.new_tag("section", id=f"{NAME}.{page.name}")
        heading = soup.new_tag("h2")
        heading.string = page.title
        chapter.append(heading)
        for run in runs:
            chapter.append(moved(soup, run, words))
        soup.article.append(chapter)
    return Page(NAME, soup)
