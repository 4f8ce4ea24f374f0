"""Pages that share a document change it one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jupyterlab_cache.rest.turns import TURN_SECONDS, Turns

STEPS = st.lists(
    st.tuples(
        st.floats(min_value=0, max_value=2 * TURN_SECONDS),
        st.sampled_from(["a.ipynb", "b.ipynb"]),
        st.sampled_from(["one", "two", "three"]),
    )
)


@given(STEPS)
def test_no_page_has_a_turn_soon_after_another_one(steps: list[tuple[float, str, str]]) -> None:
    now = 0.0
    turns = Turns(lambda: now)
    last: dict[str, tuple[str, float]] = {}
    for wait, path, page in steps:
        now += wait
        before, when = last.get(path, (page, now))
        granted = turns.take(path, page)
        assert granted is (page == before or now >= when + TURN_SECONDS)
        if granted:
            last[path] = (page, now)


async def test_turns_over_http(client: Any, write_notebook: Any, jp_root_dir: Path) -> None:
    write_notebook("a.ipynb", "1")
    write_notebook("b.ipynb", "1")

    async def take(path: str, page: str) -> bool:
        status, answer = await client.post("turns", {"path": path, "page": page})
        assert status == 200
        granted: bool = answer["granted"]
        return granted

    assert await take("a.ipynb", "one")
    assert not await take("a.ipynb", "two")
    assert await take("a.ipynb", "one")
    assert await take("b.ipynb", "two")


async def test_a_turn_with_what_is_no_notebook(client: Any, jp_root_dir: Path) -> None:
    for path, code in [("missing.ipynb", 404), ("../a.ipynb", 400), ("", 400)]:
        status, _ = await client.post("turns", {"path": path, "page": "one"})
        assert status == code, path
    for page in ("", "x" * 65, 1):
        status, answer = await client.post("turns", {"path": "a.ipynb", "page": page})
        assert (status, "page" in answer["message"]) == (400, True)
