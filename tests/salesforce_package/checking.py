"""Copies of the Salesforce package, or a small one of its own kind, and the checks run on them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "salesforce_package"
TOOLS = PACKAGE / "tools"
MAIN = Path("force-app/main/default")
_NODE = ROOT / ".ci" / "node"
_SETTINGS = (
    ".prettierrc.json",
    ".prettierignore",
    "eslint.config.mjs",
    "jest.config.mjs",
    "package.json",
    "sfdx-project.json",
)
_TIMEOUT = 180  # seconds: Java and jest on a busy machine

METADATA = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
_CLASS_META = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<ApexClass {METADATA}>\n'
    "    <apiVersion>65.0</apiVersion>\n    <status>Active</status>\n</ApexClass>\n"
)
_BUNDLE_META = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<LightningComponentBundle {METADATA}>\n'
    "    <apiVersion>65.0</apiVersion>\n    <isExposed>false</isExposed>\n"
    "</LightningComponentBundle>\n"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check said, and how it ended."""

    status: int
    said: str


def copy_of_package(folder: Path) -> Path:
    """The whole package, as it stands in the checkout."""
    shutil.copytree(PACKAGE / "force-app", folder / "force-app")
    return _with_settings(folder)


def small_package(folder: Path) -> Path:
    """A package with nothing in it but its settings and a label, for checks that take their time."""
    labels = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<CustomLabels {METADATA}>\n    <labels>\n'
        "        <fullName>Booking_Create</fullName>\n        <language>en_US</language>\n"
        "        <protected>false</protected>\n"
        "        <shortDescription>Create</shortDescription>\n"
        "        <value>Create Booking</value>\n    </labels>\n</CustomLabels>\n"
    )
    write(folder, {"labels/CustomLabels.labels-meta.xml": labels})
    return _with_settings(folder)


def _with_settings(folder: Path) -> Path:
    for name in _SETTINGS:
        shutil.copy(PACKAGE / name, folder / name)
    shutil.copytree(PACKAGE / "test", folder / "test")
    (folder / "node_modules").symlink_to(PACKAGE / "node_modules")
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Files of the package, by their paths below its default folder."""
    for path, text in files.items():
        file = folder / MAIN / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def write_class(folder: Path, name: str, text: str) -> None:
    """An Apex class with what belongs to it."""
    write(folder, {f"classes/{name}.cls": text, f"classes/{name}.cls-meta.xml": _CLASS_META})


def write_bundle(folder: Path, name: str, files: Mapping[str, str]) -> None:
    """A component with what belongs to it."""
    write(folder, {f"lwc/{name}/{name}.js-meta.xml": _BUNDLE_META})
    write(folder, {f"lwc/{name}/{path}": text for path, text in files.items()})


def check(name: str, folder: Path) -> Checked:
    """Runs one check of the package on that folder."""
    script = (
        ["apex/test.mjs", "--quiet", "--root", str(folder / MAIN)]
        if name == "apex"
        else [f"{name}/check.mjs"]
    )
    return run(folder, str(TOOLS / script[0]), *script[1:])


def run(folder: Path, *command: str) -> Checked:
    """Runs a script or a program of the package's in that folder."""
    done = subprocess.run(  # noqa: S603 - our own launcher
        [_NODE, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
        # The harder case of the two: on a build server programs paint what they say.
        env=os.environ | {"CI": "true", "FORCE_COLOR": "1"},
    )
    return Checked(status=done.returncode, said=done.stdout + done.stderr)
