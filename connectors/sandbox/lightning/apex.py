"""Has the package's own Apex executed for the running user, and says no as the platform does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from connectors.sandbox.lightning.users import RunningUser
from connectors.transport import writing_session

#: Seconds to connect; and to the answer: Apex may wait 120 s for its callouts.
_TIMEOUT = (1.5, 125.0)
_UNEXPECTED = "System.UnexpectedException"


class ApexError(Exception):
    """The method did not answer; ``body`` says it in the platform's form."""

    def __init__(
        self,
        message: str,
        *,
        kind: str = _UNEXPECTED,
        stack: str = "",
        is_user_defined: bool = False,
    ) -> None:
        super().__init__(message)
        self.body = {
            "message": message,
            "exceptionType": kind,
            "isUserDefinedException": is_user_defined,
            "stackTrace": stack,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ApexCall:
    """What a page asks for.

    Attributes:
        class_name: The class.
        method: One of its @AuraEnabled methods.
        params: By name.
        org_id: In which org.
        user: As whom.
        base_url: The org's REST interface.
        session: An access token of the user.
        callout_token_url: Where the org signs callouts.
        service_url: Where the Named Credential leads.
    """

    class_name: str
    method: str
    params: Mapping[str, Any]
    org_id: str
    user: RunningUser
    base_url: str
    session: str = field(repr=False)
    callout_token_url: str
    service_url: str

    def body(self) -> dict[str, Any]:
        """As the runner reads it."""
        return {
            "class": self.class_name,
            "method": self.method,
            "params": dict(self.params),
            "org": {"id": self.org_id},
            "user": {
                "id": self.user.user_id,
                "name": self.user.name,
                "email": self.user.email,
                "username": self.user.username,
                "time_zone": self.user.time_zone,
                "locale": self.user.locale,
                "language": self.user.locale,
            },
            "salesforce": {"base_url": self.base_url, "session": self.session},
            "named_credentials": {
                "Booking_Service": {
                    "url": self.service_url,
                    "authorization_url": self.callout_token_url,
                    "audience": self.service_url,
                }
            },
        }


def run(call: ApexCall, *, runner_url: str, runner_token: str) -> tuple[Any, float]:
    """What the method returned, and how many milliseconds of that were Apex's own.

    Args:
        call: What to execute.
        runner_url: Where the runner listens.
        runner_token: What the runner knows us by; empty if it asks for nothing.

    Raises:
        ApexError: It threw, or could not be run.
    """
    try:
        with writing_session(timeout=_TIMEOUT) as session:
            response = session.post(
                f"{runner_url}/run",
                json=call.body(),
                headers={"Authorization": f"Bearer {runner_token}"} if runner_token else None,
            )
            answer = response.json()
    except requests.ConnectionError as error:
        message = f"The Apex runner at {runner_url} does not answer: start it again (make demo)."
        raise ApexError(message) from error
    except requests.Timeout as error:
        message = f"{call.class_name}.{call.method} did not come to an end."
        raise ApexError(message, kind="System.LimitException") from error
    except requests.RequestException as error:
        raise ApexError("The Apex runner answered with something that is not JSON.") from error
    if answer.get("ok") is not True:
        told = answer.get("error") or {}
        raise ApexError(
            str(told.get("message") or f"The Apex runner answered with {response.status_code}."),
            kind=str(told.get("type") or _UNEXPECTED),
            stack=str(told.get("stack") or ""),
            is_user_defined=told.get("is_user_defined") is True,
        )
    return answer.get("value"), float(answer.get("own_ms") or 0.0)
