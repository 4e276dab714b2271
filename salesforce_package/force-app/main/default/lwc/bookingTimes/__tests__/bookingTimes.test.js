import {
    dayWords,
    freeCountWords,
    freeWords,
    gridOf,
    matches,
    isNarrowed,
    isOver,
    ANY_TIME,
    readTimes,
    saysMore,
    speak,
    spokenTime,
    suggest,
    unavailableWords,
    whyWords
} from 'c/bookingTimes';
import { toMs, toUtcText, weekdayOf, weekOf } from 'c/bookingTime';
import { answerOf, away, beyond, busy, fastestOf, offOn, past, person } from './answers';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const ANNA = 'anna';
const BEN = 'ben';
const PEOPLE = [person(ANNA, 'Anna Berg'), person(BEN, 'Ben Cole')];
const LOCALE = 'en-US';

function plain(text) {
    return text.replace(/[\u00a0\u2009\u202f]/g, ' ');
}

/** Mondays to Fridays from nine to five, the whole of it free for Anna. */
function officeHours(date, minutes) {
    const isWorked = weekdayOf(date) <= 5 && minutes >= 540 && minutes < 1020;
    return isWorked ? { free: [ANNA] } : { reasons: [away(ANNA)] };
}

function gridFrom(said, look = {}) {
    const answer = answerOf({ at: officeHours, people: [PEOPLE[0]], ...said });
    const zone = said.zone || BERLIN;
    const times = readTimes(answer, { zone, coHostIds: look.coHostIds });
    const grid = gridOf(times, {
        dates: weekOf(said.from, zone).dates,
        guestZone: '',
        locale: LOCALE,
        now: toMs(`${said.from}T00:00:00Z`),
        ...look
    });
    return { ...grid, times };
}

function rowTexts(grid) {
    return grid.rows.map((row) => [plain(row.text), row.offset].join(' ').trim());
}

function cellAt(grid, date, rowText) {
    const row = grid.rows.find(
        (each) => plain([each.text, each.offset].join(' ')).trim() === rowText
    );
    return { row, cell: row.cells.find((each) => each.date === date) };
}

function why(grid, date, rowText) {
    const { row, cell } = cellAt(grid, date, rowText);
    return plain(whyWords(cell, row, grid.times, LOCALE));
}

