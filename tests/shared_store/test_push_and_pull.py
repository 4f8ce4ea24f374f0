"""What one person pushes, another one pulls: all of it, once, and whatever is interrupted."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sharing_support import TEAM, Person, Watched
from store_support import SECRET, files_below

from jupyterlab_cache.exchange.shared_store.place import (
    NotShared,
    SharedStoreError,
    Unreachable,
    masked,
    open_place,
)
from jupyterlab_cache.exchange.shared_store.pulling import pull
from jupyterlab_cache.exchange.shared_store.pushing import push
from jupyterlab_cache.store.signatures import KeyRing
from jupyterlab_cache.store.store import Store


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "shared") if request.param == "folder" else f"memory://{uuid.uuid4().hex}"


def test_what_is_pushed_is_pulled_and_counts(tmp_path: Path, url: str) -> None:
    anna, ben = Person(tmp_path, b"anna"), Person(tmp_path, b"ben")
    small = anna.put("1", path="a.ipynb", text="one")
    large = anna.put("2", path="b.ipynb", text="long " * 5000)
    sent = push(anna.transport, open_place(url), anna.entries())
    assert {item.entry for item in sent.entries} == {small.id, large.id}
    assert (sent.present, sent.problems) == (0, [])
    fetched = pull(ben.transport, open_place(url), None)
    assert {(item.entry, item.origin) for item in fetched.entries} == {
        (small.id, "team"),
        (large.id, "team"),
    }
    assert fetched.bytes == sent.bytes and fetched.blobs == sent.blobs
    for stored in (small, large):
        (mine,) = ben.store.entries_for(stored.entry.code_key)
        assert mine.entry == stored.entry and mine.trusted
        assert ben.text_of(mine) == anna.text_of(stored)
    # Marks are each person's own.
    assert not ben.store.marks.is_pinned(small.id)


def test_only_what_is_missing_goes_and_each_folder_is_listed_once(tmp_path: Path, url: str) -> None:
    anna, ben = Person(tmp_path, b"anna"), Person(tmp_path, b"ben")
    for number in range(12):
        anna.put(f"{number % 4}", path=f"{number}.ipynb", created=float(number), text=f"{number}")
    place = Watched(open_place(url))
    push(anna.transport, place, anna.entries())
    sent = place.named("send_file")
    assert len(sent) == len(set(sent)) > 0
    assert place.named("send")[0] == "format.json"
    for listed in (place.named("names"),):
        assert len(listed) == len(set(listed))
    # No question for each blob.
    assert set(place.named("fetch")) == {"format.json"}
    again = Watched(open_place(url))
    result = push(anna.transport, again, anna.entries())
    assert (result.present, result.entries) == (12, [])
    assert again.named("send") == again.named("send_file") == []
    new = anna.put("new", text="3")
    third = Watched(open_place(url))
    result = push(anna.transport, third, anna.entries())
    assert [item.entry for item in result.entries] == [new.id]
    assert third.named("send_file") == []  # its blobs are there: text and code are not new

    pull(ben.transport, Watched(open_place(url)), None)
    assert len(ben.entries()) == 13
    once_more = Watched(open_place(url))
    result = pull(ben.transport, once_more, None)
    assert (result.present, result.entries) == (13, [])
    assert once_more.named("fetch") == ["format.json"]


def test_only_the_code_that_is_asked_for_is_fetched(tmp_path: Path, url: str) -> None:
    anna, ben = Person(tmp_path, b"anna"), Person(tmp_path, b"ben")
    wanted, _ = anna.put("1"), anna.put("2")
    push(anna.transport, open_place(url), anna.entries())
    planned = pull(ben.transport, open_place(url), [wanted.entry.code_key], dry_run=True)
    assert [item.entry for item in planned.entries] == [wanted.id]
    assert ben.entries() == [] and not ben.store.exists
    pull(ben.transport, open_place(url), [wanted.entry.code_key])
    assert [stored.id for stored in ben.entries()] == [wanted.id]


def test_a_dry_push_writes_nothing(tmp_path: Path) -> None:
    anna = Person(tmp_path, b"anna")
    anna.put()
    place = Watched(open_place(str(tmp_path / "shared")))
    planned = push(anna.transport, place, anna.entries(), dry_run=True)
    assert len(planned.entries) == 1 and planned.blobs > 0 and planned.bytes > 0
    assert not (tmp_path / "shared").exists()


def test_without_a_key_in_common_it_is_from_elsewhere(tmp_path: Path, url: str) -> None:
    anna, stranger = Person(tmp_path, b"anna"), Person(tmp_path, b"stranger", team=())
    stored = anna.put()
    push(anna.transport, open_place(url), anna.entries())
    result = pull(stranger.transport, open_place(url), None)
    assert [(item.origin, item.trusted) for item in result.entries] == [("elsewhere", False)]
    (theirs,) = stranger.entries()
    assert not theirs.trusted
    # What is from elsewhere is not passed on: it would count no more there.
    other = open_place(str(tmp_path / "other"))
    passed = push(stranger.transport, other, stranger.entries())
    assert passed.entries == [] and "from elsewhere" in passed.problems[0]
    # With the key it counts, without another copy of the content.
    joined = Person(tmp_path, b"stranger")
    place = Watched(open_place(url))
    pull(joined.transport, place, None)
    assert [stored.origin for stored in joined.entries()] == ["team"]
    assert stored.id == joined.entries()[0].id


def test_what_was_made_before_the_team_had_a_key_counts_when_it_is_pushed(
    tmp_path: Path,
) -> None:
    before = Person(tmp_path, b"anna", team=())
    before.put()
    anna, ben = Person(tmp_path, b"anna"), Person(tmp_path, b"ben")
    place = open_place(str(tmp_path / "shared"))
    push(anna.transport, place, anna.entries())
    pull(ben.transport, place, None)
    assert [stored.origin for stored in ben.entries()] == ["team"]


def test_ones_word_for_a_stranger_stays_at_home(tmp_path: Path) -> None:
    anna, ben = Person(tmp_path, b"anna"), Person(tmp_path, b"ben", team=(b"x" * 32,))
    anna.put()
    place = open_place(str(tmp_path / "shared"))
    push(anna.transport, place, anna.entries())
    pull(ben.transport, place, None)
    (stored,) = ben.entries()
    ben.store.trust(stored)
    other = open_place(str(tmp_path / "other"))
    assert push(ben.transport, other, ben.entries()).entries == []


def test_a_pushed_folder_is_a_store(tmp_path: Path) -> None:
    anna = Person(tmp_path, b"anna")
    stored = anna.put()
    push(anna.transport, open_place(f"file://{tmp_path}/shared"), anna.entries())
    shared = Store(tmp_path / "shared", KeyRing(b"somebody", (TEAM,)))
    problems: list[object] = []
    summary = shared.verify(problems.append, repair=False)
    assert (summary.entries, problems) == (1, [])
    assert shared.get(stored.id).origin == "team"


# Interruptions


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=4), data=st.data())
def test_what_is_interrupted_goes_on(
    tmp_path: Path, cuts: list[tuple[int, bool]], data: st.DataObject
) -> None:
    here = tmp_path / uuid.uuid4().hex
    anna, ben = Person(here, b"anna"), Person(here, b"ben")
    for number in range(data.draw(st.integers(1, 4))):
        anna.put(f"{number % 2}", created=float(number), text=f"{number} " * (600 * (number % 2)))
    shared = str(here / "shared")
    for fails_at, is_done in cuts:
        person = anna if data.draw(st.booleans()) else ben
        place = Watched(open_place(shared), fails_at, is_done)
        try:
            if person is anna:
                push(anna.transport, place, anna.entries())
            else:
                pull(ben.transport, place, None)
        except SharedStoreError:
            pass
        # At no time is there an entry without what it needs.
        for store in (ben.store, Store(here / "shared", ben.keys)):
            for stored in store.each(lambda path: True):
                assert stored.trusted and store.outputs_of(stored) and store.notebook_of(stored)
    push(anna.transport, open_place(shared), anna.entries())
    pull(ben.transport, open_place(shared), None)
    made = {item.id: item.entry for item in anna.entries()}
    assert {item.id: item.entry for item in ben.entries()} == made
    for stored in ben.entries():
        assert ben.text_of(stored) == anna.text_of(stored)


def test_two_processes_push_and_pull_at_the_same_time(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    worker = Path(__file__).with_name("sharing_worker.py")
    arguments = [sys.executable, str(worker), str(tmp_path), str(shared)]
    workers = [subprocess.Popen([*arguments, name]) for name in ("anna", "ben")]
    assert [process.wait(120) for process in workers] == [0, 0]
    store = Store(shared, KeyRing(SECRET, (TEAM,)))
    problems: list[object] = []
    summary = store.verify(problems.append, repair=False)
    assert (summary.entries, problems) == (40, [])
    for name in (b"anna", b"ben"):
        person = Person(tmp_path, name)
        pull(person.transport, open_place(str(shared)), None)
        assert len(person.entries()) == 40


# To be read only


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """A web server that lists a folder, as ``python -m http.server`` does."""
    (tmp_path / "shared").mkdir(exist_ok=True)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/shared"
    server.shutdown()
    server.server_close()


def test_over_http_it_is_read_and_never_written(tmp_path: Path, web: str) -> None:
    anna, ben = Person(tmp_path, b"anna"), Person(tmp_path, b"ben")
    stored = anna.put(text="long " * 5000)
    with pytest.raises(NotShared, match="There is no shared store"):
        pull(ben.transport, open_place(web), None)
    push(anna.transport, open_place(str(tmp_path / "shared")), anna.entries())
    before = files_below(tmp_path / "shared")
    user = web.replace("://", "://anna:secret@")
    result = pull(ben.transport, open_place(user + "/"), None)
    assert [item.entry for item in result.entries] == [stored.id]
    assert "secret" not in result.url
    assert ben.text_of(ben.entries()[0]) == "long " * 5000
    ben.put("mine")
    with pytest.raises(NotShared, match="can only be read"):
        push(ben.transport, open_place(web), ben.entries())
    assert files_below(tmp_path / "shared") == before


# What is told


def test_no_message_holds_a_password() -> None:
    for url in ("http://anna:s3cret@127.0.0.1:9/x", "s3://key:s3cret@bucket/x?token=s3cret"):
        assert "s3cret" not in masked(url)
        try:
            place = open_place(url)
            assert "s3cret" not in place.shown
            place.names("entries")
        except SharedStoreError as error:
            assert "s3cret" not in str(error)
    assert masked("s3://bucket/folder") == "s3://bucket/folder"


@pytest.mark.parametrize("url", ["", "nothing://x", "http://", "http://host:port/x", "a\0b"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(NotShared):
        open_place(url)


def test_nobody_there_is_told_as_such(tmp_path: Path) -> None:
    ben = Person(tmp_path, b"ben")
    with pytest.raises(Unreachable, match="cannot be read"):
        pull(ben.transport, open_place("http://127.0.0.1:9/nobody"), None)
