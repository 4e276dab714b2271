"""Templates say what they show, refuse what they do not know, and cannot run away."""

from __future__ import annotations

import re
import time
import tracemalloc
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.definitions.schema import json_schema
from app.templates import (
    DATE_PARTS,
    FILTERS,
    MERGE_FIELDS,
    MOST_RENDERED,
    TemplateError,
    record_paths,
    render,
    template_faults,
    template_problems,
    template_values,
)
from booking_types.intervals import Interval
from booking_types.model import BookingType, FormField, RecordUpdate, WriteBack

REFERENCE = (Path(__file__).parents[2] / "docs" / "booking-types.md").read_text()


@dataclass(frozen=True)
class Somebody:
    host_id: str
    name: str
    email: str


HOST = Somebody("005000000000001AAA", "Host", "host@house.example")
OTHERS = (Somebody("2", "First", "first@house.example"), Somebody("3", "Second", "s@h.example"))


def values(**changes: Any) -> dict[str, Any]:
    start = datetime(2026, 11, 24, 14, tzinfo=UTC)
    return template_values(
        **{
            "record": {
                "Company": "Customer",
                "Account.Name": "Parent",
                "AnnualRevenue": 250000.0,
                "Opened__c": "2026-11-24T23:30:00+00:00",
                "CloseDate": date(2026, 12, 1),
                "Nothing__c": None,
                "Text__c": "x" * 100_000,
                "items": "an own field",
            },
            "host": HOST,
            "co_hosts": OTHERS,
            "organizer_name": "Rep",
            "guest": {"name": "Guest", "email": "guest@customer.example"},
            "interval": Interval(start, start + timedelta(minutes=30)),
            "time_zone": "Europe/Berlin",
            "notes": "{{ 7 * 7 }}",
            "platform_name": "Zoom",
            "form": {"budget": 5000, "agreed": True, "keys": "an own key"},
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ record.Company }} with {{ host.name }}", "Customer with Host"),
        ("{{ record.Account.Name }}", "Parent"),
        ("{{ record['Account']['Name'] }}", "Parent"),
        ("{{ record.Nothing__c }}{{ record.NotRead__c.Deeper__c }}", ""),
        ("{{ record.AnnualRevenue }}", "250000"),
        ("{{ record.items }} {{ form.keys }}", "an own field an own key"),
        ("{{ booking.notes }}", "{{ 7 * 7 }}"),
        ("{{ booking.start | date }}, {{ booking.start | time }}", "24 November 2026, 15:00"),
        ("{{ booking.end | time('%-I:%M %p') }}", "3:30 PM"),
        ("{{ booking.start | date('%A %d.%m.%y') }}", "Tuesday 24.11.26"),
        ("{{ booking.start_at }}", "2026-11-24T14:00:00Z"),
        ("{{ booking.end_at }} {{ booking.time_zone }}", "2026-11-24T14:30:00Z Europe/Berlin"),
        ("{{ booking.start }}", "2026-11-24T15:00:00+01:00"),
        # What the record says in UTC is the next day where the meeting was agreed.
        ("{{ record.Opened__c | date }}", "25 November 2026"),
        ("{{ record.CloseDate | date('%-d %b') }}", "1 Dec"),
        ("{{ record.Nothing__c | date }}", ""),
        ("{{ co_hosts | join(', ', 'name') }}", "First, Second"),
        ("{% for who in co_hosts %}{{ loop.index }} {{ who.name }};{% endfor %}",
         "1 First;2 Second;"),
        ("{% if co_hosts %}{{ co_hosts[1].email }}{% endif %}", "s@h.example"),
        ("{{ form.budget }} {{ form.agreed }}", "5000 yes"),
        ("{{ guest.name | default('the guest') | upper }}", "GUEST"),
        ("{{ record.Nothing__c | default('nothing') }}", "nothing"),
        ("{{ form.budget * 2 + 1 }} {{ form.budget // 3 }}", "10001 1666"),
        ("{{ 'many' if form.budget > 100 and record.Company in ('Customer',) else 'few' }}",
         "many"),
        ("{{ record.Company | replace('t', 'T') | truncate(6) }}", "CusTo…"),
        ("{{ (form.budget / 3) | round(2) }}", "1666.67"),
        ("{{ record.Company ~ ' ' ~ record.AnnualRevenue ~ guest.name }}", "Customer 250000Guest"),
        ("{{ co_hosts | upper }} {{ ['a', 1] }}", "FIRST, SECOND a, 1"),
        ("{{ record['keys'] }}{{ record['Account']['items'] }}{{ form['budget'] }}", "5000"),
    ],
)  # fmt: skip
def test_a_template_shows_what_it_names(template: str, text: str) -> None:
    assert template_problems(template, form_keys=["budget", "agreed", "keys"]) == ()
    assert render(template, values()) == text


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ record.Company", "line 1: unexpected end of template"),
        ("a\nb {{ gest.name }}", "line 2: there is no merge field gest.name; did you mean guest?"),
        ("{{ host.nmae }}", "there is no merge field host.nmae; did you mean name?"),
        ("{{ host.phone_number_of_the_home }}", "there is name, email or id"),
        ("{{ host }}", "say what of host: name, email or id"),
        ("{{ record }}", "say which field of the record"),
        ("{{ record['Näme'] }}", "by its API name"),
        ("{{ form.budgte }}", "the form has no field budgte; did you mean budget?"),
        ("{{ form }}", "say which field of the form"),
        ("{{ co_hosts }}", "co_hosts are several people"),
        ("{{ co_hosts[0].phone }}", "there is no merge field co_hosts[0].phone"),
        ("{{ who.name }}", "there is no merge field who.name"),
        ("{% for who in co_hosts %}{{ who.home }}{% endfor %}{{ who.name }}", "who.home"),
        ("{{ loop.index }}", "there is no merge field loop"),
        ("{{ guest.name | datte }}", "there is no filter datte; did you mean date?"),
        ("{{ guest.name | tojson }}", "there is no filter tojson"),
        ("{% set a = 1 %}", "no variables"),
        ("{% macro a() %}{% endmacro %}", "stands alone"),
        ("{% include 'x' %}", "stands alone"),
        ("{{ range(10) }}", "calls nothing"),
        ("{{ host.name.upper() }}", "calls nothing"),
        ("{{ ''.__class__ }}", "only merge fields have members"),
        ("{{ host.__class__ }}", "there is no merge field host.__class__"),
        ("{% for a in record.Text__c %}{% endfor %}", "only co_hosts can be walked through"),
        ("{% for a in co_hosts %}{% for b in co_hosts %}{% endfor %}{% endfor %}", "inside"),
        ("{{ 9 ** 9 }}", "no powers"),
        ("x" * 32_001, "longer than 32,000"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "nested too deeply"),
        ("{% if host.name %}" * 101 + "{% endif %}" * 101, "nested too deeply"),
        ("{{ " + "1" * 5000 + " }}", "a number in it is too long"),
    ],
    ids=lambda each: each[:40],
)
def test_what_a_template_does_not_know_is_said_before_anybody_books_with_it(
    template: str, said: str
) -> None:
    problems = template_problems(template, form_keys=["budget"])

    assert problems
    assert said in "; ".join(problems)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ 'x' * 1000000000 }}", "is for numbers"),
        ("{{ '%1000000000d' % 1 }}", "is for numbers"),
        ("{{ 'x' % booking.notes }}", "is for numbers"),
        ("{{ 'x' | replace('x', record.Text__c) | replace('x', record.Text__c) }}", "longer than"),
        ("{{ record.Text__c + record.Text__c }}", "longer than"),
        ("{{ record.Text__c }}{{ record.Text__c }}", "longer than"),
        ("{{ record.Text__c ~ record.Text__c ~ record.Text__c }}", "longer than"),
        ("{{ [record.Text__c, record.Text__c] }}", "longer than"),
        ("{% for a in co_hosts %}{{ record.Text__c }}{% endfor %}", "longer than"),
        ("{{ record.Company | date }}", "is no date"),
        ("{{ booking.start | date('%1000000000Y') }}", "is no part of a date"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ host.name * 2 }}", "is for numbers"),
    ],
)
def test_what_runs_away_ends_at_once_with_the_reason(template: str, said: str) -> None:
    began = time.thread_time()

    with pytest.raises(TemplateError, match=re.escape(said)):
        render(template, values())

    assert time.thread_time() - began < 1


