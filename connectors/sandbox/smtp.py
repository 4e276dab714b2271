"""The sandbox's mail sink."""

from __future__ import annotations

from connectors.sandbox.world import World


class MailSink:
    """An SMTP server whose mails land in the world's ledger."""

    def __init__(self, world: World, *, host: str, port: int) -> None:
        self.world = world
        self.host = host
        self.port = port

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://{self.host}:{self.port}"

    def start(self) -> None:
        """Listen."""

    def stop(self) -> None:
        """Stop listening."""
