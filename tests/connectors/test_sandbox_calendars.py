"""People's own ``.ics`` files in the sandbox: what they mean, and what is said of what is broken."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.sandbox.calendars.entries import Answer, Entry, Kind
from connectors.sandbox.calendars.folder import Owner, hand_out
from connectors.sandbox.calendars.reading import CalendarFile, Window, read

OWN = Path(__file__).with_name("calendars")
FIRST, LAST = date(2027, 3, 8), date(2027, 4, 4)
BERLIN = Window(first=FIRST, last=LAST, zone="Europe/Berlin")


def opened(name: str, window: Window = BERLIN) -> CalendarFile:
    return read((OWN / name).read_bytes(), window=window)


def text(*components: str, of_calendar: Sequence[str] = ()) -> bytes:
    """A calendar of some components."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *of_calendar, *components, "END:VCALENDAR", ""]
    return "\n".join(lines).encode()


def event(*lines: str, uid: str = "one", day: int = 15) -> str:
    """An event of an hour in UTC."""
    own = lines or (f"DTSTART:202703{day}T100000Z", f"DTEND:202703{day}T110000Z")
    return "\n".join(("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:Event {uid}", *own, "END:VEVENT"))


def starts(file: CalendarFile, title: str) -> list[str]:
    """The starts of what has a title, in UTC."""
    found = [each.start for each in file.entries if each.title == title]
    return [
        f"{each.astimezone(UTC):%m-%d %H:%M}" if isinstance(each, datetime) else f"{each:%m-%d}"
        for each in found
    ]


def the(file: CalendarFile, title: str) -> Entry:
    (found,) = [each for each in file.entries if each.title == title]
    return found


def said(file: CalendarFile) -> list[str]:
    return [str(each) for each in file.troubles]


# ------------------------------------------------------------------------------ series


def test_a_series_keeps_its_wall_clock_and_has_no_entry_on_excluded_dates() -> None:
    file = opened("series.ics")

    # 22 March is moved, 15 March excluded; on 28 March the clocks change.
    assert starts(file, "Team meeting") == ["03-08 09:00", "03-18 13:30", "03-29 08:00"]
    assert not file.troubles


def test_an_exception_stands_where_it_was_moved_to_and_a_canceled_one_is_canceled() -> None:
    file = opened("series.ics")

    assert starts(file, "Team meeting, a day later") == ["03-23 15:00"]
    canceled = [each for each in file.entries if each.is_canceled]
    assert [each.start.isoformat() for each in canceled] == ["2027-03-29T10:00:00+02:00"]


def test_an_exception_is_found_by_its_instant_whatever_zone_names_it() -> None:
    # iCloud names exceptions of zoned series in UTC (kewisch/ical.js, pull request 99).
    series = event(
        "DTSTART;TZID=Europe/Berlin:20270308T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"
    )
    moved = event("RECURRENCE-ID:20270315T090000Z", "DTSTART:20270316T120000Z", "DURATION:PT1H")

    file = read(text(series, moved), window=BERLIN)

    assert starts(file, "Event one") == ["03-08 09:00", "03-16 12:00"]


def test_rules_end_with_their_until_and_their_count() -> None:
    file = opened("series.ics")

    assert starts(file, "Accounts") == ["03-26 07:30"]
    assert starts(file, "Check") == [
        "03-10 15:00", "03-13 15:00", "03-16 15:00", "03-19 15:00", "03-22 15:00",
    ]  # fmt: skip
    assert starts(file, "Over since last summer") == []


def test_a_series_that_never_ends_is_read_in_any_year() -> None:
    window = Window(first=date(2031, 6, 2), last=date(2031, 6, 15), zone="Europe/Berlin")

    assert starts(opened("series.ics", window), "Team meeting") == ["06-02 08:00", "06-09 08:00"]


# ------------------------------------------------------------------------------- zones


def test_a_zone_of_the_files_own_counts_wherever_in_the_file_it_stands() -> None:
    file = opened("zones.ics")
    title = "In a zone of the file's own, which it says further down"

    # From the second Sunday of March on it is an hour less behind UTC.
    assert starts(file, title)[:2] == ["03-12 12:30", "03-19 11:30"]