describe('c-booking-times: the grid of a week', () => {
    it('has the working days as columns and the hours in which somebody works as rows', () => {
        const grid = gridFrom({ from: '2027-03-01' });

        expect(grid.days.map((day) => day.date)).toEqual([
            '2027-03-01',
            '2027-03-02',
            '2027-03-03',
            '2027-03-04',
            '2027-03-05'
        ]);
        expect(rowTexts(grid)[0]).toBe('9:00 AM');
        expect(rowTexts(grid)[15]).toBe('4:30 PM');
        expect(grid.rows).toHaveLength(16);
        expect(grid.offered).toBe(80);
        expect(grid.stepMinutes).toBe(0);
    });

    it('draws Saturday when somebody works then, even though all of it is taken', () => {
        const at = (date, minutes) => {
            const isSaturday = weekdayOf(date) === 6 && minutes >= 600 && minutes < 720;
            return isSaturday ? { reasons: [busy(ANNA)] } : officeHours(date, minutes);
        };
        const grid = gridFrom({ from: '2027-03-01', at });

        expect(grid.days).toHaveLength(6);
        expect(grid.days[5]).toMatchObject({ date: '2027-03-06', state: 'full', offered: 0 });
    });

    it('says of each day whether it is past, not worked, full or open', () => {
        const now = toMs('2027-03-02T06:00:00Z');
        const at = (date, minutes) => {
            const usual = officeHours(date, minutes);
            if (date === '2027-03-01') {
                return { reasons: [past(), ...(usual.reasons || [])] };
            }
            if (date === '2027-03-03') {
                return { reasons: [away(ANNA)] };
            }
            return date === '2027-03-04' && usual.free ? { reasons: [busy(ANNA)] } : usual;
        };
        const grid = gridFrom({ from: '2027-03-01', at }, { now });

        const states = grid.days.map((day) => day.state);
        expect(states).toEqual(['past', 'open', 'off', 'full', 'open']);
        expect(grid.days[1].isToday).toBe(true);
        expect(states.map(dayWords)).toEqual([
            'This day is over.',
            '',
            'Nobody works on this day.',
            'Nothing is free on this day.',
            ''
        ]);
    });

    it('says of a day beyond the booking window that it is too far ahead', () => {
        const tooFar = { code: 'beyond_horizon', detail: '', message: 'begins more than 60 days' };
        const at = (date, minutes) => {
            const usual = officeHours(date, minutes);
            return date === '2027-03-05' && usual.free ? { reasons: [tooFar] } : usual;
        };
        const grid = gridFrom({ from: '2027-03-01', at });

        expect(grid.days[4].state).toBe('beyond');
    });

    it('keeps the rows of a past day on which somebody would have been there', () => {
        const at = (date, minutes) => {
            const usual = officeHours(date, minutes);
            return { reasons: [past(), ...(usual.reasons || [])] };
        };
        const grid = gridFrom({ from: '2027-03-01', at });

        expect(grid.rows).toHaveLength(16);
        expect(why(grid, '2027-03-01', '9:30 AM')).toBe('9:30 AM lies in the past.');
    });

    describe('where only that it is over is known of a time', () => {
        const pastUntil = (last, usual) => (date, minutes) =>
            date <= last ? { reasons: [{ ...past(), host_id: ANNA }] } : usual(date, minutes);

        it('supposes the hours of the other days', () => {
            const grid = gridFrom({ from: '2027-03-01', at: pastUntil('2027-03-02', officeHours) });

            expect(rowTexts(grid)[0]).toBe('9:00 AM');
            expect(grid.rows).toHaveLength(16);
            expect(why(grid, '2027-03-01', '9:00 AM')).toBe('Anna Berg lies in the past.');
        });

        it('supposes a working week when all of it is over', () => {
            const grid = gridFrom({ from: '2027-03-01', at: pastUntil('2027-03-07', officeHours) });

            expect(rowTexts(grid)[0]).toBe('9:00 AM');
            expect(grid.rows).toHaveLength(16);
            expect(grid.days).toHaveLength(5);
        });

        it('takes the week for over when nobody works in the rest of it', () => {
            const nobody = () => ({ reasons: [away(ANNA)] });
            const over = gridFrom({ from: '2027-03-01', at: pastUntil('2027-03-03', nobody) });
            const isBusy = () => ({ reasons: [busy(ANNA)] });
            const full = gridFrom({ from: '2027-03-01', at: pastUntil('2027-03-03', isBusy) });

            expect(isOver(over.times)).toBe(true);
            expect(isOver(full.times)).toBe(false);
        });

        it('keeps a day that is too far ahead for one host and taken of another', () => {
            const at = () => ({ reasons: [{ ...beyond(), host_id: ANNA }, busy(BEN)] });
            const grid = gridFrom({ from: '2027-03-01', at, people: PEOPLE });
            const [far] = gridFrom({
                from: '2027-03-01',
                at: () => ({ reasons: [{ ...beyond(), host_id: ANNA }] })
            }).days;

            expect(grid.days[0].state).toBe('full');
            expect(far.state).toBe('beyond');
        });
    });

    describe('on days off', () => {
        const freeFrom = (detail) => (date, minutes) =>
            date === '2027-03-03' ? { reasons: [offOn(ANNA, detail)] } : officeHours(date, minutes);

        it.each([
            ['holiday', 'holiday', 'This day is a holiday.'],
            ['day_off', 'off', 'Nobody works on this day.']
        ])('says which: %s', (detail, state, words) => {
            const grid = gridFrom({ from: '2027-03-01', at: freeFrom(detail) });
            const day = grid.days.find((each) => each.date === '2027-03-03');

            expect(day.state).toBe(state);
            expect(dayWords(state)).toBe(words);
            expect(saysMore(cellAt(grid, '2027-03-03', '9:00 AM').cell)).toBe(true);
            expect(why(grid, '2027-03-03', '9:00 AM')).toBe(`Anna Berg is off: ${detail}.`);
        });

        it('has no more to say of hours that nobody works', () => {
            const grid = gridFrom({
                from: '2027-03-01',
                at: (date, minutes) =>
                    date === '2027-03-03' ? { reasons: [away(ANNA)] } : officeHours(date, minutes)
            });

            expect(saysMore(cellAt(grid, '2027-03-03', '9:00 AM').cell)).toBe(false);
        });
    });

    it.each([
        ['daily_limit', 'limit_reached'],
        ['weekly_limit', 'limit_reached'],
        ['buffer', 'slot_taken']
    ])('keeps hours in which %s is in the way, and says so', (detail, code) => {
        const message = `is stopped by ${detail}`;
        const at = (date, minutes) =>
            minutes === 540
                ? { reasons: [{ code, detail, host_id: ANNA, message }] }
                : officeHours(date, minutes);
        const grid = gridFrom({ from: '2027-03-01', at });

        expect(why(grid, '2027-03-01', '9:00 AM')).toBe(`Anna Berg ${message}.`);
    });

    it('keeps hours in which nobody of a part is free, and says so of the time', () => {
        const message = 'has nobody free as Solution engineer';
        const noRole = { code: 'co_host_unavailable', detail: 'role', message };
        const at = (date, minutes) =>
            minutes === 540 ? { reasons: [noRole] } : officeHours(date, minutes);
        const grid = gridFrom({ from: '2027-03-01', at });

        expect(why(grid, '2027-03-01', '9:00 AM')).toBe(`9:00 AM ${message}.`);
    });

    it('says why nobody of a part is free, of those only who could take it', () => {
        const noRole = { code: 'co_host_unavailable', detail: '', message: 'has no lawyer' };
        const answer = answerOf({
            from: '2027-03-01',
            at: () => ({ reasons: [noRole, busy(BEN), busy(ANNA)] }),
            people: [PEOPLE[0]]
        });
        const roles = [{ key: 'law', name: 'Lawyer', people: [PEOPLE[1]] }];
        const times = readTimes({ ...answer, roles }, { zone: BERLIN });
        const [start] = times.starts;
        const words = whyWords({ start }, { minutes: start.minutes }, times, LOCALE);

        expect(plain(words)).toBe(
            '12:00 AM has no lawyer. Ben Cole is busy then with something in the calendar.'
        );
    });

    it('leaves out what is outside the hours of the booking type', () => {
        const outside = {
            code: 'slot_not_offered',
            detail: 'outside_hours',
            message: 'is outside'
        };
        const at = (date, minutes) => {
            return minutes === 540 ? { reasons: [outside] } : officeHours(date, minutes);
        };

        expect(rowTexts(gridFrom({ from: '2027-03-01', at }))[0]).toBe('9:30 AM');
    });

    it('keeps hours in which only a co-host is away and says so', () => {
        const coHostAway = { ...away(BEN), code: 'co_host_unavailable' };
        const at = (date, minutes) => {
            return minutes === 540 ? { reasons: [coHostAway] } : officeHours(date, minutes);
        };
        const grid = gridFrom({ from: '2027-03-01', at, people: PEOPLE }, { coHostIds: [BEN] });

        expect(why(grid, '2027-03-01', '9:00 AM')).toBe('Ben Cole does not work then.');
    });

    it('has no rows when the only host cannot be booked', () => {
        const broken = { code: 'host_unavailable', detail: 'x', host_id: ANNA, message: 'has' };
        const grid = gridFrom({ from: '2027-03-01', at: () => ({ reasons: [broken] }) });

        expect(grid.rows).toEqual([]);
        expect(grid.days.every((day) => day.state === 'off')).toBe(true);
    });

    it('shows the guest beside the organizer, with the day when it is another', () => {
        const grid = gridFrom({ from: '2027-03-01' }, { guestZone: 'Asia/Tokyo' });

        expect(plain(grid.rows[0].guest.text)).toBe('5:00 PM');
        expect(grid.rows[0].guest.shift).toBe(0);
        expect(plain(grid.rows[14].guest.text)).toBe('12:00 AM');
        expect(grid.rows[14].guest.shift).toBe(1);
    });

    it('marks the guest’s night', () => {
        const grid = gridFrom({ from: '2027-03-01' }, { guestZone: NEW_YORK });

        // Nine in Berlin is three in the night, one o'clock seven in the morning.
        expect(grid.rows[0].guest.isNight).toBe(true);
        expect(grid.rows[8].guest.isNight).toBe(false);
    });

    it('does not show the guest when both clocks show the same', () => {
        const grid = gridFrom({ from: '2027-03-01' }, { guestZone: 'Europe/Paris' });

        expect(grid.rows.every((row) => row.guest === null)).toBe(true);
    });

    it('shows the guest in the cell where the guest’s clock differs from the other days', () => {
        // In Cairo the clocks go forward on Friday, 2027-04-30; in Berlin they did in March.
        const grid = gridFrom({ from: '2027-04-26' }, { guestZone: 'Africa/Cairo' });

        expect(grid.rows[0].guest).toBeNull();
        expect(grid.rows[0].cells[3].guest).toBeNull();
        expect(plain(grid.rows[0].cells[4].guest.text)).toBe('10:00 AM');
    });

    it('draws one day alone with all of its starts', () => {
        const grid = gridFrom({ from: '2027-03-01' }, { dates: ['2027-03-06'] });

        expect(grid.days).toHaveLength(1);
        expect(grid.days[0].state).toBe('off');
        expect(grid.rows).toEqual([]);
    });

    it('marks what the guest’s words leave, on the guest’s clock', () => {
        const narrowing = { dayPart: 'morning', weekdays: [2], notBefore: '' };
        const grid = gridFrom({ from: '2027-03-01' }, { guestZone: NEW_YORK, narrowing });

        // 15:00 in Berlin is 9 in New York; 18:00 would be noon.
        const { cell } = cellAt(grid, '2027-03-02', '3:00 PM');
        expect(cell.isMatch).toBe(true);
        expect(cellAt(grid, '2027-03-03', '3:00 PM').cell.isMatch).toBe(false);
        expect(grid.matching).toBe(16);
        expect(grid.days[1].matching).toBe(16);
        expect(grid.days[2].matching).toBe(0);
    });
});

