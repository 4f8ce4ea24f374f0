"""Which entries a listing shows, and in which order."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from .records import Entry

SortKey = Literal["created", "path", "seconds", "bytes", "used"]
"""When it was made, its notebook's path, how long the execution took, its size, its last use."""

SORT_KEYS: tuple[SortKey, ...] = get_args(SortKey)

LONGEST_SEARCH = 200
"""Most characters that are searched for."""

# A record can hold texts of any length; nobody searches for the end of such a name.
_LONGEST_NAME = 1000
_LARGEST = 2**63 - 1
_HEX = frozenset("0123456789abcdef")

_COLUMNS: dict[SortKey, str] = {
    "created": "created",
    "path": "notebook",
    "seconds": "seconds",
    "bytes": "bytes",
    "used": "used",  # 0 for never
}


class Selection(msgspec.Struct, frozen=True):
    """What a listing asks for.

    Attributes:
        notebook: Only this notebook's entries, by its path relative to the project root.
        search: Words that all have to occur in the identifier or in what :func:`searched_text`
            gives.
        below: Where the project lies, as it is shown before each notebook's path: it is searched
            as well.
        sort: What is compared; of equal ones the newer counts as larger.
        descending: Whether the largest comes first.
    """

    notebook: str | None = None
    search: str = ""
    below: str = ""
    sort: SortKey = "created"
    descending: bool = True

    def where(self) -> tuple[str, list[object]]:
        """The condition on an entry as SQL, empty for none, and its values."""
        terms: list[str] = []
        values: list[object] = []
        if self.notebook is not None:
            terms.append("notebook = ?")
            values.append(self.notebook)
        for word in self.words:
            # What entries share is searched once; this is a list of numbers then.
            found = "fact IN (SELECT number FROM facts WHERE instr(? || searched, ?) > 0)"
            values += [self.below.casefold(), word]
            if _HEX.issuperset(word):
                found = f"({found} OR instr(id, ?) > 0)"
                values.append(word)
            terms.append(found)
        return " AND ".join(terms), values

    @property
    def words(self) -> list[str]:
        """What is searched for, in lower case."""
        return self.search[:LONGEST_SEARCH].casefold().split()

    def order(self) -> str:
        """The ``ORDER BY`` clause."""
        direction = "DESC" if self.descending else "ASC"
        keys = dict.fromkeys([_COLUMNS[self.sort], "created"])
        return "ORDER BY " + ", ".join([*(f"{key} {direction}" for key in keys), "id"])


def searched_text(entry: Entry) -> str:
    """What a search looks at beside the identifier, in lower case: one line for each fact."""
    facts = (
        entry.notebook_path,
        entry.kernel_name[:_LONGEST_NAME],
        entry.outcome,
        entry.provenance,
    )
    # SQLite ends a text at its first NUL.
    return "\n".join(facts).casefold().replace("\0", " ")


def size_of(entry: Entry) -> int:
    """Bytes of the outputs and of the written files that are kept, as the entry says."""
    kept = (item.size or 0 for item in entry.artefacts if item.content is not None)
    return min(entry.output_bytes + sum(kept), _LARGEST)