def test_a_zone_of_one_file_does_not_count_in_the_next() -> None:
    opened("zones.ics")

    file = read(
        text(event("DTSTART;TZID=Our own:20270315T100000", "DURATION:PT1H")),
        window=BERLIN,
    )

    assert starts(file, "Event one") == ["03-15 09:00"]
    assert said(file) == [
        ("line 3: VEVENT “Event one”: nobody knows the zone “Our own”: taken as Europe/Berlin")
    ]


def test_windows_names_and_names_with_something_before_them_are_understood() -> None:
    file = opened("names.ics")

    assert starts(file, "With Windows' name of a zone") == ["03-16 00:00"]
    assert starts(file, "With a name that a program has put something before") == ["03-17 15:30"]


def test_floating_times_are_in_the_zone_of_whose_calendar_it_is() -> None:
    tokyo = Window(first=FIRST, last=LAST, zone="Asia/Tokyo")
    title = "Lunch, wherever one is"

    assert starts(opened("zones.ics"), title)[0] == "03-16 12:00"
    assert starts(opened("zones.ics", tokyo), title)[0] == "03-16 04:00"


def test_a_calendars_own_zone_is_that_of_its_floating_times() -> None:
    # Not in RFC 5545: what X-WR-TIMEZONE does is x-wr-timezone's reading of Google and Apple.
    file = read(
        text(
            event("DTSTART:20270315T100000", "DURATION:PT1H"),
            of_calendar=["X-WR-TIMEZONE:America/New_York"],
        ),
        window=BERLIN,
    )

    assert starts(file, "Event one") == ["03-15 14:00"]


def test_dates_stay_dates_also_where_a_program_gives_them_a_zone() -> None:
    # RFC 5545, 3.2.19: "MUST NOT be specified" with dates.
    file = read(
        text(event("DTSTART;TZID=Asia/Tokyo;VALUE=DATE:20270315", "DURATION:P2D")), window=BERLIN
    )

    assert the(file, "Event one").start == date(2027, 3, 15)
    assert the(file, "Event one").end == date(2027, 3, 17)


# -------------------------------------------------------------------------------- days


def test_whole_days_are_dates_with_or_without_an_end() -> None:
    file = opened("days.ics")

    one = the(file, "One day, without an end")
    assert (one.start, one.end) == (date(2027, 3, 16), date(2027, 3, 17))
    several = the(file, "Days over the change of the clocks")
    assert (several.start, several.end) == (date(2027, 3, 26), date(2027, 3, 30))
    assert starts(file, "Every year") == ["04-02"]


def test_a_whole_day_that_ends_on_its_own_date_is_that_day() -> None:
    # Not in RFC 5545, which wants a later end (3.8.2.2): docs/fidelity.md.
    dates = ("DTSTART;VALUE=DATE:20270315", "DTEND;VALUE=DATE:20270315")

    found = the(read(text(event(*dates)), window=BERLIN), "Event one")

    assert (found.start, found.end) == (date(2027, 3, 15), date(2027, 3, 16))
    assert found.kind is Kind.BUSY


def test_what_began_before_the_first_day_and_goes_on_is_there() -> None:
    assert starts(opened("days.ics"), "Goes on since before the first day") == ["03-01 08:00"]


def test_what_lies_outside_of_the_days_is_not_there() -> None:
    window = Window(first=date(2027, 3, 17), last=date(2027, 3, 18), zone="Europe/Berlin")

    assert [each.title for each in opened("days.ics", window).entries] == ["Over night"]


def test_what_lasts_by_its_duration_reaches_into_the_days_however_long_it_is() -> None:
    file = read(text(event("DTSTART:20260101T000000Z", "DURATION:P450D")), window=BERLIN)

    assert len(file.entries) == 1


# ----------------------------------------------------------------------------- meaning