describe('c-booking-times: weeks in which the clocks change', () => {
    const allDay = (date) => (weekdayOf(date) > 4 ? { free: [ANNA] } : { reasons: [away(ANNA)] });

    it('has no 2:00 in Europe/Berlin on 2027-03-28 and says why', () => {
        const grid = gridFrom({ from: '2027-03-22', at: allDay });

        expect(cellAt(grid, '2027-03-28', '1:30 AM').cell.isOffered).toBe(true);
        expect(cellAt(grid, '2027-03-28', '2:00 AM').cell.ms).toBeNull();
        expect(cellAt(grid, '2027-03-27', '2:00 AM').cell.isOffered).toBe(true);
        expect(toUtcText(cellAt(grid, '2027-03-28', '3:00 AM').cell.ms)).toBe(
            '2027-03-28T01:00:00Z'
        );
        expect(why(grid, '2027-03-28', '2:30 AM')).toBe(
            'The clocks go forward: this time does not exist on that day.'
        );
    });

    it('has 2:00 twice in Europe/Berlin on 2026-10-25, in order and told apart', () => {
        const grid = gridFrom({ from: '2026-10-19', at: allDay });

        expect(rowTexts(grid).slice(3, 9)).toEqual([
            '1:30 AM',
            '2:00 AM GMT+2',
            '2:30 AM GMT+2',
            '2:00 AM GMT+1',
            '2:30 AM GMT+1',
            '3:00 AM'
        ]);
        const first = cellAt(grid, '2026-10-25', '2:00 AM GMT+2').cell.ms;
        const second = cellAt(grid, '2026-10-25', '2:00 AM GMT+1').cell.ms;
        expect(second - first).toBe(3600000);
        expect(cellAt(grid, '2026-10-24', '2:00 AM GMT+2').cell.isOffered).toBe(true);
        expect(cellAt(grid, '2026-10-24', '2:00 AM GMT+1').cell.ms).toBeNull();
    });

    it('has no 2:00 in America/New_York on 2027-03-14', () => {
        const grid = gridFrom({ from: '2027-03-08', zone: NEW_YORK, at: allDay });

        expect(cellAt(grid, '2027-03-14', '2:30 AM').cell.ms).toBeNull();
        expect(toUtcText(cellAt(grid, '2027-03-14', '3:00 AM').cell.ms)).toBe(
            '2027-03-14T07:00:00Z'
        );
    });

    it('shows Asia/Kolkata at the half hour to an organizer elsewhere', () => {
        const answer = answerOf({
            from: '2027-03-01',
            zone: 'Asia/Kolkata',
            step: 60,
            at: officeHours,
            people: [PEOPLE[0]]
        });
        const times = readTimes(answer, { zone: BERLIN });
        const grid = gridOf(times, {
            dates: weekOf('2027-03-01', BERLIN).dates,
            guestZone: 'Asia/Kolkata',
            locale: LOCALE,
            now: 0
        });

        expect(plain(grid.rows[0].text)).toBe('4:30 AM');
        expect(plain(grid.rows[0].guest.text)).toBe('9:00 AM');
        expect(grid.rows).toHaveLength(8);
    });

    it('jumps by half an hour in Australia/Lord_Howe on 2026-10-04', () => {
        const grid = gridFrom({ from: '2026-09-28', zone: 'Australia/Lord_Howe', at: allDay });

        expect(cellAt(grid, '2026-10-04', '2:00 AM').cell.ms).toBeNull();
        expect(cellAt(grid, '2026-10-04', '1:30 AM').cell.isOffered).toBe(true);
        expect(cellAt(grid, '2026-10-04', '2:30 AM').cell.isOffered).toBe(true);
    });

    it('repeats half an hour in Australia/Lord_Howe on 2027-04-04', () => {
        const grid = gridFrom({ from: '2027-03-29', zone: 'Australia/Lord_Howe', at: allDay });

        expect(rowTexts(grid).slice(2, 6)).toEqual([
            '1:00 AM',
            '1:30 AM GMT+11',
            '1:30 AM GMT+10:30',
            '2:00 AM'
        ]);
    });
});

