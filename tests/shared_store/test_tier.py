"""A shared store that is asked by itself: at once, seldom, and not at all while it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sharing_support import Person, Watched

from jupyterlab_cache.exchange.shared_store.place import Place, Unreachable, open_place
from jupyterlab_cache.exchange.shared_store.pushing import push
from jupyterlab_cache.exchange.shared_store.tier import (
    Question,
    SharedTier,
    newest_or_matching,
)
from jupyterlab_cache.store.store import StoredEntry


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Reached:
    """Gives places to a tier, and counts the attempts."""

    def __init__(self, make: Callable[[str], Place]) -> None:
        self.make = make
        self.places: list[Watched] = []

    def __call__(self, url: str) -> Place:
        self.places.append(Watched(self.make(url)))
        return self.places[-1]

    @property
    def calls(self) -> int:
        return sum(len(place.calls) for place in self.places)


def question(person: Person, code_key: str, most: int = 9) -> Question:
    return Question(code_key, person.transport, lambda found: found[:most])


@pytest.fixture
def shared(tmp_path: Path) -> str:
    return str(tmp_path / "shared")


@pytest.fixture
def made(tmp_path: Path, shared: str) -> StoredEntry:
    anna = Person(tmp_path, b"anna")
    stored = anna.put()
    push(anna.transport, open_place(shared), [stored])
    return stored


@pytest.fixture
def ben(tmp_path: Path) -> Person:
    return Person(tmp_path, b"ben")


def test_what_others_made_is_brought_in(shared: str, made: StoredEntry, ben: Person) -> None:
    tier = SharedTier(shared)
    assert tier.report.state == "unknown"
    brought = tier.look_for([question(ben, made.entry.code_key)])
    assert [stored.id for stored in brought] == [made.id]
    assert ben.entries()[0].trusted
    assert (tier.report.state, tier.report.error) == ("reachable", "")


def test_what_is_chosen_is_all_that_is_fetched(shared: str, made: StoredEntry, ben: Person) -> None:
    reached = Reached(open_place)
    tier = SharedTier(shared, opened=reached)
    assert tier.look_for([question(ben, made.entry.code_key, most=0)]) == []
    assert not ben.store.exists
    assert [name.partition("/")[0] for name in reached.places[0].named("fetch")] == [
        "format.json",
        "entries",
    ]


def test_what_is_from_elsewhere_is_seen_and_not_fetched(
    tmp_path: Path, shared: str, made: StoredEntry
) -> None:
    stranger = Person(tmp_path, b"stranger", team=())
    reached = Reached(open_place)
    tier = SharedTier(shared, opened=reached)
    assert tier.look_for([question(stranger, made.entry.code_key)]) == []
    assert not stranger.store.exists
    assert tier.report.elsewhere == 1


def test_nothing_there_is_believed_for_a_while(shared: str, made: StoredEntry, ben: Person) -> None:
    clock, reached = Clock(), Reached(open_place)
    tier = SharedTier(shared, opened=reached, clock=clock)
    other = question(ben, "ck1-" + "0" * 64)
    tier.look_for([other])
    asked = reached.calls
    assert asked > 0
    tier.look_for([other])
    assert reached.calls == asked
    clock.now += 100
    tier.look_for([other])
    assert reached.calls > asked


def test_an_empty_place_is_no_trouble(shared: str, ben: Person) -> None:
    tier = SharedTier(shared)
    assert tier.look_for([question(ben, "ck1-" + "0" * 64)]) == []
    assert tier.report.state == "reachable"


def nobody(url: str) -> Place:
    raise Unreachable("nobody is there")


def test_while_it_fails_it_is_left_alone(ben: Person) -> None:
    clock, attempts = Clock(), []

    def opened(url: str) -> Place:
        attempts.append(url)
        raise Unreachable("nobody is there")

    tier = SharedTier("s3://anna:secret@bucket", opened=opened, clock=clock)
    for number in range(50):
        assert tier.look_for([question(ben, f"ck1-{number:064x}")]) == []
    assert len(attempts) == 1
    assert (tier.report.state, tier.report.error) == ("unreachable", "nobody is there")
    assert "secret" not in tier.report.url
    for expected in (2, 3):
        clock.now += 61
        tier.look_for([question(ben, "ck1-" + "0" * 64)])
        tier.look_for([question(ben, "ck1-" + "1" * 64)])
        assert len(attempts) == expected
    # It rests longer each time.
    clock.now += 61
    tier.look_for([question(ben, "ck1-" + "0" * 64)])
    assert len(attempts) == 3


def test_a_closed_port_keeps_nobody(ben: Person) -> None:
    tier = SharedTier("http://127.0.0.1:9/nobody")
    assert tier.look_for([question(ben, "ck1-" + "0" * 64)]) == []
    assert tier.report.state == "unreachable"


def test_what_hangs_hangs_once(ben: Person) -> None:
    clock, forever, threads = Clock(), threading.Event(), []

    class Hanging(Watched):
        def fetch(self, name: str, limit: int, into: object) -> None:
            threads.append(threading.current_thread())
            forever.wait()

    tier = SharedTier("x", opened=lambda url: Hanging(open_place(url)), clock=clock)
    before = threading.active_count()
    try:
        for number in range(20):
            clock.now += 10_000  # whatever the rest is
            assert tier.look_for([question(ben, f"ck1-{number:064x}")], seconds=0.01) == []
        assert len(threads) <= 1
        assert threading.active_count() <= before + 1
        assert tier.report.state == "unreachable"
        assert "did not answer" in tier.report.error
    finally:
        forever.set()


# Written back


def test_what_is_made_is_sent_and_what_could_not_be_is_sent_next_time(
    shared: str, ben: Person
) -> None:
    clock = Clock()
    reached = Reached(nobody)
    tier = SharedTier(shared, writes=True, opened=reached, clock=clock)
    first = ben.put()
    tier.keep_in_step(ben.transport, first)
    assert tier.finish() == 1
    assert tier.report.unsent == 1 and not Path(shared).exists()
    # Another process, and the shared store is there again.
    again = SharedTier(shared, writes=True)
    second = ben.put("2")
    again.keep_in_step(ben.transport, second)
    assert again.finish() == 0
    names = {path.stem for path in Path(shared).glob("entries/*/*/*.json")}
    assert names == {first.id, second.id}
    assert ben.store.marks.unsent() == set()
    assert again.report.state == "reachable"


def test_what_was_removed_meanwhile_is_not_waited_for(shared: str, ben: Person) -> None:
    tier = SharedTier(shared, writes=True, opened=nobody)
    stored = ben.put()
    tier.keep_in_step(ben.transport, stored)
    tier.finish()
    ben.store.remove(stored.id)
    again = SharedTier(shared, writes=True)
    again.keep_in_step(ben.transport, ben.put("2"))
    assert again.finish() == 0


def test_nothing_is_sent_unless_it_is_said_so(shared: str, ben: Person) -> None:
    tier = SharedTier(shared)
    tier.keep_in_step(ben.transport, ben.put())
    assert tier.finish() == 0
    assert not Path(shared).exists()


def test_a_store_that_cannot_be_written_is_no_trouble_of_the_tier(
    tmp_path: Path, shared: str, made: StoredEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = Person(tmp_path, b"ben")
    ben.store.folder.parent.mkdir(exist_ok=True)
    ben.store.folder.write_text("a file is in the way")
    tier = SharedTier(shared, writes=True)
    assert tier.look_for([question(ben, made.entry.code_key)]) == []
    tier.keep_in_step(ben.transport, made)
    assert tier.report.state != "unreachable"


# Which of them


@pytest.mark.parametrize(
    ("outcomes", "answers", "chosen"),
    [
        (["ok", "ok"], [False, True], [1]),
        (["ok", "ok"], [False, False], [0]),
        (["ok", "ok"], [None, False], [1]),
        (["ok"], [None], []),
        (["error", "ok"], [True, False], [0]),
        # What it lacked was made later.
        (["ok", "error"], [False, True], [0]),
        (["error"], [False], []),
        ([], [], []),
    ],
)
def test_the_one_that_matches_or_else_the_newest_good_one(
    ben: Person, outcomes: Sequence[str], answers: Sequence[bool | None], chosen: Sequence[int]
) -> None:
    found = [
        ben.put(outcome=outcome, created=100.0 - number) for number, outcome in enumerate(outcomes)
    ]
    given = {stored.id: answer for stored, answer in zip(found, answers, strict=True)}
    got = newest_or_matching(found, lambda stored: given[stored.id])
    assert got == [found[number] for number in chosen]
