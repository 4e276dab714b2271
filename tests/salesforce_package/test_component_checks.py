"""Formatting, lint and the components' tests are red for each fault, and name it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.salesforce_package.checking import (
    MAIN,
    check,
    run,
    small_package,
    write,
    write_bundle,
    write_class,
)

SOUND = (
    "import { LightningElement, api } from 'lwc';\n"
    "import createLabel from '@salesforce/label/c.Booking_Create';\n\n"
    "export default class Sound extends LightningElement {\n"
    "    @api recordId;\n    createLabel = createLabel;\n}\n"
)
TEMPLATE = '<template>\n    <button type="button">{createLabel}</button>\n</template>\n'
TEST = (
    "import {{ createElement }} from 'lwc';\nimport Sound from 'c/sound';\n\n"
    "describe('c-sound', () => {{\n    it('{rule}', async () => {{\n"
    "        const element = createElement('c-sound', {{ is: Sound }});\n"
    "        document.body.appendChild(element);\n"
    "        {claim}\n    }});\n}});\n"
)
RENDERS = (
    "expect(element.shadowRoot.querySelector('button').textContent).toBe('Create Booking');\n"
    "        await expect(element).toBeAccessible();"
)

UNFORMATTED = {
    "classes/Fault.cls": "public class Fault { }\n",
    "lwc/fault/fault.js": 'export const word = "double";\n',
    "lwc/fault/fault.html": "<template><p>word</p>\n</template>\n",
    "lwc/fault/fault.css": "p { color: red }\n",
    "tabs/Fault.tab-meta.xml": "<CustomTab>\n<motif>One</motif>\n</CustomTab>\n",
}

LINTED = [
    ("a component writes HTML by itself", "this.template.innerHTML = this.word;", "innerHTML"),
    (
        "a component looks outside of itself",
        "document.querySelector('p').focus();",
        "querySelector",
    ),
    ("a component waits by itself", "setTimeout(() => this.act(), 10);", "setTimeout"),
    ("a component writes to the console", "console.log(this.word);", "no-console"),
    ("a component changes what it was given", "this.word = '';", "@lwc/lwc/no-api-reassignments"),
    ("a component has a variable for nothing", "const unused = 1;", "no-unused-vars"),
]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = small_package(tmp_path)
    write_bundle(package, "sound", {"sound.js": SOUND, "sound.html": TEMPLATE})
    return package


def test_a_sound_component_passes(package: Path) -> None:
    write_bundle(
        package,
        "sound",
        {"__tests__/sound.test.js": TEST.format(rule="renders its word", claim=RENDERS)},
    )

    said = {name: check(name, package) for name in ("format", "lint", "unit")}

    assert {name: one.status for name, one in said.items()} == dict.fromkeys(said, 0), said


def test_each_unformatted_file_is_named(package: Path) -> None:
    write(package, UNFORMATTED)

    checked = check("format", package)

    assert checked.status == 1
    for path in UNFORMATTED:
        assert f"{MAIN / path}: is not formatted. Run: make fmt" in checked.said


def test_a_class_that_does_not_parse_is_named_with_its_line(package: Path) -> None:
    write_class(package, "Fault", "public class Fault {\n    void ( {\n}\n")

    checked = check("format", package)

    assert checked.status == 1
    assert f"{MAIN}/classes/Fault.cls" in checked.said
    assert "cannot be read" in checked.said


def test_each_line_against_the_rules_is_named(package: Path) -> None:
    for number, (_, line, _) in enumerate(LINTED):
        text = (
            "import { LightningElement, api } from 'lwc';\n\n"
            f"export default class Fault{number} extends LightningElement {{\n"
            f"    @api word;\n\n    act() {{\n        {line}\n    }}\n}}\n"
        )
        write_bundle(package, f"fault{number}", {f"fault{number}.js": text})
    (package / "tools").mkdir()
    (package / "tools" / "fault.mjs").write_text("const unused = 1;\n")

    checked = check("lint", package)

    assert checked.status == 1
    said = checked.said.splitlines()
    assert any("tools/fault.mjs:1: " in line for line in said)
    for number, (name, _, words) in enumerate(LINTED):
        own = [line for line in said if f"/fault{number}.js:7: " in line]
        assert any(words in line for line in own), name


#: Declarations, and the colour that is fixed in each; none where the design system decides.
COLOURS = [
    ("color: #fff;", "#fff"),
    ("color: #0250d980;", "#0250d980"),
    ("border: 1px solid RED;", "RED"),
    ("background: rgb(0 0 0 / 50%);", "rgb(…)"),
    ("background: color-mix(in srgb, var(--slds-g-color-accent-1, #0176d3), white);", "white"),
    ("color: var(--own-hook, #123456);", "#123456"),
    ("--own-hook: oklch(0.5 0.2 240);", "oklch(…)"),
    ("box-shadow: 0 0 var(--slds-g-spacing-1, 4px) hsl(0deg 0% 0%);", "hsl(…)"),
    ("color: var(--slds-g-color-on-surface-3, #181818);", None),
    ("color: var(\n        --slds-g-color-on-surface-3,\n        rgb(24 24 24)\n    );", None),
    ("color: var(--slds-g-color-1, var(--slds-g-color-2, white));", None),
    ("color: var(--slds-g-color-1, color-mix(in srgb, rgb(1 2 3), white));", None),
    ("border: 1px solid currentcolor;\n    outline-color: transparent;", None),
    ("/* color: red; */\n    white-space: nowrap;", None),
    ("grid-area: white-house;\n    content: 'red; color: #fff;';", None),
    ("background: url('data:image/svg+xml,%23fff') no-repeat;", None),
]


def test_each_colour_that_is_fixed_is_named(package: Path) -> None:
    for number, (declaration, _) in enumerate(COLOURS):
        rule = f".fault:hover,\n#abc {{\n    {declaration}\n}}\n"
        write(package, {f"lwc/sound/fault{number}.css": rule})

    checked = check("lint", package)

    assert checked.status == 1
    for number, (declaration, colour) in enumerate(COLOURS):
        own = [line for line in checked.said.splitlines() if f"/fault{number}.css" in line]
        named = [f"{MAIN}/lwc/sound/fault{number}.css:3: fixes the colour {colour}."]
        assert [line.split(" Write ")[0] for line in own] == (named if colour else []), declaration


SCRIPT = (
    "export function size(count) {{\n"
    "    if (count > 9) {{\n        return 'large';\n    }}\n{more}    return 'small';\n}}\n"
)
SIZED = (
    "import {{ size }} from 'c/sizes';\n\ndescribe('sizes', () => {{\n"
    "    it('are small', () => {{\n        expect(size(1)).toBe('small');\n    }});\n\n"
    "    {mode}('are large', () => {{\n        expect(size(99)).toBe('large');\n    }});\n}});\n"
)
SIZES = MAIN / "lwc" / "sizes"


@pytest.mark.parametrize("mode", ["it.skip", "xit", "it.todo"])
def test_a_test_that_is_left_out_fails_the_run(tmp_path: Path, mode: str) -> None:
    package = small_package(tmp_path)
    text = SIZED.format(mode="it" if mode == "it.todo" else mode)
    if mode == "it.todo":
        text += "\nit.todo('are large');\n"
    script = "export const size = (count) => (count > 9 ? 'large' : 'small');\n"
    write_bundle(package, "sizes", {"sizes.js": script, "__tests__/sizes.test.js": text})

    checked = check("unit", package)

    assert checked.status == 1
    name = "are large" if mode == "it.todo" else "sizes are large"
    assert f'{SIZES}/__tests__/sizes.test.js: "{name}" is left out.' in checked.said
    assert "1 finding (" in checked.said


def test_scripts_are_counted_also_after_tests_that_count_nothing(tmp_path: Path) -> None:
    package = small_package(tmp_path)
    files = {"sizes.js": SCRIPT.format(more=""), "__tests__/sizes.test.js": SIZED.format(mode="it")}
    write_bundle(package, "sizes", files)

    uncounted = run(package, "sfdx-lwc-jest")
    checked = check("unit", package)

    assert uncounted.status == 0, uncounted.said
    assert checked.status == 0, checked.said
    assert "100 % of the lines of 1 scripts: nothing wrong" in checked.said


def test_a_script_that_the_tests_hardly_run_fails_the_run(tmp_path: Path) -> None:
    package = small_package(tmp_path)
    four_of_five = SCRIPT.format(more="    if (count > 5) {\n        return 'middle';\n    }\n")
    write_bundle(
        package,
        "sizes",
        {"sizes.js": four_of_five, "__tests__/sizes.test.js": SIZED.format(mode="it")},
    )
    write_bundle(package, "words", {"words.js": "export const word = 'none';\n"})

    checked = check("unit", package)

    assert checked.status == 1
    assert f"{SIZES}/sizes.js: tests run 80 % of its lines" in checked.said
    assert "Add a rule for: 6\n" in checked.said
    assert f"{MAIN}/lwc/words/words.js: tests run 0 % of its lines" in checked.said
    assert "2 findings (" in checked.said


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        pytest.param("expect(element.recordId).toBe('other');", "Expected", id="a wrong claim"),
        pytest.param(
            "element.shadowRoot.querySelector('button').textContent = '';\n"
            "        await expect(element).toBeAccessible();",
            "Ensure buttons have discernible text",
            id="a button without a name",
        ),
    ],
)
def test_a_red_test_of_a_component_fails_the_run(package: Path, claim: str, words: str) -> None:
    test = TEST.format(rule="is a rule that is broken", claim=claim)
    write_bundle(package, "sound", {"__tests__/sound.test.js": test})

    checked = check("unit", package)

    assert checked.status == 1
    assert "is a rule that is broken" in checked.said
    assert words in checked.said
