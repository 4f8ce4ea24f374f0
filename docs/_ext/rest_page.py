"""The page of the HTTP interface, made from ``openapi.yaml`` and the events' schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from tables import cell, code, page, table

import jupyterlab_cache

_PACKAGE = Path(jupyterlab_cache.__file__).parent
_VERBS = ("get", "put", "post", "patch", "delete")
_BOUNDS = (
    ("minimum", "from {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "up to {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {}"),
    ("maxItems", "at most {}"),
)


def rest_page() -> str:
    """The page, as Markdown."""
    api = yaml.safe_load((_PACKAGE / "openapi.yaml").read_text("utf-8"))
    return page(
        "HTTP interface",
        "Made from `openapi.yaml`, which comes with the package and against which the server's "
        "answers are tested. All paths begin with the server's base URL and `jupyterlab-cache/`.",
        api["info"]["description"].strip(),
        *(part for path, item in api["paths"].items() for part in _path(path, item, api)),
        "## Events",
        "On the server's event stream (`api/events/subscribe`).",
        *_events(),
        "## Types",
        *(
            part
            for name, schema in api["components"]["schemas"].items()
            for part in _type(name, schema)
        ),
    )


def _path(path: str, item: Mapping[str, Any], api: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {path}"
    for verb in _VERBS:
        if verb not in item:
            continue
        operation = item[verb]
        yield f"### {verb.upper()} {path}"
        yield f"{operation['summary']}."
        if "description" in operation:
            yield operation["description"].strip()
        given = [_resolved(one, api) for one in operation.get("parameters", [])]
        shared = [_resolved(one, api) for one in item.get("parameters", [])]
        yield table(
            ("parameter", "in", "type", "what it is"),
            [
                (
                    code(one["name"]) + (" (required)" if one.get("required") else ""),
                    one["in"],
                    _form(one["schema"]),
                    one.get("description", ""),
                )
                for one in [*shared, *given]
            ],
        )
        if "requestBody" in operation:
            body = _resolved(operation["requestBody"], api)
            yield f"Body: {_content(body)}."
        yield table(
            ("answer", "what it is"),
            [
                (str(status), _answer(_resolved(answer, api)))
                for status, answer in operation["responses"].items()
            ],
        )


def _answer(answer: Mapping[str, Any]) -> str:
    content = _content(answer)
    return cell(answer["description"]) + (f" {content}" if content else "")


def _content(part: Mapping[str, Any]) -> str:
    forms = []
    for mime, content in part.get("content", {}).items():
        form = _form(content.get("schema", {}))
        forms.append(form if mime == "application/json" and form else code(mime))
    return ", ".join(forms)


def _type(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"({_anchor(name)})=\n### {name}"
    if "description" in schema:
        yield schema["description"].strip()
    parts = [*schema.get("allOf", []), schema]
    if not any("properties" in part for part in parts):
        yield _form(schema) + "."
        return
    bases = [_form(part) for part in parts if "$ref" in part]
    if bases:
        yield f"All of {', '.join(bases)}, and:"
    rows = []
    for part in parts:
        required = part.get("required", [])
        for field, inner in part.get("properties", {}).items():
            optional = "" if field in required else " (optional)"
            rows.append((code(field) + optional, _form(inner), inner.get("description", "")))
    yield table(("member", "type", "what it is"), rows)


def _form(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{_anchor(name)})"
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return (" and " if key == "allOf" else " or ").join(map(_form, schema[key]))
    if "const" in schema:
        return code(json.dumps(schema["const"]))
    if "enum" in schema:
        return ", ".join(code(json.dumps(value)) for value in schema["enum"])
    kinds = schema.get("type", "any")
    words = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if "items" in schema:
        words = words.replace("array", f"list of {_form(schema['items'])}")
    further = schema.get("additionalProperties")
    if isinstance(further, Mapping) and further:
        words += f" of {_form(further)}"
    notes = [text.format(schema[name]) for name, text in _BOUNDS if name in schema]
    if "pattern" in schema:
        notes.append(code(schema["pattern"]))
    if "default" in schema:
        notes.append(f"default {code(json.dumps(schema['default']))}")
    return words + (f" ({', '.join(notes)})" if notes else "")


def _events() -> Iterator[str]:
    for path in sorted((_PACKAGE / "events").glob("*.yaml")):
        event = yaml.safe_load(path.read_text("utf-8"))
        yield f"### {event['title']}"
        yield f"`{event['$id']}`: {event['description']}"
        yield table(
            ("member", "type", "what it is"),
            [
                (code(name), _form(item), item.get("description", ""))
                for name, item in event["properties"].items()
            ],
        )


def _resolved(part: Mapping[str, Any], api: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in part:
        found: Any = api
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _anchor(name: str) -> str:
    return f"type-{name.lower()}"
