"""Which message becomes an output of which cell, and how much a cell may show."""

from __future__ import annotations

import pytest

from hocvuso.kernels.outputs import Budget, Outputs, TooMuchOutput


@pytest.fixture
def outputs():
    """The outputs of a notebook whose first cell runs."""
    made = Outputs(Budget(1000))
    made.begin(0, "r0")
    return made


def say(outputs, text, name="stdout", parent="r0"):
    outputs.add("stream", parent, {"name": name, "text": text}, len(text))


def display(outputs, text, display_id=None, kind="display_data", parent="r0"):
    transient = {"display_id": display_id} if display_id else {}
    outputs.add(
        kind, parent, {"data": {"text/plain": text}, "metadata": {}, "transient": transient}, len(text)
    )


def shown(run) -> list[str]:
    return [o["text"] if o["output_type"] == "stream" else o["data"]["text/plain"] for o in run.outputs]


def test_text_of_one_stream_that_follows_itself_is_one_output(outputs):
    """Another stream, or a display, begins a new one."""
    say(outputs, "a")
    say(outputs, "b")
    say(outputs, "e", "stderr")
    say(outputs, "c")
    display(outputs, "d")
    say(outputs, "f")
    assert shown(outputs.finish()) == ["ab", "e", "c", "d", "f"]


def test_messages_of_another_request_go_nowhere(outputs):
    """A task of an earlier cell can't write into a later one; nor can anything between cells."""
    say(outputs, "mine")
    say(outputs, "other", parent="r1")
    say(outputs, "nobody", parent=None)
    assert shown(outputs.finish()) == ["mine"]
    say(outputs, "late")
    outputs.begin(1, "r1")
    assert shown(outputs.finish()) == []


def test_clearing_waits_for_the_next_output_if_told(outputs):
    """So a display that is replaced doesn't flicker; without a next output it stays."""
    say(outputs, "a")
    outputs.add("clear_output", "r0", {"wait": True}, 0)
    say(outputs, "b")
    outputs.add("clear_output", "r0", {"wait": True}, 0)
    assert shown(outputs.finish()) == ["b"]


def test_a_display_is_updated_where_it_is(outputs):
    """In this cell, and in earlier ones, which are then told anew; not where it was cleared away."""
    display(outputs, "a", "d")
    assert shown(outputs.finish()) == ["a"]
    outputs.begin(1, "r1")
    display(outputs, "b", "d", parent="r1")
    outputs.add("clear_output", "r1", {"wait": False}, 0)
    display(outputs, "c", "d", "update_display_data", parent="r1")
    run = outputs.finish()
    assert run.outputs == []
    assert {cell: [o["data"]["text/plain"] for o in kept] for cell, kept in run.earlier.items()} == {0: ["c"]}


def test_what_is_too_much_is_refused(outputs):
    """Counted over all that the cell shows; an error is shown all the same, cut short."""
    display(outputs, "x" * 900)
    with pytest.raises(TooMuchOutput):
        display(outputs, "x" * 200)
    with pytest.raises(TooMuchOutput):
        display(outputs, "x")
    outputs.add("error", "r0", {"ename": "E", "evalue": "x" * 10**6, "traceback": ["x" * 10**6]}, 2 * 10**6)
    outputs.add("error", "r0", {"ename": "E", "evalue": "again", "traceback": []}, 10)
    run = outputs.finish()
    assert [o["output_type"] for o in run.outputs] == ["display_data", "error"]
    assert len(str(run.outputs)) < 10_000
    outputs.begin(1, "r1")
    display(outputs, "x" * 900, parent="r1")
    assert len(outputs.finish().outputs) == 1


def test_updates_of_many_displays_are_counted(outputs):
    """One small message that makes each of them large is too much."""
    for _ in range(10):
        display(outputs, "a", "d", "display_data")
    with pytest.raises(TooMuchOutput):
        display(outputs, "x" * 500, "d", "update_display_data")


def test_clearing_gives_the_room_back(outputs):
    """What is no longer shown doesn't count."""
    for _ in range(10):
        display(outputs, "x" * 900)
        outputs.add("clear_output", "r0", {"wait": False}, 0)
    assert outputs.finish().outputs == []


def test_an_output_widget_takes_what_is_shown_inside_it(outputs):
    """As nbclient's mimic does: the cell shows nothing of it, the kernel's side of the widget is told."""
    state = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel", "outputs": []}
    opened = {"comm_id": "w", "target_name": "jupyter.widget", "data": {"state": state}}
    outputs.add("comm_open", "r0", opened, 0)
    outputs.add("comm_msg", "r0", {"comm_id": "w", "data": {"state": {"msg_id": "r0"}}}, 0)
    say(outputs, "in")
    say(outputs, "side")
    outputs.add("comm_msg", "r0", {"comm_id": "w", "data": {"state": {"msg_id": ""}}}, 0)
    say(outputs, "outside")
    assert shown(outputs.finish()) == ["outside"]
    ((kind, content),) = outputs.replies()
    told = content["data"]["state"]["outputs"]
    assert (kind, content["comm_id"], [o["text"] for o in told]) == ("comm_msg", "w", ["inside"])


@pytest.mark.parametrize("data", [None, 3, [], {"state": 1}, {"state": {"msg_id": 5}}])
def test_odd_comm_messages_are_passed_over(outputs, data):
    """Learners may open comms of their own with any data."""
    outputs.add("comm_open", "r0", {"comm_id": "c", "target_name": "t", "data": data}, 0)
    outputs.add("comm_msg", "r0", {"comm_id": "c", "data": data}, 0)
    say(outputs, "a")
    assert shown(outputs.finish()) == ["a"]
