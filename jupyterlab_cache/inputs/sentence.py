"""Sentences for a person, which a front end can show in that person's language."""

from __future__ import annotations

import re

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """A sentence with places for values.

    Attributes:
        text: The English sentence, with ``%1``, ``%2`` … for the values: what is translated.
        values: What stands there, such as names and numbers, as they are in any language.
    """

    text: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return re.sub(r"%([1-9])", lambda place: self.values[int(place[1]) - 1], self.text)


def say(text: str, *values: object) -> Sentence:
    """A sentence whose text is in the template for translators.

    Args:
        text: As :class:`Sentence` has it; written here as plain text, so that it can be extracted.
        values: What stands in its places.
    """
    return Sentence(text, tuple(map(str, values)))
