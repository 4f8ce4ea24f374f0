"""What a soak found, kept as JSON for ``docs/reliability.md``."""

from __future__ import annotations

import json
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "build" / "soak"


def keep(name: str, seed: str, found: dict[str, object]) -> None:
    """Keep what a test of the soak found, in place of what an earlier one did."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    text = json.dumps({"seed": seed, "day": day, **found}, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n")
