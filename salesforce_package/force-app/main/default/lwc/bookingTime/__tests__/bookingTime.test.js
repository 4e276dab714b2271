import {
    addDays,
    allZones,
    dateIn,
    dateText,
    dayShift,
    daysBetween,
    daysText,
    formerZoneName,
    dayText,
    instantAt,
    instantsAt,
    isDate,
    isSameClock,
    isZone,
    knownLocale,
    mondayOf,
    offsetMinutes,
    offsetText,
    partsIn,
    placeText,
    shortDateTimeText,
    spanText,
    startOfDay,
    timeText,
    toMs,
    toUtcText,
    weekdayOf,
    weekOf,
    zoneNameNow,
    zoneNameText,
    zoneText
} from 'c/bookingTime';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const KOLKATA = 'Asia/Kolkata';
const LORD_HOWE = 'Australia/Lord_Howe';
const HOUR = 3600000;

/** Intl writes narrow no-break spaces and thin ones; a test reads better without. */
function plain(text) {
    return text.replace(/[\u00a0\u2009\u202f]/g, ' ');
}

function utc(...instants) {
    return instants.map((instant) => toUtcText(instant));
}

describe('c-booking-time: what the clock shows', () => {
    it.each([
        [BERLIN, '2027-03-28T00:59:00Z', '2027-03-28', 1, 59, 60],
        [BERLIN, '2027-03-28T01:00:00Z', '2027-03-28', 3, 0, 120],
        [BERLIN, '2026-10-25T00:30:00Z', '2026-10-25', 2, 30, 120],
        [BERLIN, '2026-10-25T01:30:00Z', '2026-10-25', 2, 30, 60],
        [NEW_YORK, '2027-03-14T07:00:00Z', '2027-03-14', 3, 0, -240],
        [NEW_YORK, '2027-03-15T03:30:00Z', '2027-03-14', 23, 30, -240],
        [KOLKATA, '2027-03-14T18:30:00Z', '2027-03-15', 0, 0, 330],
        [LORD_HOWE, '2026-10-03T15:30:00Z', '2026-10-04', 2, 30, 660],
        [LORD_HOWE, '2026-10-03T15:29:00Z', '2026-10-04', 1, 59, 630]
    ])('shows in %s at %s %s %i:%i, %i minutes ahead', (zone, at, date, hour, minute, offset) => {
        const parts = partsIn(at, zone);

        expect(parts).toMatchObject({ date, hour, minute, offsetMinutes: offset });
        expect(parts.minutes).toBe(hour * 60 + minute);
    });

    it('counts weekdays from Monday and gives year, month and day', () => {
        const parts = partsIn('2027-03-28T12:00:00Z', BERLIN);

        expect(parts).toMatchObject({ year: 2027, month: 3, day: 28, weekday: 7 });
        expect(offsetMinutes('2027-03-28T12:00:00Z', BERLIN)).toBe(120);
    });

    it('says the date of a zone, which need not be that of UTC', () => {
        expect(dateIn('2027-03-30T23:30:00Z', BERLIN)).toBe('2027-03-31');
        expect(dateIn('2027-03-30T03:30:00Z', NEW_YORK)).toBe('2027-03-29');
    });
});

