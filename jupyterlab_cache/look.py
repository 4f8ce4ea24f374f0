"""One look at the present: verdicts on notebooks, with what is upstream of them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from .inputs.declared_reasons import is_uncheckable
from .inputs.reasons import Reason
from .inputs.upstream import Edge, NotebookGraph
from .inputs.upstream_order import components
from .inputs.verdict import Status, judge
from .inputs.verifier import Verifier
from .moment import Surroundings
from .notebooks.declaration import PROJECT_FILE
from .notebooks.digests import DocumentDigests
from .notebooks.errors import NotebookError
from .projects import PathRefused
from .store.errors import StoreError
from .store.store import StoredEntry

Variant = Mapping[str, str | int | float | bool | None]


class Look:
    """One look at the present: each notebook, and each path, is looked at once.

    A notebook whose own inputs all match is stale nevertheless (``upstream-stale``) while another
    one that writes one of them is *due*: it failed, or executing it could change what it writes.
    That is the case when it is stale itself (an edit, an input, invalidated by hand, an execution
    that did not get to its end), or because of its own upstream notebooks. It is not the case when
    nothing but its execution's nature keeps it from being fresh (network contact, inputs that it
    rewrites): executing it again would change nothing about that, and what is downstream of it
    could never be fresh.

    Edges inside a circle count for nothing. A notebook that was never executed writes nothing that
    is known, and one that is gone or cannot be read gives no reason.

    Args:
        surroundings: The notebooks.
        verifier: The present.
        variant: Parameters and options that change results.
    """

    def __init__(
        self, surroundings: Surroundings, verifier: Verifier, variant: Variant | None = None
    ) -> None:
        self._surroundings = surroundings
        self._verifier = verifier
        self._variant = variant or {}
        self._own: dict[Path, Status] = {}
        self._due: dict[Path, bool] = {}
        self._circle: dict[Path, int] = {}
        self._edges: dict[Path, list[Edge]] = {}
        self._graphs: dict[Path, NotebookGraph] = {}

    def status(self, notebook: Path, document: DocumentDigests | None = None) -> Status:
        """The verdict on a notebook.

        Args:
            notebook: Its absolute path below the root.
            document: What it holds, if that is not what is saved.

        Raises:
            NotebookError: It cannot be read, or what is declared of it makes no sense.
        """
        if document is None:
            own = self.own_status(notebook)
            if own.verdict not in ("fresh", "failed") or self._graph(notebook).is_empty:
                return own
            if not self._edges_of(notebook):
                return own
            self._explore(notebook)
            return self._with_upstream(notebook, own, self._edges_of(notebook), self._circle)
        own = self._judge(notebook, document)
        edges = self._edges_from(notebook, own) if own.verdict in ("fresh", "failed") else []
        if not edges:
            return own
        # What is not saved cannot be in a circle, unless the saved notebook is in the same one.
        circle: dict[Path, int] = {}
        nodes = {notebook: edges}
        for number, group in enumerate(
            components([notebook], lambda node: _upstream(nodes.get(node) or self._edges_of(node)))
        ):
            circle |= dict.fromkeys(group, number)
        for edge in edges:
            self._explore(edge.upstream)
        return self._with_upstream(notebook, own, edges, circle)

    def own_status(self, notebook: Path) -> Status:
        """The verdict on a saved notebook, whatever is upstream of it.

        Raises:
            NotebookError: It cannot be read, or what is declared of it makes no sense.
        """
        own = self._own.get(notebook)
        if own is None:
            own = self._own[notebook] = self._judge(
                notebook, self._surroundings.digests_of(notebook)
            )
        return own

    def is_due(self, notebook: Path) -> bool:
        """Whether what is downstream of a notebook is stale because of it."""
        self._explore(notebook)
        return self._due[notebook]

    def all_upstream(self, notebooks: Iterable[Path]) -> dict[Path, list[Edge]]:
        """Notebooks and all that is upstream of them, with the edges into each; they first.

        Args:
            notebooks: Absolute paths below the root; they need not exist.
        """
        found: dict[Path, list[Edge]] = {}
        rest = list(notebooks)
        for notebook in rest:
            if notebook not in found:
                found[notebook] = self._edges_of(notebook)
                rest += (edge.upstream for edge in found[notebook])
        return found

    def paths_behind(self, status: Status) -> list[str]:
        """Absolute paths that a verdict depends on.

        Args:
            status: The verdict on a notebook.
        """
        notebook = self._surroundings.projects.resolve(status.path)
        stored = self._entry(notebook, status.entry)
        if stored is None:
            return []
        project = self._surroundings.projects.of(notebook)
        paths = [str(project.root / PROJECT_FILE)]
        paths += self._paths_of(notebook, stored)
        above = self.all_upstream(_upstream(self._graph(notebook).edges_of(notebook, [stored])))
        for upstream in above.keys() - {notebook}:
            paths.append(str(upstream))
            for item in self._graph(upstream).entries_of(upstream):
                paths += self._paths_of(upstream, item)
        return list(dict.fromkeys(paths))

    def _paths_of(self, notebook: Path, stored: StoredEntry) -> list[str]:
        root = self._surroundings.projects.of(notebook).root
        return self._verifier.paths_of(stored, notebook_folder=notebook.parent, project_root=root)

    # Verdicts

    def _judge(self, notebook: Path, document: DocumentDigests) -> Status:
        project = self._surroundings.projects.of(notebook)
        status = judge(
            document,
            notebook=notebook,
            project_root=project.root,
            store=project.store,
            verifier=self._verifier,
            default_kernel=self._surroundings.default_kernel,
            variant=self._variant,
            declared=self._surroundings.declared_for(notebook),
        )
        return msgspec.structs.replace(status, path=self._shown(notebook))

    def _with_upstream(
        self, notebook: Path, own: Status, edges: Sequence[Edge], circle: Mapping[Path, int]
    ) -> Status:
        files = defaultdict(list)
        for edge in edges:
            if self._due[edge.upstream] and circle[edge.upstream] != circle[notebook]:
                files[edge.upstream].append(os.path.relpath(edge.file, notebook.parent))
        if not files:
            return own
        reasons = tuple(
            self._reason(upstream, sorted(files[upstream])) for upstream in sorted(files)
        )
        return msgspec.structs.replace(own, verdict="stale", reasons=reasons)

    def _reason(self, upstream: Path, files: Sequence[str]) -> Reason:
        shown = self._shown(upstream)
        what = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more files"
        failed = self.own_status(upstream).verdict == "failed"
        message = f"{shown}, which writes {what}, {'failed' if failed else 'is stale'}."
        return Reason("upstream-stale", shown, message)

    def _explore(self, notebook: Path) -> None:
        """Find out what is due among a notebook and all that is upstream of it."""
        groups = components([notebook], lambda node: _upstream(self._edges_of(node)), self._circle)
        for group in groups:
            self._circle |= dict.fromkeys(group, len(self._circle))
            for node in group:
                self._due[node] = self._is_due_itself(node) or any(
                    self._due[edge.upstream]
                    for edge in self._edges_of(node)
                    if edge.upstream not in group
                )

    def _is_due_itself(self, notebook: Path) -> bool:
        try:
            own = self.own_status(notebook)
            declared = self._surroundings.declared_for(notebook)
        except NotebookError:
            return False
        if own.verdict != "stale":
            return own.verdict == "failed"
        stored = self._entry(notebook, own.entry)
        if stored is None:
            return True
        own_files = {artefact.path for artefact in stored.entry.artefacts}
        lasting = {
            ("file-changed", path)
            for path in stored.entry.changed_inputs
            # What somebody else changed meanwhile is another thing next time.
            if path in own_files or not os.path.lexists(notebook.parent / path)
        }
        if is_uncheckable(stored.entry, declared):
            lasting.add(("expired", notebook.name))
        return any((reason.code, reason.subject) not in lasting for reason in own.reasons)

    # Edges

    def _edges_of(self, notebook: Path) -> list[Edge]:
        if notebook not in self._edges:
            try:
                own = self.own_status(notebook)
            except NotebookError:
                self._edges[notebook] = []
            else:
                self._edges[notebook] = self._edges_from(notebook, own)
        return self._edges[notebook]

    def _edges_from(self, notebook: Path, own: Status) -> list[Edge]:
        """The edges into a notebook, by the entry that matches or else by those that count."""
        if self._graph(notebook).is_empty:
            return []
        matching = own.verdict in ("fresh", "failed")
        stored = self._entry(notebook, own.entry) if matching else None
        return self._graph(notebook).edges_of(notebook, None if stored is None else [stored])

    def _graph(self, notebook: Path) -> NotebookGraph:
        project = self._surroundings.projects.of(notebook)
        if project.root not in self._graphs:
            self._graphs[project.root] = NotebookGraph(project.root, project.store, self._code_key)
        return self._graphs[project.root]

    def _code_key(self, notebook: Path) -> str | None:
        try:
            place = self._surroundings.projects.notebook(notebook)
            digests = self._surroundings.digests_of(place)
        except (NotebookError, PathRefused, OSError):
            return None
        return digests.code_key(self._surroundings.default_kernel)

    def _entry(self, notebook: Path, entry: str | None) -> StoredEntry | None:
        try:
            return self._surroundings.projects.of(notebook).store.get(entry) if entry else None
        except StoreError:
            return None  # it was removed meanwhile

    def _shown(self, notebook: Path) -> str:
        return self._surroundings.projects.relative(notebook)


def _upstream(edges: Iterable[Edge]) -> list[Path]:
    return list(dict.fromkeys(edge.upstream for edge in edges))
