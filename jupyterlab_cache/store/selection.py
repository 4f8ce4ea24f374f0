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

_COLUMNS: dict[SortKey, str] = {
    "created": "created",
    "path": "notebook",
    "seconds": "seconds",
    "bytes": "bytes",
    # Never comes before all times.
    "used": "coalesce((SELECT time FROM uses WHERE uses.id = entries.id), 0)",
}


class Selection(msgspec.Struct, frozen=True):
    """What a listing asks for.

    Attributes:
        notebook: Only this notebook's entries, by its path relative to the project root.
        search: Words that all have to occur in what :func:`searched_text` gives.
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

    def query(self, columns: str) -> tuple[str, list[object]]:
        """The query for some columns and how many match, without ``LIMIT``, and its values."""
        terms, values = self._terms()
        where = " WHERE " + " AND ".join(terms) if terms else ""
        if not self.search.split():
            total = f"SELECT count(*) FROM entries{where}"
            return f"SELECT {columns}, ({total}) FROM entries{where}", values * 2
        # The texts are scanned once, in the index that holds little else; only what matches is
        # looked up.
        return (
            f"WITH found AS (SELECT id FROM entries{where})"
            f" SELECT {columns}, (SELECT count(*) FROM found) FROM entries"
            " WHERE id IN (SELECT id FROM found)"
        ), values

    def _terms(self) -> tuple[list[str], list[object]]:
        terms: list[str] = []
        values: list[object] = []
        if self.notebook is not None:
            terms.append("notebook = ?")
            values.append(self.notebook)
        for word in self.search[:LONGEST_SEARCH].casefold().split():
            if self.below:
                terms.append("instr(? || searched, ?) > 0")
                values += [self.below.casefold(), word]
            else:
                terms.append("instr(searched, ?) > 0")
                values.append(word)
        return terms, values

    def order(self) -> str:
        """The ``ORDER BY`` clause."""
        direction = "DESC" if self.descending else "ASC"
        keys = dict.fromkeys([_COLUMNS[self.sort], "created"])
        return "ORDER BY " + ", ".join([*(f"{key} {direction}" for key in keys), "id"])


def searched_text(identifier: str, entry: Entry) -> str:
    """What a search in an entry looks at, in lower case: one line for each fact."""
    facts = (
        entry.notebook_path,
        identifier,
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
