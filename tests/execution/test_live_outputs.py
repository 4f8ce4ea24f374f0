"""The outputs of an execution while it goes on: what is sent of them, and when."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest
from execution_support import OpenQueue, Project, ended, until
from hypothesis import given
from hypothesis import strategies as st

from jupyterlab_cache.execution import live_excerpt, live_outputs
from jupyterlab_cache.execution.jobs import Job
from jupyterlab_cache.execution.live_excerpt import excerpt_of, size_of
from jupyterlab_cache.execution.live_jobs import JobEnded
from jupyterlab_cache.execution.live_outputs import LiveOutputs, LiveView
from jupyterlab_cache.execution.queue import JobQueue


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(**data: Any) -> dict[str, Any]:
    forms = {mime.replace("_", "/"): form for mime, form in data.items()}
    return {"output_type": "display_data", "data": forms, "metadata": {}}


def cell(source: str = "1") -> dict[str, Any]:
    return {"source": source, "outputs": []}


def put(live: LiveOutputs, place: int, node: dict[str, Any], *outputs: Any) -> None:
    """What the kernel's thread does."""
    with live.lock:
        node["outputs"].extend(outputs)
        live.change(place)


def decoded(view: LiveView) -> dict[int, list[Any]]:
    return {item.cell: msgspec.json.decode(item.outputs) for item in view.cells}


def test_each_answer_holds_what_changed_since_the_last() -> None:
    first, second = cell("\n\n  print(1)\nprint(2)"), cell("2")
    live = LiveOutputs({1: first, 4: second})
    nothing = live.view()
    assert (nothing.whole, nothing.running, nothing.cells) == (True, None, ())
    live.begin(1)
    put(live, 1, first, stream("a"))
    view = live.view(nothing.revision)
    assert view.revision > nothing.revision
    assert (view.whole, view.running) == (False, 0)
    assert decoded(view) == {0: [stream("a")]}
    assert view.cells[0].line == "print(1)"

    assert live.view(view.revision) == LiveView(view.revision, False, 0, 0, ())
    live.begin(4)
    put(live, 4, second, stream("b"), stream("e", "stderr"), stream("c"))
    later = live.view(view.revision)
    assert decoded(later) == {1: [stream("bc"), stream("e", "stderr")]}
    assert later.running == 1
    assert decoded(live.view()) == {0: [stream("a")], **decoded(later)}
    live.end()
    over = live.view(later.revision)
    assert (over.running, over.cells) == (None, ())
    assert over.revision > later.revision


def test_whoever_knows_another_execution_gets_the_whole() -> None:
    before, node = LiveOutputs({0: cell()}).view().revision, cell()
    live = LiveOutputs({0: node})
    live.begin(0)
    put(live, 0, node, stream("a"))
    for since in (before, live.view().revision + 1):
        view = live.view(since)
        assert view.whole
        assert decoded(view) == {0: [stream("a")]}


def test_a_cell_that_is_not_of_the_notebook_does_not_count() -> None:
    live = LiveOutputs({0: cell()})
    live.begin(7)
    with live.lock:
        live.change(7)
    assert live.view().cells == ()


def test_what_is_cleared_or_rewritten_is_counted_again() -> None:
    node = cell()
    live = LiveOutputs({0: node})
    live.begin(0)
    put(live, 0, node, stream("x" * 300_000))
    (view,) = live.view().cells
    assert 0 <= view.left_out - (300_000 - live_excerpt.MOST_BYTES) < 10
    with live.lock:
        node["outputs"][:] = [stream("y")]
        live.change(0, rewritten=True)
    (view,) = live.view().cells
    assert view.left_out == 0
    put(live, 0, node, stream("z" * 300_000))
    (view,) = live.view().cells
    assert 0 <= view.left_out - (300_001 - live_excerpt.MOST_BYTES) < 10