describe('c-booking-times: many hosts and many starts', () => {
    const pool = Array.from({ length: 200 }, (_, number) =>
        person(`host${number}`, `Host ${number}`)
    );

    function weekOfPool(step) {
        return answerOf({
            from: '2027-03-01',
            step,
            people: pool,
            at: (date, minutes) => {
                const isWorked = weekdayOf(date) <= 5 && minutes >= 480 && minutes < 1140;
                const ids = pool.map((each) => each.host_id);
                return isWorked && minutes % 60
                    ? { free: ids.filter((_, number) => (number + minutes) % 3) }
                    : { reasons: ids.slice(0, 12).map(isWorked ? busy : away), leftOut: 188 };
            }
        });
    }

    it('builds the week of a pool of 200 in less than 50 ms', () => {
        const answer = weekOfPool(15);
        const look = {
            dates: weekOf('2027-03-01', BERLIN).dates,
            guestZone: NEW_YORK,
            locale: LOCALE,
            now: 0
        };
        const draw = () => gridOf(readTimes(answer, { zone: BERLIN }), look);

        const took = fastestOf(5, draw);
        const grid = draw();

        const free = readTimes(answer, { zone: BERLIN }).starts.filter(({ slot }) => slot);
        expect(free.length).toBeGreaterThan(150);
        expect(grid.offered).toBe(free.length);
        expect(grid.rows).toHaveLength(44);
        expect(took).toBeLessThan(50);
    });

    it('keeps hours in which all of a pool are busy, and says only so many of the reasons', () => {
        const times = readTimes(weekOfPool(30), { zone: BERLIN });
        const look = { dates: ['2027-03-01'], guestZone: '', locale: LOCALE, now: 0 };
        const grid = { ...gridOf(times, look), times };

        expect(why(grid, '2027-03-01', '8:00 AM')).toBe(
            'Host 0 is busy then with something in the calendar; ' +
                'Host 1 is busy then with something in the calendar; ' +
                'Host 2 is busy then with something in the calendar; 197 more reasons.'
        );
    });

    it.each([5, 1])('draws at most 600 cells when starts are %i minutes apart', (step) => {
        const at = (date) => {
            return weekdayOf(date) <= 5 ? { free: [ANNA] } : { reasons: [away(ANNA)] };
        };
        const grid = gridFrom({ from: '2027-03-01', step, at });

        expect(grid.rows.length * grid.days.length).toBeLessThanOrEqual(600);
        expect(grid.stepMinutes).toBe(15);
        expect(grid.offered).toBe((5 * 1440) / step);
    });

    it('drops rows without any offer before it makes the steps coarser', () => {
        const at = (date, minutes) => {
            return minutes % 10 === 0 ? { free: [ANNA] } : { reasons: [busy(ANNA)] };
        };
        const grid = gridFrom({ from: '2027-03-01', step: 5, at }, { mostCells: 1100 });

        expect(grid.stepMinutes).toBe(0);
        expect(grid.rows).toHaveLength(144);
    });

    it('names some of those who are free and counts the others', () => {
        const at = (date, minutes) => ({
            free: pool.slice(0, minutes === 600 ? 2 : 200).map((each) => each.host_id)
        });
        const answer = answerOf({ from: '2027-03-01', days: 1, people: pool, at });
        const times = readTimes(answer, { zone: BERLIN });
        const wordsAt = (startAt) => freeWords({ start_at: startAt }, times);

        expect(wordsAt('2027-03-01T09:00:00Z')).toBe('Free: Host 0, Host 1');
        expect(wordsAt('2027-03-01T10:00:00Z')).toBe(
            'Free: Host 0, Host 1, Host 2, Host 3, Host 4, Host 5 and 194 more'
        );
        expect(freeCountWords(3)).toBe('3 free');
    });
});

