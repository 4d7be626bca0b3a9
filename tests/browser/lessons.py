"""How a person answers in the page: by clicking and typing what is on the screen."""

import random
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

from hocvuso.lessons.master import read_master
from hocvuso.places import Places

from .conftest import PATIENCE

REACHES = """() => fetch(registration.scope, { method: "HEAD", cache: "no-store", redirect: "manual" })
    .then(() => true, () => false)"""


def questions_of(places: Places, edition: str):
    """The questions of an edition with their keys, for a person who knows everything."""
    return read_master(places.source / edition / f"{edition}.ipynb").questions


def right_answers(places: Places, edition: str) -> dict:
    """An answer with full points for each question; where a person grades, one that waits for them."""
    chance = random.Random(1)
    samples = {q.id: q.samples(chance) for q in questions_of(places, edition)}
    return {name: some["right" if "right" in some else "ungraded"] for name, some in samples.items()}


def wait_until_open(page: Page) -> None:
    """Until the page knows what was answered before: only then its questions take an answer, all at once."""
    expect(page.locator(".hv-question :is(input, select, textarea)").first).to_be_enabled()


def give(page: Page, question, answer, scope=None) -> None:
    """Answer one question of a lesson page with the mouse and the keyboard."""
    give_in((scope or page).locator(f"#cau-{question.id}"), question, answer)


def give_in(slot: Locator, question, answer) -> None:
    """Answer the question that ``slot`` shows, wherever that is."""
    match question.type:
        case "choice":
            slot.locator(f"input[value='{answer}']").check()
        case "multiple" | "hotspot":
            for value in answer:
                slot.locator(f"input[value='{value}']").check()
        case "classify":
            for place, item in enumerate(question.items):
                slot.locator("fieldset.hv-item").nth(place).locator(f"input[value='{answer[item]}']").check()
        case "short_text" | "number" | "date" | "free_text":
            field = slot.locator("input[type=text], textarea").first
            field.fill(str(answer))
            field.blur()
        case other:
            GIVE[other](slot, question, answer)


def choose_pairs(slot: Locator, question, answer: dict) -> None:
    """Choose from each item's list."""
    for place, item in enumerate(question.pairs):
        slot.locator("select").nth(place).select_option(answer[item])


def fill_fields(slot: Locator, question, answer: dict) -> None:
    """Fill in each field of a form as a question of its kind."""
    for place, (name, field) in enumerate(question.fields.items()):
        give_in(slot.locator(".hv-item").nth(place), field, answer[name])


def put_in_order(slot: Locator, question, answer: list[str]) -> None:
    """Press "Lên" beside each step until it stands where it belongs, from the first place to the last."""
    steps = slot.locator("[data-step]")
    expect(steps).to_have_count(len(answer))
    for place, letter in enumerate(answer):
        while (now := steps_of(slot).index(letter)) > place:
            slot.locator(f"[data-step='{letter}'] button").first.click()
            expect(steps.nth(now - 1)).to_have_attribute("data-step", letter)


def steps_of(slot: Locator) -> list[str]:
    """The letters of the steps as they stand now."""
    return slot.locator("[data-step]").evaluate_all("rows => rows.map(row => row.dataset.step)")


def act(slot: Locator, question, answer: list[str]) -> None:
    """Do on each screen what the path says; fields are filled with anything."""
    for step in answer:
        expect(slot.locator(f"[data-step='{step}']")).to_be_visible()
        for field in slot.locator(".hv-sim-stage input").all():
            field.fill("thử")
        slot.locator(f"[data-step='{step}']").click()


def clean(slot: Locator, question, answer: dict) -> None:
    """Change the cells and take out the rows that the answer names."""
    for key, text in answer.items():
        row, _, column = key.partition(".")
        card = slot.locator(".hv-table-row").nth(list(question.rows).index(row))
        if column:
            field = card.locator("input[type=text]").nth(list(question.columns).index(column))
            field.fill(text)
            field.blur()
        else:
            card.locator("input[type=checkbox]").check()


def write_code(slot: Locator, question, answer: str) -> None:
    """Type over what stands in the editor."""
    editor = slot.locator(".cm-content[contenteditable=true]")
    editor.click()
    editor.press("Control+a")
    editor.page.keyboard.insert_text(answer)
    editor.blur()


GIVE = {
    "code": write_code,
    "match": choose_pairs,
    "order": put_in_order,
    "form": fill_fields,
    "screen": act,
    "table": clean,
}


def expect_given(page: Page, question, answer) -> None:
    """The inputs show this answer."""
    slot = page.locator(f"#cau-{question.id}")
    match question.type:
        case "choice":
            expect(slot.locator(f"input[value='{answer}']")).to_be_checked()
        case "multiple" | "hotspot":
            for value in answer:
                expect(slot.locator(f"input[value='{value}']")).to_be_checked()
        case "classify":
            for place, item in enumerate(question.items):
                expect(
                    slot.locator("fieldset.hv-item").nth(place).locator(f"input[value='{answer[item]}']")
                ).to_be_checked()
        case "order":
            in_this_order = " ~ ".join(f"[data-step='{letter}']" for letter in answer)
            expect(slot.locator(in_this_order)).to_have_count(1)
        case "screen":
            expect(slot.locator(".hv-sim-trail li")).to_have_count(len(answer))
        case "table":
            expect(slot.locator(".hv-table-gone, .hv-table-changed")).to_have_count(len(answer))
        case "match" | "form":
            shown = slot.locator("select, input[type=text], input:checked")
            expect_values(shown, list(answer.values()))
        case _:
            expect(slot.locator("input, textarea").first).to_have_value(str(answer))


def expect_values(fields: Locator, values: list[str]) -> None:
    """These fields hold these values, in this order, and there are no more."""
    for place, value in enumerate(values):
        expect(fields.nth(place)).to_have_value(value)
    expect(fields).to_have_count(len(values))


def change_a_letter(data: bytes, old: str, new: str) -> bytes:
    """The file with one piece of its text exchanged."""
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


def save(folder: Path, name: str, data: bytes) -> Path:
    """A file to upload."""
    path = folder / name
    path.write_bytes(data)
    return path


def go_offline(context: BrowserContext) -> None:
    """Take the network away from a person's pages and from their service worker."""
    context.set_offline(True)
    deadline = time.monotonic() + PATIENCE
    while any(reaches(worker) for worker in context.service_workers):
        assert time.monotonic() < deadline, "the service worker still has a network"


def reaches(worker) -> bool:
    """Whether a service worker has a network: what it asks for is answered, whatever the answer is."""
    try:
        return worker.evaluate(REACHES)
    except PlaywrightError:  # it has ended meanwhile
        return False


def open_offline(page: Page, address: str) -> None:
    """Open an address without a network, so that the stand-in is shown.

    A service worker that the browser has just started anew learns a moment late that it is offline too.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        page.goto(address)
        if page.locator("#hv-again").count():
            return
    raise AssertionError(f"{address} was opened as if there were a network")
