"""What all Python tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# Named here because pytest takes plugins from the topmost conftest only.
pytest_plugins = ["pytest_jupyter.jupyter_server"]

# No deadline: a busy machine is not a failure. In CI every run tries the same examples.
settings.register_profile("project", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("project")
