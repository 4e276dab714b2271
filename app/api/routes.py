"""The operations under ``/v1``: each one translates, and leaves the rest to the service.

Before an operation runs, its caller is known, may call it, and has sent a strict request; the
table ``_ALLOWED`` says who may, and what is not in it nobody may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, g, request, url_for
from marshmallow import RAISE
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from app.api import answers, bodies, examples, requests
from app.api.door import Door, authenticated
from app.api.explanations import explanation_body
from app.api.fields import read_salesforce_id, unknown_field
from app.api.openapi import problems
from app.bookings.questions import AvailabilityRequest, BookingsRequest, BookingView, BookRequest
from app.callers import Role
from app.inputs.json_objects import parse_object
from booking_types.errors import InvalidRequestError

v1 = APIBlueprint("v1", __name__, url_prefix="/v1", tag="Bookings")

_SEES_OFFERS = (Role.ORGANIZER, Role.ADMIN)
_SEES_BOOKINGS = (Role.ORGANIZER, Role.HOST, Role.ADMIN)

#: The operation that books.
BOOKS = "v1.create_booking"
#: The largest request that is read.
MOST_BODY_BYTES = 256 * 1024

#: What a query calls the things that the service calls otherwise.
QUERY_NAMES: Mapping[str, str] = {"host_id": "host", "co_host_ids": "co_hosts"}

#: Operations without a schema for their query take none.
_WITHOUT_QUERY = (
    BOOKS,
    "v1.list_hosts",
    "v1.show_booking",
    "v1.show_booking_by_key",
    "v1.give_up_key",
)
#: Writes whose address says it all; a body that comes with one is not read.
_WITHOUT_BODY = ("v1.give_up_key",)
#: Query parameters that may be given several times.
_REPEATABLE = ("co_hosts",)

#: Which permission sets open which operation. The service decides about the record itself.
_ALLOWED: Mapping[str, tuple[Role, ...]] = {
    "v1.list_booking_types": _SEES_OFFERS,
    "v1.list_hosts": _SEES_OFFERS,
    "v1.show_availability": _SEES_OFFERS,
    "v1.show_explanation": (Role.ADMIN,),
    BOOKS: (Role.ORGANIZER,),
    "v1.show_booking": _SEES_BOOKINGS,
    "v1.show_booking_by_key": _SEES_BOOKINGS,
    "v1.give_up_key": (Role.ORGANIZER,),
    "v1.list_bookings": _SEES_BOOKINGS,
}

_READS = ("GET", "HEAD")


@v1.before_request
def _admit() -> None:
    is_write = request.method not in _READS
    g.authenticated = Door.here().authenticator.authenticate(
        request.headers.get("Authorization"), is_write=is_write, request_id=g.request_id
    )
    g.authenticated.require(*_ALLOWED.get(request.endpoint or "", ()))
    for name, values in request.args.lists():
        if request.endpoint in _WITHOUT_QUERY:
            raise unknown_field(name)
        if len(values) > 1 and name not in _REPEATABLE:
            raise InvalidRequestError(
                "This may be given only once.", code="repeated_parameter", field=name[:80]
            )
    if is_write and request.endpoint not in _WITHOUT_BODY:
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        raw = request.get_data(cache=True)
        if len(raw) > MOST_BODY_BYTES:
            raise RequestEntityTooLarge
        g.has_read_body = True
        # The reader behind ``input`` reads the same bytes again, knowing that they are sound.
        parse_object(raw)


def _answer(body: Any, status: int = 200) -> Response:
    return Response(bodies.encoded(body), status=status, mimetype="application/json")


def _seen(view: BookingView) -> dict[str, Any]:
    """The booking as its caller may see it."""
    said = authenticated()
    return bodies.booking_body(
        view, viewer=bodies.Viewer.of(view, caller=said.caller, roles=said.roles)
    )


@v1.get("/records/<record_id>/booking-types")
@v1.input(requests.ExplainQuery, location="query", arg_name="query", unknown=RAISE)
@v1.output(answers.OfferedTypes, example=examples.OFFERED_TYPES)
@v1.doc(
    summary="Which booking types is this record offered?",
    operation_id="listBookingTypes",
    responses=problems(400, 401, 403, 404, 422, 500, 502, 503),
    security="salesforce",
)
def list_booking_types(record_id: str, query: dict[str, Any]) -> Response:
    """Admins see with `explain=1` which clause of a filter failed, and the record's value."""
    caller = authenticated()
    found = Door.here().bookings.offered(
        caller=caller.caller, record_id=read_salesforce_id(record_id, field="record_id")
    )
    body = bodies.offered_body(
        found, explains=query.get("explain", False), shows_values=Role.ADMIN in caller.roles
    )
    return _answer(body)


