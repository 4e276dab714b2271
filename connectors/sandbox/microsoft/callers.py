"""Who calls Graph, for which mailbox, and whether they may."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from connectors.sandbox.microsoft.state import (
    ID_STARTS,
    Grant,
    Mailbox,
    MailboxCalendar,
    MicrosoftState,
)
from connectors.sandbox.microsoft.wire import (
    GraphError,
    Preferences,
    bad_request,
    not_found,
    preferences,
)
from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One call: in whose mailbox, on which calendar, with which wishes.

    Attributes:
        state: All of Microsoft.
        mailbox: Whose mailbox.
        calendar: Which calendar; the default one where none is named.
        preferred: What the ``Prefer`` headers say.
    """

    state: MicrosoftState
    mailbox: Mailbox
    calendar: MailboxCalendar
    preferred: Preferences


def resolve(
    world: World, user: str | None, calendar: str | None = None, *, writes: bool = False
) -> Call:
    """Who calls, for whom, and that they may.

    Raises:
        GraphError: They may not, or there is no such mailbox or calendar.
    """
    state: MicrosoftState = world.states["microsoft"]
    grant: Grant = g.microsoft_grant
    mailbox = reachable(state, grant, user)
    needed = {"Calendars.ReadWrite"} if writes else {"Calendars.ReadWrite", "Calendars.Read"}
    held = grant.scopes if grant.email else state.tenants[grant.tenant_id].app_roles
    if not needed & held:
        raise _denied()
    if not mailbox.is_rest_enabled:
        raise GraphError(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    refuse_malformed(calendar)
    found = mailbox.calendar(calendar) if calendar else mailbox.default_calendar
    if found is None:
        raise not_found()
    return Call(state, mailbox, found, preferences())


def reachable(state: MicrosoftState, grant: Grant, user: str | None) -> Mailbox:
    """The mailbox that is called for: the token's own for ``/me``.

    Raises:
        GraphError: There is none, or the token does not reach it.
    """
    if user is None:
        if not grant.email:
            raise bad_request("/me request is only valid with delegated authentication flow.")
        return state.mailboxes[grant.email]
    found = state.mailbox(user)
    if found is None or found.tenant_id != grant.tenant_id:
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{user}' is invalid.")
    if grant.email:
        if found.email != grant.email:
            raise _denied()
    elif not _may_touch(state, grant, found):
        raise GraphError(
            403,
            "ErrorAccessDenied",
            "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly "
            "AccessPolicy settings.",
        )
    return found


def refuse_malformed(item_id: str | None) -> None:
    """See that an id looks like one.

    Raises:
        GraphError: It does not.
    """
    if item_id is not None and not item_id.startswith(ID_STARTS):
        raise bad_request("Id is malformed.", code="ErrorInvalidIdMalformed")


def _denied() -> GraphError:
    return GraphError(
        403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
    )


def _may_touch(state: MicrosoftState, grant: Grant, mailbox: Mailbox) -> bool:
    allowed = state.tenants[grant.tenant_id].app_mailboxes
    return allowed is None or mailbox.email in allowed
