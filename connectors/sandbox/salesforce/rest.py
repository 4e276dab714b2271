"""The REST API of one org: objects, records, queries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from flask import Response, g, request
from requests.structures import CaseInsensitiveDict

from connectors.sandbox.salesforce import cursors
from connectors.sandbox.salesforce.answers import Refused, answer, not_found
from connectors.sandbox.salesforce.field_rights import schema_for
from connectors.sandbox.salesforce.query import Reader, is_aggregated, rendered
from connectors.sandbox.salesforce.records import ManyMatchesError, Writer, found
from connectors.sandbox.salesforce.schema import SObject, described, summary
from connectors.sandbox.salesforce.soql import parse
from connectors.sandbox.salesforce.state import Org, Session
from connectors.sandbox.world import World

_OLDEST_VERSION, _NEWEST_VERSION = 31, 67
_SMALLEST_BATCH = 200


class Api:
    """One request's view of one org.

    Args:
        org: The org.
        session: Who asks.
        world: The sandbox.
        version: As in the address (``65.0``).
    """

    def __init__(self, org: Org, session: Session, world: World, *, version: str) -> None:
        self.org = org
        self.version = version
        self.user_id = session.user_id
        self._world = world
        self.schema = schema_for(org, session.user_id)

    @property
    def root(self) -> str:
        """What addresses in answers begin with."""
        return f"/services/data/v{self.version}"

    def reader(self, *, with_deleted: bool = False) -> Reader:
        """Answers queries."""
        return Reader(
            self.org,
            user_id=self.user_id,
            version=self.version,
            now=self._world.clock.now(),
            with_deleted=with_deleted,
        )

    def writer(self, headers: Mapping[str, str]) -> Writer:
        """Writes records."""
        assigns = headers.get("Sforce-Auto-Assign", "TRUE").upper() != "FALSE"
        return Writer(self.org, user_id=self.user_id, now=self._world.clock.now(), assigns=assigns)

    def object(self, name: str) -> SObject:
        """The object.

        Raises:
            Refused: The org has none of that name.
        """
        known = self.schema.get(name)
        if known is None or known.is_hidden:
            raise not_found()
        return known

    # ------------------------------------------------------------------------- objects

    def versions(self) -> Response:
        """The versions that are spoken."""
        numbers = range(_OLDEST_VERSION, _NEWEST_VERSION + 1)
        return answer([{"version": f"{n}.0", "url": f"/services/data/v{n}.0"} for n in numbers])

    def limits(self) -> Response:
        """How much of the day's calls is left."""
        left = self.org.api_limit - self.org.api_calls
        return answer({"DailyApiRequests": {"Max": self.org.api_limit, "Remaining": left}})

    def sobjects(self) -> Response:
        """All objects, in short."""
        known = [each for each in self.schema.objects.values() if not each.is_hidden]
        return answer(
            {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [summary(o) for o in known]}
        )

    def describe(self, name: str) -> Response:
        """One object with its fields."""
        return answer(described(self.object(name), self.schema))

    # ------------------------------------------------------------------------- records

    def row_get(self, name: str, record_id: str) -> Response:
        """One record: the fields asked for, or all."""
        known = self.object(name)
        row = found(self.org, known, record_id)
        asked = request.args.get("fields", "")
        fields = asked.split(",") if asked else list(known.fields)
        body: dict[str, Any] = self.reader().attributes(known, row)
        for field_name in fields:
            kind = known.field(field_name.strip())
            if kind is None:
                message = f"No such column '{field_name}' on sobject of type {known.name}"
                raise Refused("INVALID_FIELD", message)
            body[kind.name] = rendered(row.values.get(kind.name))
        return answer(body)

    def row_create(self, name: str, body: Any, headers: Mapping[str, str]) -> Response:
        """A new record."""
        known = self.object(name)
        row = self.writer(headers).create(known, _record(body))
        response = answer({"id": row.id, "success": True, "errors": []}, 201)
        response.headers["Location"] = f"{self.root}/sobjects/{known.name}/{row.id}"
        return response

    def row_update(
        self, name: str, record_id: str, body: Any, headers: Mapping[str, str]
    ) -> Response:
        """Change a record."""
        known = self.object(name)
        row = found(self.org, known, record_id)
        self.writer(headers).update(known, row, _record(body))
        return Response(status=204)

    def row_delete(self, name: str, record_id: str) -> Response:
        """Remove a record."""
        known = self.object(name)
        self.writer({}).delete(known, found(self.org, known, record_id))
        return Response(status=204)

    def row_upsert(
        self, name: str, field_name: str, text: str, body: Any, headers: Mapping[str, str]
    ) -> Response:
        """Make or change the record with that external id."""
        known = self.object(name)
        key = known.field(field_name)
        if key is None:
            raise not_found()
        try:
            row, is_new = self.writer(headers).upsert(known, key, text, _record(body))
        except ManyMatchesError as error:
            return answer([f"{self.root}/sobjects/{known.name}/{each}" for each in error.ids], 300)
        body = {"id": row.id, "success": True, "errors": [], "created": is_new}
        return answer(body, 201 if is_new else 200)

    # ------------------------------------------------------------------------- queries

    def query(
        self, statement: str, headers: Mapping[str, str], *, with_deleted: bool = False
    ) -> Response:
        """The first rows of a query's answer, those in the recycle bin too where that is asked."""
        if not statement:
            raise Refused("MALFORMED_QUERY", "SOQL statement cannot be empty or null")
        parsed = parse(statement)
        total, records = self.reader(with_deleted=with_deleted).count_or_records(parsed)
        size = _batch_size(headers, self.org.batch_size)
        if is_aggregated(parsed) and len(records) > size:
            # Source: SOQL and SOSL Reference, "Considerations for GROUP BY": no query locator.
            raise Refused(
                "EXCEEDED_ID_LIMIT",
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to"
                " a single batch",
            )
        body = cursors.first(
            self.org, records, total=total, size=size, user_id=self.user_id, **self._at()
        )
        return answer(body)

    def query_more(self, locator: str) -> Response:
        """The next rows."""
        return answer(cursors.more(self.org, locator, user_id=self.user_id, **self._at()))

    def _at(self) -> dict[str, Any]:
        return {"now": self._world.clock.now(), "root": self.root}


def _batch_size(headers: Mapping[str, str], most: int) -> int:
    asked = re.search(r"batchSize=(\d+)", headers.get("Sforce-Query-Options", ""))
    return min(max(int(asked[1]), _SMALLEST_BATCH), most) if asked else most


def _record(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise Refused("JSON_PARSER_ERROR", "a record is a JSON object")
    return cast("Mapping[str, Any]", body)


def sent_json() -> Any:
    """The request's body.

    Raises:
        Refused: It is not JSON, or not said to be.
    """
    if request.mimetype != "application/json":
        raise Refused("UNSUPPORTED_MEDIA_TYPE", "content type must be JSON", status=415)
    try:
        return json.loads(request.get_data(cache=True))
    except ValueError as error:
        raise Refused("JSON_PARSER_ERROR", "Unexpected character in the body") from error


def sent_headers() -> Mapping[str, str]:
    """The request's headers, whatever the case of their names."""
    return CaseInsensitiveDict(request.headers)


def all_or_nothing(org: Org, act: Callable[[], Response]) -> Response:
    """Undo what a refused request has done so far."""
    savepoint = org.savepoint()
    try:
        return act()
    except Refused:
        org.rollback(savepoint)
        raise


def api() -> Api:
    """The current request's view."""
    return cast("Api", g.salesforce_api)