@v1.get("/records/<record_id>/booking-types/<uuid:booking_type_id>/hosts")
@v1.output(answers.Hosts, example=examples.HOSTS)
@v1.doc(
    summary="Who could be the host?",
    operation_id="listHosts",
    responses=problems(400, 401, 403, 404, 409, 422, 500, 502, 503),
    security="salesforce",
)
def list_hosts(record_id: str, booking_type_id: UUID) -> Response:
    """Those who cannot be booked at all are in the list, and say why."""
    found = Door.here().bookings.hosts(
        caller=authenticated().caller,
        record_id=read_salesforce_id(record_id, field="record_id"),
        booking_type_id=booking_type_id,
    )
    return _answer(bodies.hosts_body(found))


@v1.get("/records/<record_id>/booking-types/<uuid:booking_type_id>/availability")
@v1.input(requests.AvailabilityQuery, location="query", arg_name="query", unknown=RAISE)
@v1.output(answers.Availability, example=examples.AVAILABILITY)
@v1.doc(
    summary="When can they meet?",
    operation_id="showAvailability",
    responses=problems(400, 401, 403, 404, 409, 422, 500, 502, 503),
    security="salesforce",
)
def show_availability(record_id: str, booking_type_id: UUID, query: dict[str, Any]) -> Response:
    """Give `from` and `to`, or a `week` of a `time_zone`."""
    explains = query.get("explain", False)
    asked = AvailabilityRequest(
        record_id=read_salesforce_id(record_id, field="record_id"),
        booking_type_id=booking_type_id,
        span=requests.asked_span(query),
        host_id=query.get("host"),
        co_host_ids=query.get("co_hosts", ()),
        duration=query.get("duration_minutes"),
        all_hosts=query.get("all", False),
        is_explained=explains,
        most_slots=query.get("limit"),
    )
    found = Door.here().bookings.availability(caller=authenticated().caller, request=asked)
    body = bodies.availability_body(found, time_zone=query.get("time_zone"), explains=explains)
    return _answer(body)


@v1.get("/records/<record_id>/explanation")
@v1.input(requests.ExplanationQuery, location="query", arg_name="query", unknown=RAISE)
@v1.output(answers.Explanation, example=examples.EXPLANATION)
@v1.doc(
    summary="Why is a booking type, a time or a host not there?",
    operation_id="showExplanation",
    responses=problems(400, 401, 403, 404, 422, 500, 502, 503),
    security="salesforce",
)
def show_explanation(record_id: str, query: dict[str, Any]) -> Response:
    """For Booking Admins. Of every type what became of it, with the record's values.

    With `booking_type` also who could be the host and everybody's time, offered or not; with `at`
    whose fault it is at that very time, and who would be picked. Values that the caller may not see
    in Salesforce are not shown.
    """
    asked = requests.explanation_asked(read_salesforce_id(record_id, field="record_id"), query)
    found = Door.here().bookings.explain(caller=authenticated().caller, request=asked)
    return _answer(explanation_body(found))


@v1.post("/bookings")
@v1.input(requests.IdempotencyHeaders, location="headers", arg_name="headers")
@v1.input(
    requests.BookingRequest,
    location="json",
    arg_name="wish",
    example=examples.BOOKING_REQUEST,
    unknown=RAISE,
)
@v1.output(
    answers.Booking,
    status_code=201,
    example=examples.BOOKING,
    headers=answers.BookedHeaders,
    description="Booked. What follows it is on its way; ask for the booking to see how far.",
)
@v1.doc(
    summary="Book a meeting",
    operation_id="createBooking",
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 500, 502, 503),
    security="salesforce",
)
def create_booking(headers: dict[str, Any], wish: BookRequest) -> Response:
    """Everything is checked once more. With the same Idempotency-Key it happens once."""
    key = requests.idempotency_key(headers.get("idempotency_key"))
    asked = requests.with_key(wish, key)
    view = Door.here().bookings.book(
        caller=authenticated().caller, request=asked, answer=bodies.booking_body
    )
    body = bodies.booking_body(view) if view.stored_body is None else view.stored_body
    answer = _answer(body, 201)
    answer.headers["Location"] = url_for("v1.show_booking", booking_id=view.booking.booking_id)
    if view.is_replay:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