describe('c-booking-times: reasons', () => {
    it('tells of each person once, in the order of the service', () => {
        const reasons = [{ ...busy(BEN), message: 'is busy then with another booking' }, busy(BEN)];
        const at = (date, minutes) => {
            return minutes === 600
                ? { reasons: [...reasons, away(ANNA)] }
                : officeHours(date, minutes);
        };
        const grid = gridFrom({ from: '2027-03-01', at, people: PEOPLE });

        expect(why(grid, '2027-03-01', '10:00 AM')).toBe(
            'Ben Cole is busy then with another booking; Anna Berg does not work then.'
        );
    });

    it('says that no meeting starts then where the grid of the type has no such start', () => {
        const times = readTimes({ slots: [], explained: [], people: [] }, { zone: BERLIN });
        const cell = { start: null, date: '2027-03-02' };

        expect(whyWords(cell, { minutes: 600 }, times, LOCALE)).toBe(
            'No meeting of this booking type starts at this time on that day.'
        );
    });

    it('names who cannot be booked, with the reason', () => {
        const unavailable = {
            code: 'connection_broken',
            detail: 'has to connect a calendar again'
        };

        expect(unavailableWords([PEOPLE[0], { ...PEOPLE[1], unavailable }])).toEqual([
            { hostId: BEN, name: 'Ben Cole', text: 'Ben Cole has to connect a calendar again.' }
        ]);
    });
});

