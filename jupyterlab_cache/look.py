"""One look at the present: verdicts on notebooks, with what is upstream of them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from .inputs.artefact_states import MOST_ARTEFACTS, artefact_states
from .inputs.observation import Places
from .inputs.reasons import Reason
from .inputs.stat_cache import Signature
from .inputs.upstream import Edge, NotebookGraph, writers_of
from .inputs.upstream_order import components
from .inputs.upstream_reasons import upstream_reason
from .inputs.verdict import Judgement, Status, judge, reasons_against, would_stay_stale
from .inputs.verifier import Verifier
from .moment import Moment
from .notebooks.declaration import PROJECT_FILE
from .notebooks.digests import DocumentDigests
from .notebooks.errors import NotebookError
from .notebooks.parameters import NO_PARAMETERS, Parameters, merged
from .notebooks.project import folder_of
from .notebooks.reader import read_sources
from .notebooks.variant import Variant, with_parameters
from .projects import PathRefused, Project
from .standing import Standing
from .store.errors import StoreError
from .store.store import StoredEntry
from .store.store_pass import StorePass

_MOST_EXPLAINED = 50
"""Changed cells are shown of so many notebooks: to read them takes longer than to judge."""

Given = Mapping[Path, Parameters]
"""Parameters for some notebooks, by their absolute paths; they outdo what is declared."""


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
        moment: The notebooks.
        variant: Options that change results.
        given: Parameters, beside those that are declared.
    """

    def __init__(
        self, moment: Moment, variant: Variant | None = None, given: Given | None = None
    ) -> None:
        self._moment = moment
        self._verifier = Verifier(files=moment.files, launch_environment=moment.launch_environment)
        self._variant = variant or {}
        self._given = {path: pairs for path, pairs in (given or {}).items() if pairs}
        terms = (tuple(sorted(self._variant.items())), moment.declared, moment.settings)
        self._standing = moment.standing.in_one_pass(
            moment.files, self._verifier, self._project_with, terms
        )
        self._explained = 0
        self._settled: dict[Path, Status] = {}
        self._projects: dict[Path, Project] = {}
        self._stores: dict[Project, StorePass] = {}
        self._own: dict[Path, Judgement] = {}
        self._due: dict[Path, bool] = {}
        self._circle: dict[Path, int] = {}
        self._edges: dict[Path, list[Edge]] = {}
        self._graphs: dict[Project, NotebookGraph] = {}

    def give(self, notebooks: Iterable[Path], parameters: Parameters) -> None:
        """Judge notebooks with parameters beside those that are declared; before anything is asked.

        Args:
            notebooks: Their absolute paths.
            parameters: What is given to each of them.
        """
        if parameters:
            self._given.update(dict.fromkeys(notebooks, parameters))

    def prepare(self, notebooks: Sequence[Path]) -> None:
        """Be quicker with the verdicts on many saved notebooks, which will be asked for.

        Args:
            notebooks: Their absolute paths below the root.
        """
        for notebook, standing in zip(notebooks, self._standing.find_all(notebooks), strict=True):
            if standing and notebook not in self._given and not self._has_edges(standing):
                self._settled[notebook] = standing.status

    def _has_edges(self, standing: Standing) -> bool:
        """Whether anything could be upstream of a notebook with a verdict that stands."""
        graph = self._graph_of(standing.place.project)
        return not graph.is_empty and bool(graph.used_by(standing.stored, standing.place.folder))

    def status(self, notebook: Path, document: DocumentDigests | None = None) -> Status:
        """The verdict on a notebook.

        Args:
            notebook: Its absolute path below the root.
            document: What it holds, if that is not what is saved.

        Raises:
            NotebookError: It cannot be read, or what is declared of it makes no sense.
        """
        if document is None:
            settled = self._settled.get(notebook)
            if settled is not None:
                return settled
            own = self.own_status(notebook)
            if own.verdict not in ("fresh", "failed") or self._graph(notebook).is_empty:
                return own
            if not self._edges_of(notebook):
                return own
            self._explore(notebook)
            return self._with_upstream(notebook, own, self._edges_of(notebook), self._circle)
        judgement = self._judge(notebook, document)
        own = judgement.status
        edges = self._edges_from(notebook, judgement) if own.verdict in ("fresh", "failed") else []
        if not edges:
            return own
        # What is not saved cannot be in a circle, unless the saved notebook is in the same one.
        circle: dict[Path, int] = {}
        nodes = {notebook: edges}
        for number, group in enumerate(
            components([notebook], lambda node: writers_of(nodes.get(node) or self._edges_of(node)))
        ):
            circle |= dict.fromkeys(group, number)
        for edge in edges:
            self._explore(edge.upstream)
        return self._with_upstream(notebook, own, edges, circle)

    def own_status(self, notebook: Path, document: DocumentDigests | None = None) -> Status:
        """Like :meth:`status`, whatever is upstream of it."""
        if document is not None:
            return self._judge(notebook, document).status
        return self._own_judgement(notebook).status

    def _own_judgement(self, notebook: Path) -> Judgement:
        own = self._own.get(notebook)
        if own is None:
            # What stands was found without parameters that somebody gives.
            standing = None if notebook in self._given else self._standing.find(notebook)
            if standing is None:
                own = self._judge_saved(notebook)
            else:
                own = Judgement(standing.status, standing.stored)
            self._own[notebook] = own
        return own

    def would_match(self, notebook: Path, stored: StoredEntry) -> bool | None:
        """Whether an entry that need not be here would match a saved notebook with its code.

        Args:
            notebook: Its absolute path below the root.
            stored: The entry.

        Returns:
            None for an entry of another variant.
        """
        if stored.entry.variant != self._variant_of(notebook):
            return None
        project = self._project_with(folder_of(notebook))
        places = Places(folder_of(notebook), project.root)
        declared = self._moment.declared_for(notebook)
        store, path = self._stores[project], project.path_of(notebook)
        return not reasons_against(
            stored, path, places, store, self._verifier, declared, is_here=False
        )

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

    def with_artefacts(self, status: Status) -> Status:
        """A status that also tells what became of the files that the execution wrote.

        Args:
            status: The verdict on a notebook.

        Raises:
            NotebookError: What is declared of the notebook makes no sense.
        """
        notebook = self._moment.projects.resolve(status.path)
        stored = self._entry(notebook, status.entry)
        declared = self._moment.declared_for
        if not (stored and stored.entry.artefacts) or declared(notebook).artefacts == "ignore":
            return status
        project = self._moment.projects.of(notebook)
        places = Places(notebook.parent, project.root)
        states = artefact_states(stored.entry, places, self._moment.files, project.store.folder)
        told = (state for state in states if state.is_worth_telling)
        return msgspec.structs.replace(status, artefacts=tuple(told))

    def states_behind(self, status: Status) -> dict[str, Signature | None]:
        """Absolute paths that a verdict depends on, each with the state that it had in this look.

        Args:
            status: The verdict on a notebook.
        """
        return {path: self._moment.files.state(path) for path in self._paths_behind(status)}

    def _paths_behind(self, status: Status) -> list[str]:
        notebook = self._moment.projects.resolve(status.path)
        stored = self._entry(notebook, status.entry)
        if stored is None:
            return []
        project = self._moment.projects.of(notebook)
        paths = [str(project.root / PROJECT_FILE)]
        paths += self._paths_of(notebook, stored)
        places = Places(notebook.parent, project.root)
        written = (places.absolute(item.path) for item in stored.entry.artefacts[:MOST_ARTEFACTS])
        paths += filter(places.is_inside, written)
        above = self.all_upstream(writers_of(self._graph(notebook).edges_of(notebook, [stored])))
        for upstream in above.keys() - {notebook}:
            paths.append(str(upstream))
            for item in self._graph(upstream).entries_of(upstream):
                paths += self._paths_of(upstream, item)
        return list(dict.fromkeys(paths))

    def _paths_of(self, notebook: Path, stored: StoredEntry) -> list[str]:
        root = self._moment.projects.of(notebook).root
        return self._verifier.paths_of(stored, Places(notebook.parent, root))

    # Verdicts

    def _judge_saved(self, notebook: Path) -> Judgement:
        judgement = self._judge(notebook, self._moment.digests_of(notebook))
        declared = self._moment.declared_for(notebook)
        more = declared.assets or declared.ignored or declared.expires is not None
        more = more or notebook in self._given
        if judgement.stored is not None and judgement.is_plain and not more:
            project = self._project_with(folder_of(notebook))
            self._standing.keep(notebook, project, judgement.status, judgement.stored)
        return judgement

    def _judge(self, notebook: Path, document: DocumentDigests) -> Judgement:
        project = self._project_with(folder_of(notebook))
        return judge(
            document,
            notebook=notebook,
            project_root=project.root,
            store=self._stores[project],
            verifier=self._verifier,
            default_kernel=self._moment.default_kernel,
            shown=self._shown(notebook),
            variant=self._variant_of(notebook),
            declared=self._moment.declared_for(notebook),
            sources=lambda: self._sources_of(notebook, document),
        )

    def _variant_of(self, notebook: Path) -> Variant:
        """The variant of a notebook that is judged; declared and placed by what is saved."""
        declared = self._moment.declared_for(notebook).parameters
        parameters = merged(declared, self._given.get(notebook, NO_PARAMETERS))
        if not parameters:
            return self._variant
        place = self._moment.parameter_place(notebook)
        return with_parameters(self._variant, parameters, place)

    def _sources_of(self, notebook: Path, document: DocumentDigests) -> Sequence[str] | None:
        """The sources of a document's cells, if it is what is saved."""
        self._explained += 1
        if self._explained > _MOST_EXPLAINED:
            return None
        try:
            saved = self._moment.digests_of(notebook)
            if [cell.digest for cell in saved.cells] != [cell.digest for cell in document.cells]:
                return None
            return read_sources(notebook)
        except NotebookError:
            return None

    def _project_with(self, folder: Path) -> Project:
        """The project of a folder, with a store that can be used."""
        project = self._projects.get(folder)
        if project is None:
            project = self._projects[folder] = self._moment.projects.of_folder(folder)
            if project not in self._stores:
                self._stores[project] = StorePass(project.store)
        return project

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
        stale_from = 0 if own.cells else None
        return msgspec.structs.replace(own, verdict="stale", reasons=reasons, stale_from=stale_from)

    def _reason(self, upstream: Path, files: Sequence[str]) -> Reason:
        failed = self.own_status(upstream).verdict == "failed"
        return upstream_reason(self._shown(upstream), files, failed=failed)

    def _explore(self, notebook: Path) -> None:
        """Find out what is due among a notebook and all that is upstream of it."""
        groups = components([notebook], lambda node: writers_of(self._edges_of(node)), self._circle)
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
            judgement = self._own_judgement(notebook)
            declared = self._moment.declared_for(notebook)
        except NotebookError:
            return False
        own, stored = judgement.status, judgement.stored
        if own.verdict != "stale":
            return own.verdict == "failed"
        if stored is None:
            return True
        return not would_stay_stale(own, stored, notebook, declared)

    # Edges

    def _edges_of(self, notebook: Path) -> list[Edge]:
        if notebook not in self._edges:
            self._edges[notebook] = []
            with suppress(NotebookError):
                self._edges[notebook] = self._edges_from(notebook, self._own_judgement(notebook))
        return self._edges[notebook]

    def _edges_from(self, notebook: Path, own: Judgement) -> list[Edge]:
        """The edges into a notebook, by the entry that matches or else by those that count."""
        graph = self._graph(notebook)
        if graph.is_empty:
            return []
        matching = own.stored is not None and own.status.verdict in ("fresh", "failed")
        return graph.edges_of(notebook, [own.stored] if matching and own.stored else None)

    def _graph(self, notebook: Path) -> NotebookGraph:
        return self._graph_of(self._moment.projects.of(notebook))

    def _graph_of(self, project: Project) -> NotebookGraph:
        graph = self._graphs.get(project)
        if graph is None:
            graph = self._graphs[project] = NotebookGraph(
                project.root, project.store, self._moment.written_in(project), self.code_key
            )
        return graph

    def code_key(self, notebook: Path) -> str | None:
        """The code key of a saved notebook; None where it cannot be read."""
        try:
            digests = self._moment.digests_of(self._moment.projects.notebook(notebook))
        except (NotebookError, PathRefused, OSError):
            return None
        return digests.code_key(self._moment.default_kernel)

    def _entry(self, notebook: Path, entry: str | None) -> StoredEntry | None:
        try:
            return self._moment.projects.of(notebook).store.get(entry) if entry else None
        except StoreError:
            return None  # it was removed meanwhile

    def _shown(self, notebook: Path) -> str:
        return self._moment.projects.relative(notebook)