@v1.get("/bookings/<uuid:booking_id>")
@v1.output(answers.Booking, example=examples.BOOKING)
@v1.doc(
    summary="A booking, and how far everything has come that follows it",
    operation_id="showBooking",
    responses=problems(400, 401, 403, 404, 500, 502, 503),
    security="salesforce",
)
def show_booking(booking_id: UUID) -> Response:
    """Ask again until `is_settled`.

    Those who attend it, who booked it, and admins see everything. Others who may read the record
    see it without `join_url`, `notes`, the guests' addresses and what else would let them join.
    Admins see with `vendor_message` what a vendor said.
    """
    found = Door.here().bookings.get(caller=authenticated().caller, booking_id=booking_id)
    return _answer(_seen(found))


@v1.get("/bookings/by-key/<path:idempotency_key>")
@v1.output(answers.Booking, example=examples.BOOKING)
@v1.doc(
    summary="The booking that the caller made with an Idempotency-Key",
    operation_id="showBookingByKey",
    responses=problems(400, 401, 403, 404, 500, 502, 503),
    security="salesforce",
)
def show_booking_by_key(idempotency_key: str) -> Response:
    """For a caller who gave up waiting and wants to know what became of it."""
    key = requests.idempotency_key(idempotency_key) or ""
    found = Door.here().bookings.get_by_key(caller=authenticated().caller, key=key)
    return _answer(_seen(found))


@v1.post("/bookings/by-key/<path:idempotency_key>")
@v1.output(
    answers.Booking, example=examples.BOOKING, description="It was booked; nothing has changed."
)
@v1.doc(
    summary="The booking made with an Idempotency-Key, or never one",
    operation_id="giveUpKey",
    responses=problems(400, 401, 403, 404, 422, 500, 502, 503),
    security="salesforce",
)
def give_up_key(idempotency_key: str) -> Response:
    """For a caller who got no answer and wants to be sure before beginning anew.

    404 `not_booked`: nothing was booked with the key, and nothing will be: a call that is still
    on its way with it is refused with `key_given_up`. What was booked is not touched.
    """
    key = requests.idempotency_key(idempotency_key) or ""
    return _answer(_seen(Door.here().bookings.give_up(caller=authenticated().caller, key=key)))


@v1.get("/bookings")
@v1.input(requests.BookingsQuery, location="query", arg_name="query", unknown=RAISE)
@v1.output(answers.Bookings, example=examples.BOOKINGS)
@v1.doc(
    summary="Bookings of a record, or those the caller booked or attends",
    operation_id="listBookings",
    responses=problems(400, 401, 403, 404, 422, 500, 502, 503),
    security="salesforce",
)
def list_bookings(query: dict[str, Any]) -> Response:
    """By their starts, one page at a time; each as its own address shows it to the caller.

    With `newest_first` the other way round: for what is past.
    """
    door, caller = Door.here(), authenticated().caller
    question = requests.bookings_question(org_id=caller.org_id, query=query)
    cursor = query.get("cursor")
    after, before = requests.asked_bounds(query)
    asked = BookingsRequest(
        record_id=query.get("record_id"),
        after=after,
        before=before,
        is_newest_first=query.get("newest_first", False),
        limit=query.get("limit", 50),
        cursor=None if cursor is None else door.cursors.read(cursor, question=question),
    )
    views, place = door.bookings.list_bookings(caller=caller, request=asked)
    next_cursor = "" if place is None else door.cursors.write(place, question=question)
    body = bodies.bookings_body(
        views, next_cursor=next_cursor, caller=caller, roles=authenticated().roles
    )
    return _answer(body)