describe('c-booking-time: the instant of what the clock shows', () => {
    it.each([
        [BERLIN, '2027-03-28', 1, 59, ['2027-03-28T00:59:00Z']],
        [BERLIN, '2027-03-28', 2, 30, []],
        [BERLIN, '2027-03-28', 3, 0, ['2027-03-28T01:00:00Z']],
        [BERLIN, '2026-10-25', 2, 0, ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z']],
        [NEW_YORK, '2027-03-14', 2, 15, []],
        [NEW_YORK, '2026-11-01', 1, 30, ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z']],
        [KOLKATA, '2027-03-15', 0, 0, ['2027-03-14T18:30:00Z']],
        [LORD_HOWE, '2026-10-04', 2, 15, []],
        [LORD_HOWE, '2027-04-04', 1, 45, ['2027-04-03T14:45:00Z', '2027-04-03T15:15:00Z']],
        [LORD_HOWE, '2027-04-04', 1, 15, ['2027-04-03T14:15:00Z']]
    ])('in %s on %s at %i:%i', (zone, date, hour, minute, instants) => {
        expect(utc(...instantsAt({ date, hour, minute }, zone))).toEqual(instants);
    });

    it('is the first instant after the jump when the clock jumps over it', () => {
        const inGap = { year: 2027, month: 3, day: 28, hour: 2, minute: 30 };

        expect(utc(instantAt(inGap, BERLIN))).toEqual(['2027-03-28T01:00:00Z']);
        expect(utc(instantAt({ date: '2026-10-04', hour: 2, minute: 10 }, LORD_HOWE))).toEqual([
            '2026-10-03T15:30:00Z'
        ]);
    });

    it('is the first of two unless the second is asked for', () => {
        const parts = { date: '2026-10-25', hour: 2, minute: 30 };

        expect(utc(instantAt(parts, BERLIN))).toEqual(['2026-10-25T00:30:00Z']);
        expect(utc(instantAt(parts, BERLIN, { isSecond: true }))).toEqual(['2026-10-25T01:30:00Z']);
    });

    it('gives back every quarter of an hour of a year, whatever the zone', () => {
        const start = Date.UTC(2026, 8, 1);
        for (const zone of [BERLIN, NEW_YORK, KOLKATA, LORD_HOWE, 'Africa/Casablanca']) {
            for (let ms = start; ms < start + 250 * 24 * HOUR; ms += 2 * HOUR + 15 * 60000) {
                expect(instantsAt(partsIn(ms, zone), zone)).toContain(ms);
            }
        }
    });
});

describe('c-booking-time: days and weeks', () => {
    it('adds days to dates across months, years and clock changes', () => {
        expect(addDays('2027-02-28', 1)).toBe('2027-03-01');
        expect(addDays('2027-01-01', -1)).toBe('2026-12-31');
        expect(addDays('2027-03-27', 2)).toBe('2027-03-29');
        expect(daysBetween('2027-03-27', '2027-03-29')).toBe(2);
        expect(daysBetween('2027-03-29', '2027-03-27')).toBe(-2);
    });

    it('finds weekdays and the Monday of a week', () => {
        expect(weekdayOf('2027-03-28')).toBe(7);
        expect(mondayOf('2027-03-28')).toBe('2027-03-22');
        expect(mondayOf('2027-03-22')).toBe('2027-03-22');
    });

    it('tells dates from other texts', () => {
        expect(isDate('2027-03-28')).toBe(true);
        expect(isDate('2027-3-28')).toBe(false);
        expect(isDate('')).toBe(false);
        expect(isDate(undefined)).toBe(false);
    });

    it.each([
        [BERLIN, '2027-03-28', '2027-03-21T23:00:00Z', '2027-03-28T22:00:00Z', 167],
        [BERLIN, '2026-10-25', '2026-10-18T22:00:00Z', '2026-10-25T23:00:00Z', 169],
        [NEW_YORK, '2027-03-14', '2027-03-08T05:00:00Z', '2027-03-15T04:00:00Z', 167],
        [KOLKATA, '2027-03-17', '2027-03-14T18:30:00Z', '2027-03-21T18:30:00Z', 168],
        [LORD_HOWE, '2026-10-04', '2026-09-27T13:30:00Z', '2026-10-04T13:00:00Z', 167.5]
    ])('bounds the week in %s of %s', (zone, date, startsAt, endsAt, hours) => {
        const week = weekOf(date, zone);

        expect(utc(week.startsAt, week.endsAt)).toEqual([startsAt, endsAt]);
        expect((week.endsAt - week.startsAt) / HOUR).toBe(hours);
        expect(week.dates).toHaveLength(7);
        expect(weekdayOf(week.dates[0])).toBe(1);
    });

    it('takes the week of an instant by the calendar of the zone', () => {
        // Sunday evening in New York is Monday morning in Kolkata.
        expect(weekOf('2027-03-15T01:00:00Z', NEW_YORK).dates[0]).toBe('2027-03-08');
        expect(weekOf('2027-03-15T01:00:00Z', KOLKATA).dates[0]).toBe('2027-03-15');
    });

    it('begins a day at its first instant where midnight does not exist', () => {
        expect(utc(startOfDay('2026-09-06', 'America/Santiago'))).toEqual(['2026-09-06T04:00:00Z']);
        expect(
            partsIn(startOfDay('2026-09-06', 'America/Santiago'), 'America/Santiago')
        ).toMatchObject({ date: '2026-09-06', hour: 1 });
        expect(dateIn(startOfDay('2011-12-30', 'Pacific/Apia'), 'Pacific/Apia')).toBe('2011-12-31');
    });

    it('says by how many days another zone is off', () => {
        expect(dayShift('2027-03-29T22:30:00Z', NEW_YORK, BERLIN)).toBe(1);
        expect(dayShift('2027-03-29T22:30:00Z', BERLIN, NEW_YORK)).toBe(-1);
        expect(dayShift('2027-03-29T12:00:00Z', BERLIN, NEW_YORK)).toBe(0);
    });

    it('knows zones whose clocks agree at that time of the year', () => {
        expect(isSameClock('2027-01-15T12:00:00Z', BERLIN, 'Africa/Lagos')).toBe(true);
        expect(isSameClock('2027-07-15T12:00:00Z', BERLIN, 'Africa/Lagos')).toBe(false);
    });
});

describe('c-booking-time: texts', () => {
    const at = '2027-03-30T13:30:00Z';

    it('writes times as the locale does, in the zone that is named', () => {
        expect(plain(timeText(at, BERLIN, 'en-US'))).toBe('3:30 PM');
        expect(timeText(at, BERLIN, 'de-DE')).toBe('15:30');
        expect(plain(timeText(at, KOLKATA, 'en-US'))).toBe('7:00 PM');
    });

    it('writes days in several lengths', () => {
        expect(dateText(at, BERLIN, 'en-US')).toBe('Tuesday, March 30, 2027');
        expect(dayText('2027-03-30', 'en-US', 'medium')).toBe('Tuesday, March 30');
        expect(dayText('2027-03-30', 'en-US', 'short')).toBe('Tue, Mar 30');
        expect(dayText('2027-03-30', 'de-DE', 'weekday')).toBe('Dienstag');
        expect(dateText('2027-03-30T23:30:00Z', BERLIN, 'en-GB', 'medium')).toBe(
            'Wednesday 31 March'
        );
    });

    it('writes day and time together, and spans', () => {
        expect(plain(shortDateTimeText(at, BERLIN, 'en-US'))).toBe('Tue, Mar 30, 3:30 PM');
        const end = '2027-03-30T14:00:00Z';
        expect(plain(spanText(at, end, BERLIN, 'en-US'))).toBe('3:30 – 4:00 PM');
        expect(plain(daysText('2027-03-29', '2027-04-02', 'en-US'))).toBe('Mar 29 – Apr 2, 2027');
    });

    it('names zones by place and offset, as the offset is then', () => {
        expect(zoneText(NEW_YORK, at, 'en-US')).toBe('New York (GMT-4)');
        expect(zoneText(NEW_YORK, '2027-01-15T12:00:00Z', 'en-US')).toBe('New York (GMT-5)');
        expect(zoneText('UTC', at, 'en-US')).toBe('UTC');
        expect(placeText('America/Argentina/Buenos_Aires')).toBe('Buenos Aires');
        expect(offsetText(at, KOLKATA, 'en-US')).toBe('GMT+5:30');
        expect(zoneNameText(NEW_YORK, at, 'en-US')).toBe('Eastern Time');
    });

    it('takes Salesforce spelling of a locale, and US English for what Intl does not know', () => {
        expect(knownLocale('de_DE')).toBe('de-DE');
        expect(knownLocale('not a locale')).toBe('en-US');
        expect(knownLocale(undefined)).toBe('en-US');
        expect(timeText(at, BERLIN, 'de_DE')).toBe('15:30');
    });

    it('writes instants for the service and reads them back', () => {
        expect(toUtcText(toMs('2027-03-30T15:30:00+02:00'))).toBe(at);
        expect(toMs(toMs(at))).toBe(toMs(at));
    });

    it('lists zones by the names that they have now', () => {
        expect(allZones()).toEqual(expect.arrayContaining([KOLKATA, 'Europe/Kyiv']));
        expect(allZones()).not.toContain('Asia/Calcutta');
        expect(allZones()).not.toContain('Europe/Kiev');
        expect(allZones().filter((zone) => !isZone(zone))).toEqual([]);
        expect(zoneNameNow('Asia/Calcutta')).toBe(KOLKATA);
        expect(zoneNameNow(BERLIN)).toBe(BERLIN);
        expect(formerZoneName(KOLKATA)).toBe('Asia/Calcutta');
        expect(formerZoneName(BERLIN)).toBe('');
    });

    it('knows which zones exist', () => {
        expect(isZone(BERLIN)).toBe(true);
        expect(isZone('Europe/Atlantis')).toBe(false);
        expect(isZone('')).toBe(false);
        expect(allZones()).toEqual(expect.arrayContaining([BERLIN, 'UTC']));
    });
});