@pytest.mark.parametrize(
    ("title", "kind", "answer"),
    [
        ("Perhaps", Kind.TENTATIVE, Answer.OWN),
        ("By the way", Kind.FREE, Answer.OWN),
        ("Nobody's business", Kind.BUSY, Answer.OWN),
        ("Without me", Kind.BUSY, Answer.DECLINED),
        ("With me", Kind.BUSY, Answer.ACCEPTED),
        ("With me?", Kind.BUSY, Answer.NOT_ANSWERED),
        ("With me, perhaps", Kind.BUSY, Answer.TENTATIVE),
        ("Away", Kind.OUT_OF_OFFICE, Answer.OWN),
        ("From home", Kind.WORKING_ELSEWHERE, Answer.OWN),
        ("As Outlook says it", Kind.FREE, Answer.OWN),
        ("Takes no time", Kind.FREE, Answer.OWN),
    ],
)
def test_an_entry_means_what_its_file_says(title: str, kind: Kind, answer: Answer) -> None:
    found = the(opened("meaning.ics"), title)

    assert (found.kind, found.answer) == (kind, answer)


def test_private_and_canceled_entries_are_known() -> None:
    file = opened("meaning.ics")

    assert [each.title for each in file.entries if each.is_private] == ["Nobody's business"]
    assert [each.title for each in file.entries if each.is_canceled] == ["Not at all"]


def test_the_owner_is_who_the_calendar_is_called_by() -> None:
    assert opened("meaning.ics").owner == "owner@somebody.example"


def test_without_a_name_the_owner_is_who_alone_is_on_every_meeting() -> None:
    def meeting(number: int, other: str, answer: str) -> str:
        return event(
            f"DTSTART:202703{15 + number}T100000Z",
            "DURATION:PT1H",
            f"ORGANIZER:mailto:{other}@somebody.example",
            f"ATTENDEE;PARTSTAT={answer}:mailto:me@somebody.example",
            uid=other,
        )

    meetings = [
        meeting(0, "a", "ACCEPTED"),
        meeting(1, "b", "DECLINED"),
        meeting(2, "c", "ACCEPTED"),
    ]
    file = read(text(*meetings), window=BERLIN)
    few = read(text(*meetings[:2]), window=BERLIN)

    assert file.owner == "me@somebody.example"
    assert the(file, "Event b").answer is Answer.DECLINED
    assert few.owner == ""


# -------------------------------------------------------------------- how it is written


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="lines end with CRLF"),
        pytest.param(lambda data: data.replace(b"\n", b"\r"), id="lines end with CR"),
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="byte order mark"),
        pytest.param(lambda data: data.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(lambda data: data.replace(b"DTSTART", b"DT\n START"), id="folded in names"),
        pytest.param(
            lambda data: b"\n".join(
                b"\n\t".join(line[at : at + 7] for at in range(0, len(line), 7))
                for line in data.split(b"\n")
            ),
            id="folded everywhere",
        ),
        pytest.param(lambda data: data.replace(b"BEGIN:", b"begin:"), id="small letters"),
        pytest.param(lambda data: data + b"\n\n", id="empty lines at the end"),
    ],
)
@pytest.mark.parametrize(
    "name", ["series.ics", "zones.ics", "names.ics", "days.ics", "meaning.ics"]
)
def test_the_same_calendar_is_read_however_it_is_written(name: str, written: object) -> None:
    assert callable(written)
    changed = read(written((OWN / name).read_bytes()), window=BERLIN)

    plain = opened(name)
    assert [(each.title, each.kind, each.start) for each in changed.entries] == [
        (each.title, each.kind, each.start) for each in plain.entries
    ]
    assert not changed.troubles


def test_a_letter_that_is_folded_in_its_middle_is_one_letter() -> None:
    # RFC 5545, 3.1: lines are folded between octets.
    title = "SUMMARY:Büro".encode()
    halves = title[:10] + b"\r\n " + title[10:]
    data = text(event()).replace(b"SUMMARY:Event one", halves)

    file = read(data, window=BERLIN)

    assert [each.title for each in file.entries] == ["Büro"]
    assert not file.troubles


