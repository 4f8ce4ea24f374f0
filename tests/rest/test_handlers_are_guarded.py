"""No verb of any handler answers somebody who is not logged in, or not allowed."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError
from tornado.web import RequestHandler

from jupyterlab_cache.rest import HANDLERS

ID_PATTERN = "([0-9a-f]{32})"


def guarded_verbs() -> list[tuple[str, str]]:
    """All pairs of a verb and a resource that some handler answers."""
    pairs = []
    for pattern, handler in HANDLERS:
        for verb in RequestHandler.SUPPORTED_METHODS:
            method = getattr(handler, verb.lower())
            if method is not getattr(RequestHandler, verb.lower()) and verb != "OPTIONS":
                pairs.append((verb, pattern.replace(ID_PATTERN, "0" * 32)))
    return pairs


class DenyOurResource(Authorizer):
    """Lets people use the server, but nothing of this extension."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource != "jupyterlab_cache"


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyterlab_cache": True},
            "authorizer_class": DenyOurResource,
            # The server's own nets are taken away, so that only what the handlers say counts.
            "allow_unauthenticated_access": True,
            "disable_check_xsrf": True,
        },
    }


async def status_of(jp_fetch: Any, verb: str, resource: str, **options: Any) -> int:
    body = "{}" if verb in ("POST", "PUT", "PATCH") else None
    try:
        response = await jp_fetch(
            *resource.split("/"), method=verb, body=body, follow_redirects=False, **options
        )
    except HTTPClientError as error:
        return error.code
    return response.code


async def test_every_verb_asks_for_login_and_permission(jp_serverapp: Any, jp_fetch: Any) -> None:
    verbs = guarded_verbs()
    assert len(verbs) >= len(HANDLERS)
    for verb, resource in verbs:
        strangers = await status_of(jp_fetch, verb, resource, headers={"Authorization": ""})
        assert strangers in (302, 401, 403), f"{verb} {resource} answers strangers"
        denied = await status_of(jp_fetch, verb, resource)
        assert denied == 403, f"{verb} {resource} asks for no permission"