def test_only_the_latest_cells_are_told_of_and_the_latest_have_room_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_outputs, "MOST_CELLS", 3)
    monkeypatch.setattr(live_outputs, "MOST_BYTES", 2500)
    cells = [cell(str(number)) for number in range(5)]
    live = LiveOutputs(dict(enumerate(cells)))
    for place, node in enumerate(cells):
        live.begin(place)
        put(live, place, node, stream("x" * 1000))
    view = live.view()
    assert view.first_cell == 2
    assert [item.cell for item in view.cells] == [2, 3, 4]
    whole, cut = view.cells[2], view.cells[0]
    assert (len(msgspec.json.decode(whole.outputs)[0]["text"]), whole.left_out) == (1000, 0)
    assert cut.left_out > 500
    assert sum(len(item.outputs) for item in view.cells) < 2500 + 200


def test_the_end_of_a_text_is_sent() -> None:
    excerpt = excerpt_of([stream(f"{number}\n") for number in range(100_000)], 10**9)
    (output,) = msgspec.json.decode(excerpt.outputs)
    assert output["text"].endswith("99998\n99999\n")
    assert len(excerpt.outputs) < live_excerpt.MOST_BYTES + 100


def test_of_a_display_the_forms_that_fit_are_sent() -> None:
    large = "x" * 500_000
    outputs = [stream("before"), display(text_plain="p", text_html=large), display(image_png=large)]
    excerpt = excerpt_of(outputs, 10**9)
    assert msgspec.json.decode(excerpt.outputs) == [stream("before"), display(text_plain="p")]
    assert sum(map(size_of, outputs)) - excerpt.size > 1_000_000


def test_of_many_displays_the_latest_are_sent_and_all_that_was_printed_between() -> None:
    outputs = [part for n in range(200) for part in (stream(f"{n} "), display(text_plain=str(n)))]
    printed, *shown = msgspec.json.decode(excerpt_of(outputs, 10**9).outputs)
    assert [output["data"]["text/plain"] for output in shown] == [str(n) for n in range(150, 200)]
    assert printed["text"].split() == [str(n) for n in range(150, 200)]


def test_of_a_long_traceback_the_error_is_sent() -> None:
    error = {
        "output_type": "error",
        "ename": "E",
        "evalue": "v" * 10_000,
        "traceback": ["t" * 500_000],
    }
    (output,) = msgspec.json.decode(excerpt_of([error], 10**9).outputs)
    assert (output["ename"], output["evalue"], output["traceback"]) == ("E", "v" * 2000, [])
    short = {**error, "evalue": "v", "traceback": ["t"]}
    assert msgspec.json.decode(excerpt_of([short], 10**9).outputs) == [short]


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("form", [nested(100_000), {"\ud800": 1}, {"a": "\ud800"}])
def test_what_is_no_plain_json_is_left_out(form: Any) -> None:
    outputs = [display(application_json=form), display(application_json=form, text_plain="\ud800")]
    excerpt = excerpt_of(outputs, 10**9)
    assert msgspec.json.decode(excerpt.outputs) == [display(text_plain="\ufffd")]