def test_letters_of_another_encoding_are_read_and_said() -> None:
    data = text(event()).replace(b"Event one", "Büro".encode("cp1252"))

    file = read(data, window=BERLIN)

    assert [each.title for each in file.entries] == ["Büro"]
    assert said(file) == ["some of its letters are not in UTF-8: read as Windows-1252"]


def test_several_calendars_in_one_file_are_all_read() -> None:
    file = read(text(event(uid="a")) + text(event(uid="b", day=16)), window=BERLIN)

    assert [each.title for each in file.entries] == ["Event a", "Event b"]


def test_events_that_share_a_uid_by_mistake_are_all_read() -> None:
    file = read(text(event(day=15), event(day=16), event(day=16)), window=BERLIN)

    assert starts(file, "Event one") == ["03-15 10:00", "03-16 10:00"]


def test_of_an_event_that_was_written_again_the_later_one_counts() -> None:
    # RFC 5545, 3.8.7.4
    old = event("DTSTART:20270315T100000Z", "DURATION:PT1H", "SEQUENCE:1")
    new = event("DTSTART:20270316T100000Z", "DURATION:PT1H", "SEQUENCE:2")

    assert starts(read(text(new, old), window=BERLIN), "Event one") == ["03-16 10:00"]


# ------------------------------------------------------------------------- what is broken


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (
            event("DTSTART:2027031T1000"),
            (
                "line 9: VEVENT “Event one”: DTSTART: Expected datetime, date, or time."
                " Got: '2027031T1000': left out"
            ),
        ),
        (
            event("DTSTART;VALUE=DATE:20270332"),
            "line 9: VEVENT “Event one”: DTSTART: Wrong date format 20270332: left out",
        ),
        (
            event("DTEND:20270315T100000Z"),
            "line 9: VEVENT “Event one”: it has no DTSTART: left out",
        ),
        (
            event("DTSTART:20270315T100000Z", "DTEND:20270315T090000Z"),
            "line 9: VEVENT “Event one”: it ends before it begins: left out",
        ),
        (
            event("DTSTART:20270315T100000Z", "RRULE:FREQ=NEVER"),
            "line 9: VEVENT “Event one”: RRULE: Expected frequency, got: NEVER: left out",
        ),
        (
            event("DTSTART:19700101T000000Z", "RRULE:FREQ=SECONDLY"),
            (
                "line 9: VEVENT “Event one”: it repeats every minute or second, which no calendar"
                " holds: left out"
            ),
        ),
        (
            event("DTSTART:20270315T100000Z", "EXDATE:yesterday", "RRULE:FREQ=DAILY"),
            "line 9: VEVENT “Event one”: EXDATE: Expected datetime, date, or time. Got: 'yesterday': left out",
        ),
        (
            "BEGIN:VEVENT\nUID:one\nDTSTART:20270315T100000Z",
            "line 9: this VEVENT has no END:VEVENT: left out",
        ),
        (
            (
                "BEGIN:VTIMEZONE\nTZID:Odd\nBEGIN:STANDARD\nDTSTART:20200101T000000\nEND:STANDARD\n"
                "END:VTIMEZONE"
            ),
            "line 9: VTIMEZONE: mandatory TZOFFSETFROM not found: the zone is left out",
        ),
    ],
)
def test_a_bad_component_is_said_with_its_line_and_takes_no_other_with_it(
    broken: str, words: str
) -> None:
    good = event(uid="good")

    file = read(text(good, broken, event(uid="after", day=16)), window=BERLIN)

    assert [each.title for each in file.entries] == ["Event good", "Event after"]
    assert said(file) == [words]
    assert not file.is_unreadable


def test_a_line_that_is_none_is_said_and_its_event_is_there() -> None:
    file = read(text(event().replace("UID:one", "UID:one\nas we said on the phone")), window=BERLIN)

    assert starts(file, "Event one") == ["03-15 10:00"]
    assert said(file) == ["line 5: VEVENT “Event one”: no content line: passed over"]


