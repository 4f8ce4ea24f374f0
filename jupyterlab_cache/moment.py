"""The notebooks of one moment: what is asked more than once in one pass is looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from .inputs.declarations import put_together, read_declared, read_declared_for_all
from .inputs.declared import Declared
from .inputs.stat_pass import StatPass
from .notebooks.declaration import Declaration, declaration_in
from .notebooks.digests import DocumentDigests
from .notebooks.errors import NotebookError
from .notebooks.listing import EMPTY, Listing, read_folder
from .notebooks.parameter_cell import AT_THE_TOP, ParameterPlace, place_among, read_place
from .notebooks.reader import digests_of_bytes, metadata_of_bytes, tagged_cells_of_bytes
from .notebooks.text import TEXT_SUFFIXES, has_header
from .surroundings import Surroundings

# Names what is kept; to be changed with its meaning.
_HEADER_KIND = "text notebook 1"
_PLACE_KIND = "parameter place 1"
_decode_place = msgspec.msgpack.Decoder(ParameterPlace).decode


class Moment:
    """The same surroundings, for one pass over them; what raises an error is asked again.

    Args:
        surroundings: What is known of the notebooks.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self.files = StatPass(surroundings.stat_cache)
        self.projects = surroundings.projects.at_one_moment()
        self.default_kernel = surroundings.default_kernel
        self.declared = surroundings.declared
        self.settings = surroundings.settings
        self.launch_environment = surroundings.launch_environment()
        self.standing = surroundings.standing
        self.written_in = surroundings.written_in
        self._listings = surroundings.listings
        self._texts = surroundings.texts
        self._digests: dict[Path, DocumentDigests] = {}
        self._declared: dict[Path, Declared] = {}
        self._declared_for_all: dict[Path, Declaration] = {}

    def declared_for(self, notebook: Path) -> Declared:
        """What is declared of a notebook; raises as the surroundings do."""
        known = self._declared.get(notebook)
        if known is None:
            root = self.projects.of(notebook).root
            for_all = self._declared_for_all.get(root)
            if for_all is None:
                for_all = read_declared_for_all(root, self.files)
                self._declared_for_all[root] = for_all
            known = self._declared[notebook] = read_declared(
                notebook,
                root,
                self.files,
                project=for_all,
                command=self.declared,
                settings=self.settings,
            )
        return known

    def digests_of(self, notebook: Path) -> DocumentDigests:
        """The digests of a saved notebook; raises as the surroundings do."""
        known = self._digests.get(notebook)
        if known is None:
            known = self._digests[notebook] = self._surroundings.digests_of(notebook, self.files)
        return known

    def parameter_place(self, notebook: Path) -> ParameterPlace:
        """Where parameters are injected into a saved notebook; the top of one that is not there."""

        def encoded(path: str) -> bytes:
            return msgspec.msgpack.encode(read_place(Path(path)))

        try:
            return _decode_place(self.files.derived(notebook, _PLACE_KIND, encoded))
        except msgspec.MsgspecError:
            return read_place(notebook)
        except (NotebookError, OSError):
            return AT_THE_TOP

    def listing(self, folder: str) -> Listing:
        """What is in a folder; see :func:`list_folder`."""
        state = self.files.listing_state(folder)
        known = self._listings.get(folder)
        if known is not None and known[0] == state:
            return known[1]
        try:
            listing = read_folder(folder)
        except OSError:
            return EMPTY  # for now
        if state is not None:
            self._listings[folder] = state, listing
        return listing

    def is_text_notebook(self, path: str) -> bool:
        """Whether a file is text that can be executed; see :func:`has_header`."""
        if not path.endswith(TEXT_SUFFIXES):
            return False
        state = self.files.state(path)
        known = self._texts.get(path)
        if known is not None and known[0] == state:
            return known[1]
        try:
            is_text = bool(self.files.derived(path, _HEADER_KIND, _header))
        except OSError:
            return False
        if state is not None and self.files.has_rested(state):
            self._texts[path] = state, is_text
        return is_text

    def readable(self, notebook: Path) -> Path:
        """A saved notebook that can be read, and whose declarations make sense.

        Raises:
            NotebookError: It is not one.
        """
        self.digests_of(notebook)
        self.declared_for(notebook)
        return notebook


class MomentToCome(Moment):
    """A moment in which some notebooks are saved with contents that are not on disk yet.

    Args:
        surroundings: What is known of the notebooks.
        contents: The content of ``.ipynb`` files, by their absolute paths.
    """

    def __init__(self, surroundings: Surroundings, contents: Mapping[Path, bytes]) -> None:
        super().__init__(surroundings)
        self._contents = contents

    def declared_for(self, notebook: Path) -> Declared:
        """What is declared of a notebook, with what it will declare itself."""
        data = self._contents.get(notebook)
        if data is None:
            return super().declared_for(notebook)
        root = self.projects.of(notebook).root
        return put_together(
            notebook,
            root,
            read_declared_for_all(root, self.files),
            declaration_in(metadata_of_bytes(data, notebook.name), notebook.name),
            self.declared,
            self.settings,
        )

    def digests_of(self, notebook: Path) -> DocumentDigests:
        """The digests of a notebook as it will be saved."""
        data = self._contents.get(notebook)
        if data is None:
            return super().digests_of(notebook)
        return digests_of_bytes(data, notebook.name)

    def parameter_place(self, notebook: Path) -> ParameterPlace:
        """Where parameters are injected into a notebook as it will be saved."""
        data = self._contents.get(notebook)
        if data is None:
            return super().parameter_place(notebook)
        return place_among(tagged_cells_of_bytes(data, notebook.name))


def _header(path: str) -> bytes:
    return b"yes" if has_header(Path(path)) else b""