texts = st.text(st.characters() | st.sampled_from("\0\r\n\x1b\ud800\U0001f600"), max_size=400)
forms = st.recursive(
    texts | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
bundles = st.dictionaries(st.sampled_from(["text/plain", "text/html", "application/json"]), forms)
any_output = (
    st.builds(stream, texts, st.sampled_from(["stdout", "stderr"]))
    | st.builds(
        lambda data, metadata: {
            "output_type": "display_data",
            "data": data,
            "metadata": metadata,
        },
        bundles,
        st.dictionaries(texts, forms, max_size=2),
    )
    | st.builds(
        lambda name, value, lines: {
            "output_type": "error",
            "ename": name,
            "evalue": value,
            "traceback": lines,
        },
        texts,
        texts,
        st.lists(texts, max_size=4),
    )
)


@given(st.lists(any_output, max_size=8), st.integers(0, 3000))
def test_whatever_there_is_what_is_sent_is_json_within_bounds(outputs: Any, room: int) -> None:
    excerpt = excerpt_of(outputs, room)
    sent = msgspec.json.decode(excerpt.outputs)
    # Around the texts stand brackets and names.
    assert len(excerpt.outputs) <= room + 2 + 80 * len(sent)
    assert excerpt.size <= sum(map(size_of, outputs))


def test_a_view_is_of_one_moment_while_outputs_go_on() -> None:
    """Each change adds an output and replaces another; no view may see half of that."""
    node = cell()
    live = LiveOutputs({0: node})
    live.begin(0)
    put(live, 0, node, display(text_plain="0"), display(text_plain="0"))
    over = threading.Event()

    def work() -> None:
        count = 0
        while not over.is_set():
            count += 1
            with live.lock:
                for output in node["outputs"]:
                    output["data"] = {"text/plain": str(count)}
                live.change(0, rewritten=True)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        revision, seen = 0, set()
        while len(seen) < 50:
            view = live.view(revision)
            assert view.revision >= revision
            revision = view.revision
            for outputs in decoded(view).values():
                first, second = (output["data"]["text/plain"] for output in outputs)
                assert first == second
                seen.add(first)
    finally:
        over.set()
        thread.join()


# With kernels

GATE = "import os, time\nwhile not os.path.exists('gate'):\n    time.sleep(0.01)"


def live_of(queue: JobQueue, job: Job) -> dict[int, list[Any]]:
    live = queue.live.of(queue.get(job.id))
    return {} if live is None else decoded(live.view())


def texts_of(outputs: list[Any]) -> str:
    return "".join(output.get("text", "") for output in outputs)


async def test_what_jobs_put_out_is_seen_before_they_end_and_of_each_its_own(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue(workers=2)
    jobs = [
        await queue.submit(project.write(f"{name}.ipynb", f"print('made by {name}')", GATE))
        for name in "ab"
    ]
    await until(lambda: all(len(live_of(queue, job)) == 2 for job in jobs))
    for name, job in zip("ab", jobs, strict=True):
        assert queue.get(job.id).state == "running"
        assert live_of(queue, job) == {0: [stream(f"made by {name}\n")], 1: []}
    (project.folder / "gate").touch()
    for job in await ended(queue, *jobs):
        assert job.state == "done"
        with pytest.raises(JobEnded, match=f"those of entry {job.entry}"):
            queue.live.of(job)
    assert queue.live._outputs == {}
    await queue.stop()


async def test_updates_and_clearing_are_followed(project: Project, open_queue: OpenQueue) -> None:
    queue = open_queue()
    path = project.write(
        "a.ipynb",
        "from IPython.display import *\nshown = display('one', display_id=True)",
        "print('gone')\nclear_output()\nprint('stays')\nshown.update('two')",
        GATE,
    )
    job = await queue.submit(path)
    await until(lambda: len(live_of(queue, job)) == 3)
    live = live_of(queue, job)
    assert live[0][0]["data"]["text/plain"] == "'two'"
    assert texts_of(live[1]) == "stays\n"
    (project.folder / "gate").touch()
    await ended(queue, job)
    await queue.stop()


async def test_much_output_is_looked_at_while_it_comes(
    project: Project, open_queue: OpenQueue
) -> None:
    queue = open_queue()
    source = "for i in range(20):\n    print('x' * 1_000_000, flush=True)\nprint('end')"
    job = await queue.submit(project.write("a.ipynb", source, GATE))
    await until(lambda: len(live_of(queue, job)) == 2)
    live = queue.live.of(queue.get(job.id))
    assert live is not None
    printed, _ = live.view().cells
    assert len(printed.outputs) < 150_000
    assert texts_of(msgspec.json.decode(printed.outputs)).endswith("x\nend\n")
    assert 19_000_000 < printed.left_out < 20_100_000
    (project.folder / "gate").touch()
    (job,) = await ended(queue, job)
    assert len(project.texts(job.entry)[0]) > 20_000_000
    await queue.stop()
