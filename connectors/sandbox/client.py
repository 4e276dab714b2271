"""Calls the sandbox's control door, for the demo, the walkthrough and tests."""

from __future__ import annotations

from typing import Any

from connectors.transport import writing_session


class SandboxControl:
    """The control door of one running sandbox.

    Args:
        base_url: Where the sandbox listens (``http://127.0.0.1:8090``).
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = writing_session()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One call under ``/control``; the JSON answer.

        Raises:
            requests.HTTPError: The door refused.
        """
        response = self._session.request(method, f"{self.base_url}/control{path}", **options)
        response.raise_for_status()
        return response.json()

    def seed(self, **parts: Any) -> dict[str, Any]:
        """Make accounts, records and events; each vendor's part by its name."""
        made: dict[str, Any] = self.call("POST", "/seed", json=parts)
        return made

    def act(self, vendor: str, verb: str, **details: Any) -> Any:
        """Do what only one vendor knows; ``World.verbs`` has them, by vendor."""
        return self.call("POST", f"/{vendor}/{verb}", json=details)

    def fault(self, *, vendor: str, kind: str, **details: Any) -> None:
        """Order a fault; ``connectors.sandbox.world.Fault`` names the details."""
        self.call("POST", "/faults", json={"vendor": vendor, "kind": kind, **details})

    def forget_faults(self) -> None:
        """Let everything go well again."""
        self.call("DELETE", "/faults")

    def mails(self, recipient: str = "") -> list[dict[str, Any]]:
        """The mails somebody received, oldest first; everybody's without a recipient."""
        found: list[dict[str, Any]] = self.call("GET", "/mails", params={"recipient": recipient})
        return found

    def requests(self, *, after: int = 0, vendor: str = "") -> list[dict[str, Any]]:
        """The requests the sandbox answered."""
        found: list[dict[str, Any]] = self.call(
            "GET", "/requests", params={"after": after, "vendor": vendor}
        )
        return found

    def shift_clock(self, seconds: float) -> None:
        """Move the organisation's clock."""
        self.call("POST", "/clock", json={"shift_seconds": seconds})

    def callout_token(self, *, org_id: str, user_id: str, audience: str) -> str:
        """The token that an org's Named Credential sends with a callout of that user.

        Args:
            org_id: 18 characters.
            user_id: 18 characters; or the name that a named principal sends for automation.
            audience: Our service's address, as the credential has it.
        """
        response = self._session.post(
            f"{self.base_url}/salesforce/{org_id}/callout-token",
            json={"sub": user_id, "aud": audience},
        )
        response.raise_for_status()
        token: str = response.json()["token"]
        return token