describe('c-booking-times: what the guest says', () => {
    const nineInNewYork = '2027-03-02T14:00:00Z';

    it.each([
        [{ dayPart: 'morning' }, true],
        [{ dayPart: 'afternoon' }, false],
        [{ weekdays: [2] }, true],
        [{ weekdays: [3, 4] }, false],
        [{ notBefore: '2027-03-02' }, true],
        [{ notBefore: '2027-03-03' }, false],
        [{ dayPart: 'morning', weekdays: [2], notBefore: '2027-03-01' }, true]
    ])('by %j on the guest’s clock: %s', (said, isMatch) => {
        expect(matches(nineInNewYork, { ...ANY_TIME, ...said }, NEW_YORK)).toBe(isMatch);
    });

    it('leaves every time when nothing was said', () => {
        expect(isNarrowed(ANY_TIME)).toBe(false);
        expect(matches(nineInNewYork, ANY_TIME, NEW_YORK)).toBe(true);
        expect(isNarrowed({ ...ANY_TIME, weekdays: [1] })).toBe(true);
    });

    it('counts noon to the afternoon', () => {
        const noon = '2027-03-02T17:00:00Z';

        expect(matches(noon, { ...ANY_TIME, dayPart: 'morning' }, NEW_YORK)).toBe(false);
        expect(matches(noon, { ...ANY_TIME, dayPart: 'afternoon' }, NEW_YORK)).toBe(true);
    });
});