def test_what_is_joined_is_measured_while_it_grows() -> None:
    tracemalloc.start()

    with pytest.raises(TemplateError, match="longer than"):
        render("{{ " + " ~ ".join(["record.Text__c"] * 1500) + " }}", values())

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


def test_the_longest_template_that_can_be_written_is_rendered_in_moments() -> None:
    worst = "{% for a in co_hosts %}" + "{{ a.name|upper }}" * 1700 + "{% endfor %}"
    many = [Somebody(str(number), "", "") for number in range(20)]
    began = time.thread_time()

    assert render(worst, values(co_hosts=many)) == ""

    assert time.thread_time() - began < 2


def test_what_comes_out_is_never_longer_than_salesforces_longest_field() -> None:
    assert len(render("{{ record.Text__c }}", values())) <= MOST_RENDERED


def test_each_fault_of_a_types_templates_has_its_place() -> None:
    booking_type = BookingType(
        key="call",
        name="Call",
        object_name="Lead",
        subject="{{ gest.name }}",
        description="{{ form.budget }} {{ form.other }}",
        location="{% if %}",
        form=(FormField(key="budget", label="Budget"),),
        write_back=WriteBack(
            record_updates=(
                RecordUpdate(field="A", value=5),
                RecordUpdate(field="B", value="{{ nothing }}"),
            )
        ),
    )

    assert [fault.path for fault in template_faults(booking_type)] == [
        "subject",
        "description",
        "location",
        "write_back.record_updates[1].value",
    ]