def test_of_a_file_that_was_cut_off_what_is_whole_is_there() -> None:
    whole = text(event(uid="a"), event(uid="b", day=16))

    file = read(whole[: whole.index(b"SUMMARY:Event b") + 5], window=BERLIN)

    assert [each.title for each in file.entries] == ["Event a"]
    assert said(file) == [
        "line 9: this VEVENT has no END:VEVENT: left out",
        "line 11: the file ends before its calendar does: it is cut off",
    ]


@pytest.mark.parametrize(
    "data", [b"", b"<html>Sign in</html>", b"PK\x03\x04\x14\x00", b"\x00" * 99]
)
def test_what_is_no_calendar_is_said_to_be_none(data: bytes) -> None:
    file = read(data, window=BERLIN)

    assert file.is_unreadable
    assert said(file)[-1:] == ["it is no iCalendar file: nowhere does it say BEGIN:VCALENDAR"]


# ------------------------------------------------------------------------------ a folder

OWNERS = [
    Owner(key="first", email="first@demo.example", zone="Europe/Berlin"),
    Owner(key="second", email="second@demo.example", zone="Asia/Tokyo"),
    Owner(key="third", email="third@demo.example", zone="America/Chicago"),
]


def handed(folder: Path) -> dict[str, str]:
    """Whose each file is; empty for nobody's."""
    return {
        each.name: each.owner.key if each.owner is not None else ""
        for each in hand_out(folder, OWNERS, first=FIRST, last=LAST)
    }


def filled(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_bytes(text(event()))
    return folder


def test_a_file_is_whose_key_or_address_it_is_called_by(tmp_path: Path) -> None:
    filled(tmp_path, "Third.ics", "SECOND@demo.example.ICS")

    assert handed(tmp_path) == {"SECOND@demo.example.ICS": "second", "Third.ics": "third"}


def test_the_other_files_go_to_the_rest_in_order(tmp_path: Path) -> None:
    filled(tmp_path, "work.ics", "second.ics", "home.ics", "notes.txt")

    assert handed(tmp_path) == {"home.ics": "first", "second.ics": "second", "work.ics": "third"}


def test_more_files_than_people_are_said_to_be_nobodys(tmp_path: Path) -> None:
    filled(tmp_path, "a.ics", "b.ics", "c.ics", "d.ics")

    assert handed(tmp_path)["d.ics"] == ""


def test_a_file_that_cannot_be_read_is_nobodys_and_the_rest_still_load(tmp_path: Path) -> None:
    filled(tmp_path, "b.ics")
    (tmp_path / "a.ics").write_text("<html>")
    (tmp_path / "c.ics").mkdir()

    found = hand_out(tmp_path, OWNERS, first=FIRST, last=LAST)

    assert handed(tmp_path) == {"a.ics": "", "b.ics": "first", "c.ics": ""}
    assert [said(each.calendar) for each in found if each.calendar is not None] == [
        ["it is no iCalendar file: nowhere does it say BEGIN:VCALENDAR"],
        [],
        [f"it cannot be opened: {os.strerror(21)}"],
    ]


def test_whole_days_and_floating_times_are_in_the_zone_of_who_has_the_file(tmp_path: Path) -> None:
    (tmp_path / "second.ics").write_bytes((OWN / "zones.ics").read_bytes())

    (found,) = hand_out(tmp_path, OWNERS, first=FIRST, last=LAST)

    assert found.calendar is not None
    assert starts(found.calendar, "Lunch, wherever one is")[0] == "03-16 04:00"


def test_who_gave_a_file_an_address_for_a_name_is_its_owner(tmp_path: Path) -> None:
    own = event(
        "DTSTART:20270315T100000Z",
        "DURATION:PT1H",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:first@demo.example",
    )
    (tmp_path / "first@demo.example.ics").write_bytes(text(own))

    (found,) = hand_out(tmp_path, OWNERS, first=FIRST, last=LAST)

    assert found.calendar is not None
    assert the(found.calendar, "Event one").answer is Answer.DECLINED
