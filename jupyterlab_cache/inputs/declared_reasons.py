"""Why an entry does not match what a person declared."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ..notebooks.declaration import DeclarationInvalid
from ..store.records import Entry, Input
from .declared import Declared, Matches, differences, fingerprint_of, look_at, not_recorded
from .observation import PACKAGE_CONTENT, UNCHECKABLE, Places
from .patterns import Pattern, parse_pattern
from .reasons import Reason
from .sentence import Sentence, say
from .stat_cache import FileValues

_NETWORK = "network"
_MOST_NAMED = 20
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def asset_reasons(
    item: Input,
    places: Places,
    declared: Declared,
    stat_cache: FileValues,
    once: Callable[[Pattern, Callable[[], Matches]], Matches],
) -> list[Reason]:
    """Which files of a declared pattern are not as they were.

    Args:
        item: The pattern's input.
        places: The notebook's folder and project.
        declared: What is declared now, for what is left out.
        stat_cache: For digests.
        once: Keeps what a pattern matches for those who ask again.
    """
    try:
        pattern = parse_pattern(item.path or "")
        found = once(pattern, lambda: look_at(pattern, places, declared, stat_cache))
    except DeclarationInvalid as error:
        return [Reason("unverifiable", item.subject, Sentence("%1", (str(error),)))]
    now = {path: digest for path, digest in found.items() if path not in item.without}
    if fingerprint_of(now) == item.fingerprint:
        return []
    changed = [
        difference
        for difference in differences(item.names, now)
        # What was a match and is to be ignored now does not count any more.
        if not declared.skips(places.absolute(difference[0]))
    ]
    reasons = [_of_match(path, was, item.subject, is_there) for path, was, is_there in changed]
    if len(reasons) > _MOST_NAMED:
        rest = len(reasons) - _MOST_NAMED
        sentence = say("%1 more files that %2 names are not as they were.", rest, item.subject)
        reasons[_MOST_NAMED:] = [Reason("file-changed", item.subject, sentence)]
    return reasons


def _of_match(path: str, was: bool, pattern: str, is_there: bool) -> Reason:
    if not was:
        sentence = say("%1 was not there and is there now (declared by %2).", path, pattern)
        return Reason("file-appeared", path, sentence)
    if not is_there:
        return Reason("file-missing", path, say("%1 is missing (declared by %2).", path, pattern))
    return Reason("file-changed", path, say("%1 was changed (declared by %2).", path, pattern))


def policy_reasons(entry: Entry, declared: Declared, places: Places, name: str) -> list[Reason]:
    """Why an entry does not do for what is declared now, whatever became of its inputs.

    Args:
        entry: The entry.
        declared: What is declared now.
        places: The notebook's folder and project.
        name: What to call the notebook.
    """
    reasons = []
    for subject in not_recorded(declared, entry.inputs, places):
        sentence = say("%1 is declared now, and the last execution did not look at it.", subject)
        reasons.append(Reason("declaration-changed", subject, sentence))
    by_version = any(item.kind == "package" for item in entry.inputs)
    if declared.packages == "content" and by_version and PACKAGE_CONTENT not in entry.coverage:
        sentence = say(
            "The content of packages counts now, and the last execution did not look at it."
        )
        reasons.append(Reason("declaration-changed", "packages", sentence))
    if is_uncheckable(entry, declared):
        gaps = ", ".join(entry.gaps)
        if _NETWORK in entry.gaps and declared.network == "refuse":
            sentence = say(
                "The execution depended on what cannot be checked again (%1). "
                "Declare network: allow to accept that.",
                gaps,
            )
        else:
            sentence = say("The execution depended on what cannot be checked again (%1).", gaps)
        reasons.append(Reason("expired", name, sentence))
    # Another machine's clock may be somewhat ahead of ours.
    if declared.expires is not None and abs(time.time() - entry.created) >= declared.expires:
        sentence = say("The outputs are older than %1, as declared.", _in_words(declared.expires))
        reasons.append(Reason("expired", name, sentence))
    return reasons


def is_uncheckable(entry: Entry, declared: Declared) -> bool:
    """Whether an entry is never reused, since it depended on what has no fingerprint."""
    return entry.volatile and not _is_allowed(entry.gaps, declared)


def _is_allowed(gaps: Sequence[str], declared: Declared) -> bool:
    return (
        declared.network == "allow"
        and _NETWORK in gaps
        and not UNCHECKABLE.intersection(gaps) - {_NETWORK}
    )


def _in_words(seconds: float) -> str:
    for length, unit in _UNITS:
        count, rest = divmod(seconds, length)
        if count and not rest:
            return f"{count:.0f} {unit}" + ("s" if count > 1 else "")
    return f"{seconds:g} seconds"