def test_the_record_paths_of_a_type_are_those_that_its_templates_read() -> None:
    booking_type = BookingType(
        key="call",
        name="Call",
        object_name="Lead",
        subject="record.Not {{ record.Company }}",
        description="{% if record.Account.Name %}{{ record['Owner'].Name | upper }}{% endif %}",
        write_back=WriteBack(
            record_updates=(RecordUpdate(field="A", value="{{ record.Status }}"),)
        ),
    )

    assert record_paths(booking_type) == {"Company", "Account.Name", "Owner.Name", "Status"}


def test_every_merge_field_can_be_written_and_has_its_value() -> None:
    for field in MERGE_FIELDS:
        name = field.name.replace("<path>", "Company").replace("<key>", "budget")
        shown = f"{{{{ {name} }}}}" if name != "co_hosts" else "{{ co_hosts | length }}"

        assert template_problems(shown, form_keys=["budget"]) == (), name
        assert render(shown, values()), name


def _row(*cells: str) -> str:
    """As it stands in a table: the bar is what separates cells there."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def test_the_reference_names_every_merge_field_filter_and_part_of_a_date() -> None:
    rows = [_row(f"`{each.name}`", each.meaning, each.example) for each in MERGE_FIELDS]
    rows += [
        _row(f"`{name}`", (each.__doc__ or "").replace("``", "`")) for name, each in FILTERS.items()
    ]
    rows += [_row(f"`{part}`", words) for part, (words, _) in DATE_PARTS.items()]

    assert [row for row in rows if row not in REFERENCE] == []


def test_the_reference_names_every_member_of_a_definition() -> None:
    schema = json_schema()

    for body in (schema, *schema["$defs"].values()):
        for name in body.get("properties", {}):
            assert f"`{name}`" in REFERENCE or f'"{name}"' in REFERENCE, name
