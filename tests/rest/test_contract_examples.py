"""What ``openapi.yaml`` allows, and what it does not, sent to a real server by the hundred."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from live_server import LiveServer
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import jupyterlab_cache

pytestmark = pytest.mark.xdist_group("live")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SOAK = settings.get_current_profile_name() == "soak"
CONTRACT = schemathesis.openapi.from_path(
    Path(jupyterlab_cache.__file__).parent / "openapi.yaml", config=SchemathesisConfig()
)


@CONTRACT.parametrize()
@settings(
    max_examples=60 if SOAK else 8,
    suppress_health_check=list(HealthCheck),
    derandomize=not SOAK,
)
def test_every_answer_is_one_that_the_contract_has(
    live: LiveServer, case: schemathesis.Case
) -> None:
    # Most paths lead nowhere; of those that do, an execution starts only where there is time.
    if len(str(case.query)) % 2 and case.method != "POST" and "path" in (case.query or {}):
        case.query["path"] = "a.ipynb"
    if isinstance(case.body, dict) and len(str(case.body)) % 2 and "path" in case.body:
        case.body["path"] = "a.ipynb" if SOAK or case.path != "/jobs" else "gone.ipynb"
    # What is longer than headers may be, or has too many parameters, is refused by Tornado.
    query = urlencode(case.query or {}, doseq=True)
    assume(len(query) < 30_000 and query.count("&") < 1000)
    case.call_and_validate(
        base_url=live.url, headers={"Authorization": f"token {live.token}"}, checks=CHECKS
    )
