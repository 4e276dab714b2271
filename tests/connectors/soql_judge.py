"""A grammar nobody here wrote judges every statement that the sandbox answers in the tests.

That is what our connector, the package's Apex and the tests send, and what the sandbox takes for
SOQL: both must be right. Judged at the end of each test process, in one batch (``tests/conftest``).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.sandbox.world import LoggedRequest

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = _ROOT / "tests" / "connectors" / "judges" / "soql.mjs"
_OK = 200
_OPERATIONS = frozenset({"query", "query_all"})

#: What the grammar refuses although Salesforce's reference allows it, and where that stands.
ALLOWED_BY_THE_REFERENCE: dict[str, str] = {}


def statements(requests: Iterable[LoggedRequest]) -> list[str]:
    """The different statements that the sandbox answered."""
    found: dict[str, None] = {}
    for request in requests:
        if request.vendor != "salesforce":
            continue
        if request.operation in _OPERATIONS and request.status == _OK:
            found.update(dict.fromkeys(_asked(request.path)))
        elif request.operation == "composite_request" and request.status == _OK:
            found.update(dict.fromkeys(_asked_together(request)))
    return list(found)


def _asked(path: str) -> list[str]:
    return parse_qs(urlsplit(path).query).get("q", [])


def _asked_together(request: LoggedRequest) -> Iterator[str]:
    asked = _listed(request.body, "compositeRequest")
    answers = _listed(request.answer, "compositeResponse")
    # An ordered fault may have shortened the answer.
    for one, answer in zip(asked, answers, strict=False):
        if answer["httpStatusCode"] == _OK and "/query" in one["url"]:
            yield from _asked(one["url"])


def _listed(text: str, member: str) -> list[dict[str, Any]]:
    """The list in a body; none where the body is longer than the log keeps, or of another shape."""
    try:
        body = json.loads(text)
    except ValueError:
        return []
    found: list[dict[str, Any]] = body.get(member, []) if isinstance(body, dict) else []
    return found


def refused(texts: Sequence[str]) -> dict[str, str]:
    """Those that are no SOQL, and why."""
    if not texts:
        return {}
    answer = subprocess.run(  # noqa: S603 - the project's own Node.js
        [str(_ROOT / ".ci" / "node"), str(_SCRIPT)],
        input=json.dumps(texts),
        capture_output=True,
        check=True,
        text=True,
        cwd=_ROOT,
    )
    return {texts[each["place"]]: each["why"] for each in json.loads(answer.stdout)}


def hold(requests: Iterable[LoggedRequest]) -> None:
    """Hold everything that was asked against the grammar.

    Raises:
        AssertionError: A statement is no SOQL.
    """
    wrong = refused(statements(requests))
    unknown = {text: why for text, why in wrong.items() if text not in ALLOWED_BY_THE_REFERENCE}
    assert not unknown, f"answered by the sandbox, and no SOQL: {unknown}"