describe('c-booking-times: suggestions', () => {
    const now = toMs('2027-03-01T08:00:00Z');

    function slotsAt(...instants) {
        return instants.map((start) => ({ start_at: start, end_at: start, host_ids: [ANNA] }));
    }

    function aloud(slots, look) {
        return plain(speak(slots, { zone: BERLIN, locale: LOCALE, now, ...look }));
    }

    it('prefers different days, full hours, and mornings and afternoons in turn', () => {
        const week = answerOf({ from: '2027-03-01', step: 15, at: officeHours, people: PEOPLE });
        const picked = suggest(week.slots, { zone: BERLIN, now });

        expect(picked.map((slot) => slot.start_at)).toEqual([
            '2027-03-01T09:00:00Z',
            '2027-03-02T12:00:00Z',
            '2027-03-03T08:00:00Z'
        ]);
    });

    it('keeps to hours at which people work where the guest is', () => {
        const week = answerOf({ from: '2027-03-01', at: officeHours, people: PEOPLE });
        const picked = suggest(week.slots, { zone: NEW_YORK, now });

        expect(aloud(picked, { guestZone: NEW_YORK })).toBe(
            'Today at 9, tomorrow at 9, or Wednesday at 9, your time'
        );
    });

    it('proposes times of one day some hours apart when there is only one day', () => {
        const day = answerOf({ from: '2027-03-03', days: 1, at: officeHours, people: PEOPLE });
        const picked = suggest(day.slots, { zone: BERLIN, now });

        expect(aloud(picked, { guestZone: BERLIN })).toBe('Wednesday at 9, 11, or 1');
    });

    it('follows what the guest says', () => {
        const week = answerOf({ from: '2027-03-01', at: officeHours, people: PEOPLE });
        const narrowing = { ...ANY_TIME, dayPart: 'afternoon', weekdays: [2, 3] };
        const picked = suggest(week.slots, { zone: BERLIN, now, narrowing });

        expect(aloud(picked, { guestZone: BERLIN })).toBe('Tomorrow at 1 or Wednesday at 1');
    });

    it('proposes one time of a day rather than two that are hardly a choice', () => {
        const slots = slotsAt('2027-03-03T18:30:00Z', '2027-03-03T18:45:00Z');
        const picked = suggest(slots, { zone: BERLIN, now });

        expect(picked).toEqual(slots.slice(0, 1));
    });

    it('proposes other days before a second time of the same day', () => {
        const slots = slotsAt(
            '2027-03-03T08:00:00Z',
            '2027-03-03T13:00:00Z',
            '2027-03-04T08:00:00Z'
        );
        const picked = suggest(slots, { zone: BERLIN, now });

        expect(aloud(picked, { guestZone: BERLIN })).toBe('Wednesday at 9 or Thursday at 9');
    });

    it('prefers days with welcome hours to an earlier day without', () => {
        const slots = slotsAt(
            '2027-03-02T18:00:00Z',
            '2027-03-03T09:00:00Z',
            '2027-03-05T13:00:00Z'
        );
        const picked = suggest(slots, { zone: BERLIN, now });

        expect(aloud(picked, { guestZone: BERLIN })).toBe('Wednesday at 10 or Friday at 2');
    });

    it('proposes the night only when there is nothing else', () => {
        const night = slotsAt('2027-03-03T02:00:00Z');

        expect(suggest(night, { zone: BERLIN, now })).toEqual(night);
        const day = slotsAt('2027-03-04T09:00:00Z');
        expect(suggest([...night, ...day], { zone: BERLIN, now })).toEqual(day);
    });

    it('says times in the guest’s zone, and whose time it is', () => {
        const slots = slotsAt('2027-03-02T20:00:00Z', '2027-03-03T15:30:00Z');

        expect(aloud(slots, { guestZone: NEW_YORK })).toBe(
            'Tomorrow at 3 or Wednesday at 10:30, your time'
        );
        expect(aloud(slotsAt('2027-03-02T10:00:00Z'), { guestZone: '' })).toBe(
            'Tomorrow at 11, Berlin time'
        );
    });

    it('says the date with all of them when one is a week or more ahead, and only two', () => {
        const slots = slotsAt(
            '2027-03-07T09:00:00Z',
            '2027-03-08T09:00:00Z',
            '2027-03-09T09:00:00Z'
        );
        const picked = suggest(slots, { zone: BERLIN, now });

        expect(picked).toHaveLength(2);
        expect(aloud(picked, { guestZone: BERLIN })).toBe(
            'Sunday, March 7 at 10 or Monday, March 8 at 10'
        );
    });

    it('says nothing when there is nothing to propose', () => {
        expect(suggest([], { zone: BERLIN, now })).toEqual([]);
        expect(aloud([], { guestZone: BERLIN })).toBe('');
    });

    it.each([
        ['2027-03-04T14:00:00Z', 'Thursday at 3'],
        ['2027-03-04T14:30:00Z', 'Thursday at 3:30'],
        ['2027-03-04T11:00:00Z', 'Thursday at 12 noon'],
        ['2027-03-04T18:00:00Z', 'Thursday at 7 in the evening'],
        ['2027-03-04T06:30:00Z', 'Thursday at 7:30 in the morning'],
        ['2027-03-08T14:00:00Z', 'Monday, March 8 at 3']
    ])('says %s as %s', (instant, text) => {
        expect(plain(spokenTime(instant, { zone: BERLIN, locale: LOCALE, now }))).toBe(text);
    });

    it.each([
        ['de-DE', '2027-03-04T14:00:00Z', 'Donnerstag at 15 Uhr'],
        ['de-DE', '2027-03-04T14:30:00Z', 'Donnerstag at 15:30'],
        ['fr-FR', '2027-03-04T14:00:00Z', 'jeudi at 15 h'],
        ['en-GB', '2027-03-04T14:00:00Z', 'Thursday at 15:00']
    ])('writes the clock as %s does', (locale, instant, text) => {
        expect(plain(spokenTime(instant, { zone: BERLIN, locale, now }))).toBe(text);
    });

    it('proposes no time that is over', () => {
        expect(suggest(slotsAt('2027-03-01T07:30:00Z'), { zone: BERLIN, now })).toEqual([]);
    });
});
