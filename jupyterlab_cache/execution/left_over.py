"""Jobs that a process left behind in a store when it ended."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from ..store.job_files import JobFiles
from .jobs import Job, this_process

_decode_job = msgspec.json.Decoder(Job).decode


def left_over_jobs(files: JobFiles, root: Path) -> list[Job]:
    """The jobs of a store that nobody works on any more, oldest first.

    What is no job is removed. A store may come from anywhere, so jobs for notebooks that lie
    elsewhere are left out.

    Args:
        files: The store's jobs.
        root: Folder that the notebooks have to be in.

    Raises:
        StoreError: The store cannot be used.
    """
    jobs = []
    for name, data in files.read_all().items():
        try:
            job = _decode_job(data)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            files.remove(name)
            continue
        ours = job.owner == this_process() or not job.owner.is_alive()
        if job.id == name and ours and _lies_below(root, job.notebook):
            jobs.append(job)
    return sorted(jobs, key=lambda job: job.created)


def _lies_below(root: Path, path: str) -> bool:
    """Whether a path is below a folder, wherever links and ``..`` in it lead."""
    try:
        real = Path(os.path.realpath(path))
    except (OSError, ValueError):
        return False
    straight = os.path.normpath(path) == path and Path(path).is_relative_to(root)
    return straight and real.is_relative_to(os.path.realpath(root))
