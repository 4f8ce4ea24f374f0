"""The HTTP interface: one file for each resource of ``openapi.yaml``."""

from __future__ import annotations

from .artefacts import EntryArtefactHandler, RestorationsHandler
from .captures import CapturesHandler
from .collections import CollectionsHandler
from .documents import DocumentsHandler
from .entries import EntriesHandler, EntryHandler, EntryOutputsHandler, EntryPinHandler
from .entry_documents import EntryDocumentHandler
from .entry_trust import EntryTrustHandler
from .invalidations import InvalidationsHandler
from .job_outputs import JobOutputsHandler
from .jobs import JobHandler, JobRetriesHandler, JobsHandler
from .notebooks import NotebooksHandler
from .operation import CacheHandler
from .shared_store import PullsHandler, PushesHandler, SharedStoreHandler
from .stats import StatsHandler
from .status import StatusHandler
from .turns import TurnsHandler
from .verifications import VerificationsHandler

# Whether it is one is told with the other errors.
_ID = "([^/]+)"

HANDLERS: list[tuple[str, type[CacheHandler]]] = [
    ("jupyterlab-cache/status", StatusHandler),
    ("jupyterlab-cache/notebooks", NotebooksHandler),
    ("jupyterlab-cache/entries", EntriesHandler),
    (f"jupyterlab-cache/entries/{_ID}", EntryHandler),
    (f"jupyterlab-cache/entries/{_ID}/pin", EntryPinHandler),
    (f"jupyterlab-cache/entries/{_ID}/trust", EntryTrustHandler),
    (f"jupyterlab-cache/entries/{_ID}/outputs", EntryOutputsHandler),
    (f"jupyterlab-cache/entries/{_ID}/document", EntryDocumentHandler),
    (f"jupyterlab-cache/entries/{_ID}/artefact", EntryArtefactHandler),
    ("jupyterlab-cache/restorations", RestorationsHandler),
    ("jupyterlab-cache/jobs", JobsHandler),
    (f"jupyterlab-cache/jobs/{_ID}", JobHandler),
    (f"jupyterlab-cache/jobs/{_ID}/outputs", JobOutputsHandler),
    (f"jupyterlab-cache/jobs/{_ID}/retries", JobRetriesHandler),
    ("jupyterlab-cache/stats", StatsHandler),
    ("jupyterlab-cache/captures", CapturesHandler),
    ("jupyterlab-cache/documents", DocumentsHandler),
    ("jupyterlab-cache/invalidations", InvalidationsHandler),
    ("jupyterlab-cache/collections", CollectionsHandler),
    ("jupyterlab-cache/verifications", VerificationsHandler),
    ("jupyterlab-cache/shared-store", SharedStoreHandler),
    ("jupyterlab-cache/shared-store/pushes", PushesHandler),
    ("jupyterlab-cache/shared-store/pulls", PullsHandler),
    ("jupyterlab-cache/turns", TurnsHandler),
]
"""Patterns below the server's base URL, with their handlers."""
