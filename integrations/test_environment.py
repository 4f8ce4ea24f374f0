"""The environment of book builders: ours and theirs fit together."""

from __future__ import annotations

import subprocess
import sys


def test_requirements_of_all_packages_are_met() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "pip", "check"], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert (found.returncode, found.stdout) == (0, "No broken requirements found.\n")
