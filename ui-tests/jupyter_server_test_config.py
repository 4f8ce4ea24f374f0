"""The server that the browser tests of one worker share; some start one of their own, and keep its files.

Galata opens the server to anybody on this machine: no token and no cross-site check. Never use this
elsewhere.
"""

from __future__ import annotations

import atexit
import os
import shutil
from contextlib import suppress
from pathlib import Path

from jupyterlab.galata import configure_jupyter_server

WORK = Path(os.environ["JUPYTERLAB_CACHE_UI_WORK"])
ROOT = WORK / "root"
ROOT.mkdir(parents=True, exist_ok=True)


def leave_nothing() -> None:
    """Remove what this run of the tests has written."""
    shutil.rmtree(WORK, ignore_errors=True)
    with suppress(OSError):  # other servers of the run are still there
        WORK.parent.rmdir()


if "JUPYTERLAB_CACHE_UI_KEEP" not in os.environ:
    # Made by playwright.config.ts for this run; only the server knows when the last file is written.
    atexit.register(leave_nothing)

configure_jupyter_server(c)  # noqa: F821
c.ServerApp.root_dir = str(ROOT)  # noqa: F821
c.ServerApp.port = int(os.environ["JUPYTERLAB_CACHE_UI_PORT"])  # noqa: F821
c.ServerApp.allow_root = True  # noqa: F821
c.ServerApp.allow_unauthenticated_access = False  # noqa: F821
c.LabApp.workspaces_dir = str(WORK / "workspaces")  # noqa: F821
c.SQLiteYStore.db_path = str(ROOT / ".jupyter_ystore.db")  # noqa: F821
if "JUPYTERLAB_CACHE_UI_BESIDE" in os.environ:
    schemas = (
        Path(os.environ["JUPYTERLAB_CACHE_UI_BESIDE"]) / "share" / "jupyter" / "lab" / "schemas"
    )
    if schemas.is_dir():
        c.LabServerApp.schemas_dir = str(schemas)  # noqa: F821
    c.JupyterNotebookApp.expose_app_in_browser = True  # noqa: F821
