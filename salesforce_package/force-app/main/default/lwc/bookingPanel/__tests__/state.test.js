import * as flows from '../state';

const NINE = '2026-11-24T09:00:00Z';
const TEN = '2026-11-24T10:00:00Z';

const ANA = aPerson('005ANA', 'Ana', 'zoom');
const BEN = aPerson('005BEN', 'Ben', 'google_meet');
const EVE = aPerson('005EVE', 'Eve', 'microsoft_teams');

function aPerson(hostId, name, platform) {
    return {
        host_id: hostId,
        name,
        time_zone: 'Europe/London',
        platforms: ['zoom', platform, 'none'],
        default_platform: platform
    };
}

function aType(hostRule, more = {}) {
    return {
        booking_type_id: `type-${hostRule}`,
        name: 'Intro call',
        durations_minutes: [30, 60],
        host_rule: hostRule,
        platform_rule: 'organizer_choice',
        guest: { email: 'guest@example.com', name: 'Gil', time_zone: 'America/Chicago' },
        ...more
    };
}

function aSlot(startAt, ...people) {
    return { start_at: startAt, end_at: startAt, host_ids: people.map((each) => each.host_id) };
}

function aFlow(hostRule, { hosts = [ANA, BEN], coHosts = [ANA, BEN, EVE] } = {}) {
    const offered = { offered: [aType(hostRule)] };
    const flow = flows.typesLoaded(flows.begin(), offered);
    return flows.hostsLoaded(flow, { rule: hostRule, hosts, co_hosts: coHosts });
}

let keys;
const makeKey = () => `key-${(keys += 1)}`;

beforeEach(() => {
    keys = 0;
});

describe('booking types', () => {
    it('goes straight on when one is offered', () => {
        const flow = flows.typesLoaded(flows.begin(), { offered: [aType('choice')] });

        expect(flow.step).toBe('times');
        expect(flow.durationMinutes).toBe(30);
        expect(flow.guestTimeZone).toBe('America/Chicago');
        expect(flow.draft.guestEmail).toBe('guest@example.com');
    });

    it('lets choose when several are offered, and when none is', () => {
        const both = flows.typesLoaded(flows.begin(), {
            offered: [aType('choice'), aType('lookup')]
        });
        const none = flows.typesLoaded(flows.begin(), { offered: [] });

        expect([both.step, none.step]).toEqual(['types', 'types']);
    });

    it('goes back from a single one, and forgets the time that belonged to it', () => {
        const chosen = flows.timeChosen(aFlow('lookup'), aSlot(NINE, ANA));

        const flow = flows.typesAgain(chosen);

        expect(flow.step).toBe('types');
        expect(flow.slot).toBeNull();
    });

    it('keeps what was typed when another one is chosen, but not what was prefilled', () => {
        let flow = aFlow('choice');
        flow = flows.draftChanged(flow, {
            ...flow.draft,
            notes: 'Wants a demo',
            guestName: 'Gilda'
        });

        const other = aType('lookup', { guest: { email: 'second@example.com', name: 'Sam' } });
        flow = flows.typeChosen(flows.typesAgain(flow), other);

        expect(flow.draft.notes).toBe('Wants a demo');
        expect(flow.draft.guestName).toBe('Gilda');
        expect(flow.draft.guestEmail).toBe('second@example.com');
    });
});

describe('the host', () => {
    it('is chosen before times are asked for, where the organizer chooses', () => {
        const flow = aFlow('choice');
        expect(flows.canAskTimes(flow)).toBe(false);

        const chosen = flows.hostChosen(flow, BEN.host_id);

        expect(flows.canAskTimes(chosen)).toBe(true);
        expect(flows.hostIdForTimes(chosen)).toBe(BEN.host_id);
        expect(flows.freeHostIds(flows.timeChosen(chosen, aSlot(NINE, BEN)))).toBeNull();
    });

    it('is the single one at once', () => {
        expect(aFlow('choice', { hosts: [BEN] }).hostId).toBe(BEN.host_id);
    });

    it('is the given one, for whom the service asks by itself', () => {
        const flow = aFlow('lookup', { hosts: [ANA] });

        expect(flows.hostOf(flow)).toBe(ANA);
        expect(flows.hostIdForTimes(flow)).toBe('');
    });

    it('needs no answer about hosts before times, where the record or the time decides', () => {
        for (const rule of ['fixed', 'time_first']) {
            const flow = flows.typesLoaded(flows.begin(), { offered: [aType(rule)] });
            expect(flows.canAskTimes(flow)).toBe(true);
        }
    });

    it('is the first in line who is free, where the time comes first', () => {
        const flow = aFlow('time_first');
        expect(flows.hostOf(flow)).toBeNull();

        const timed = flows.timeChosen(flow, aSlot(NINE, BEN, ANA));

        expect(flows.hostOf(timed)).toBe(BEN);
        expect(timed.isDetailsOpen).toBe(true);
        expect(flows.freeHostIds(timed)).toEqual([BEN.host_id, ANA.host_id]);
    });

    it('is decided on as the service says for this record, once it has said so', () => {
        const flow = flows.typesLoaded(flows.begin(), { offered: [aType('lookup')] });
        expect(flows.canAskTimes(flow)).toBe(false);

        const left = flows.hostsLoaded(flow, { rule: 'choice', hosts: [ANA, BEN], co_hosts: [] });
        expect(flows.ruleOf(left)).toBe('choice');
        expect(flows.canAskTimes(left)).toBe(false);
        expect(flows.isHostGiven(left)).toBe(false);

        const fixed = flows.hostsLoaded(flow, { rule: 'fixed', hosts: [BEN], co_hosts: [] });
        expect(flows.isHostGiven(fixed)).toBe(true);
        expect(flows.hostOf(fixed)).toBe(BEN);
        expect(flows.canAskTimes(fixed)).toBe(true);
    });

    it('cannot be their own co-host', () => {
        const flow = flows.coHostsChosen(aFlow('choice'), [BEN.host_id, EVE.host_id]);

        const hosted = flows.hostChosen(flow, BEN.host_id);

        expect(hosted.coHostIds).toEqual([EVE.host_id]);
        expect(flows.possibleCoHosts(hosted)).toEqual([ANA, EVE]);
        expect(flows.coHostsChosen(hosted, [BEN.host_id]).coHostIds).toEqual([]);
    });
});

describe('the parts that whoever is free takes', () => {
    it('are known from the hosts’ answer, and better once times were read', () => {
        const asked = { key: 'se', name: 'Solution engineer', people: [EVE] };
        const read = { ...asked, people: [] };
        const flow = flows.hostsLoaded(aFlow('time_first'), { hosts: [ANA], panel: [asked] });
        expect(flows.rolesOf(flow)).toEqual([asked]);

        expect(flows.rolesOf(flows.peopleLoaded(flow, [], [read]))).toEqual([read]);
        expect(flows.rolesOf(flows.begin())).toEqual([]);
    });
});

describe('everybody’s times', () => {
    const all = () => flows.showAllChosen(aFlow('choice'), true);

    it('are asked for without a host', () => {
        const flow = flows.showAllChosen(flows.hostChosen(aFlow('choice'), ANA.host_id), true);

        expect(flows.canAskTimes(flow)).toBe(true);
        expect(flows.hostIdForTimes(flow)).toBe('');
    });

    it('leave the organizer to choose among several who are free', () => {
        const flow = flows.timeChosen(all(), aSlot(NINE, ANA, BEN));
        expect(flows.mustChooseAmongFree(flow)).toBe(true);
        expect(flow.isDetailsOpen).toBe(false);
        expect(flows.freeHostIds(flow)).toEqual([ANA.host_id, BEN.host_id]);

        const chosen = flows.hostChosen(flow, BEN.host_id);

        expect(chosen.isDetailsOpen).toBe(true);
        expect(chosen.allHosts).toBe(true);
        expect(flows.hostIdForTimes(chosen)).toBe('');
    });

    it('take the single one who is free', () => {
        const flow = flows.timeChosen(all(), aSlot(NINE, BEN));

        expect(flow.hostId).toBe(BEN.host_id);
        expect(flow.isDetailsOpen).toBe(true);
    });

    it('forget a host who is not free at the next time', () => {
        let flow = flows.timeChosen(all(), aSlot(NINE, ANA, BEN));
        flow = flows.hostChosen(flow, ANA.host_id);

        expect(flows.timeChosen(flow, aSlot(TEN, ANA, EVE)).hostId).toBe(ANA.host_id);
        expect(flows.timeChosen(flow, aSlot(TEN, BEN, EVE)).hostId).toBe('');
    });

    it('end when a host is chosen before a time', () => {
        const flow = flows.hostChosen(all(), ANA.host_id);

        expect(flow.allHosts).toBe(false);
        expect(flows.hostIdForTimes(flow)).toBe(ANA.host_id);
    });
});

describe('a chosen time', () => {
    const chosen = () =>
        flows.timeChosen(flows.hostChosen(aFlow('choice'), ANA.host_id), aSlot(NINE, ANA));

    it.each([
        ['another host', (flow) => flows.hostChosen(flow, BEN.host_id)],
        ['a co-host', (flow) => flows.coHostsChosen(flow, [EVE.host_id])],
        ['another duration', (flow) => flows.durationChosen(flow, 60)],
        ['everybody', (flow) => flows.showAllChosen(flow, true)]
    ])('is looked up again for %s', (_, change) => {
        const before = chosen();
        expect(flows.mustCheckTime(before, change(before))).toBe(true);
    });

    it('is not looked up again for the same, nor for a host among those who are free', () => {
        const before = chosen();
        expect(flows.mustCheckTime(before, flows.hostChosen(before, ANA.host_id))).toBe(false);

        const all = flows.showAllChosen(aFlow('choice'), true);
        const timed = flows.timeChosen(all, aSlot(NINE, ANA, BEN));
        expect(flows.mustCheckTime(timed, flows.hostChosen(timed, BEN.host_id))).toBe(false);
    });

    it('ends as much later as the meeting is longer', () => {
        const flow = flows.durationChosen(chosen(), 60);

        expect(flow.slot).toEqual({ ...aSlot(NINE, ANA), end_at: TEN });
    });

    it('is kept, with who is free now, when it still fits', () => {
        const longer = { ...aSlot(NINE, ANA), end_at: TEN };

        const flow = flows.timeChecked(flows.durationChosen(chosen(), 60), NINE, longer);

        expect(flow.slot).toBe(longer);
        expect(flow.isDetailsOpen).toBe(true);
    });

    it('is given up, and named, when it fits no more', () => {
        const flow = flows.timeChecked(chosen(), NINE, null);

        expect(flow.slot).toBeNull();
        expect(flow.isDetailsOpen).toBe(false);
        expect(flow.lost.start_at).toBe(NINE);
        expect(flow.draft.guestEmail).toBe('guest@example.com');
    });

    it('stays when the answer is about the time chosen before', () => {
        const flow = flows.timeChosen(chosen(), aSlot(TEN, ANA));
        expect(flows.timeChecked(flow, NINE, null)).toBe(flow);
    });

    it('does not open details that were closed', () => {
        const closed = flows.detailsClosed(chosen());
        expect(flows.timeChecked(closed, NINE, aSlot(NINE, ANA)).isDetailsOpen).toBe(false);
    });
});

describe('the wish', () => {
    const wish = (flow) => flows.wishOf(flow, '00QREC', 'Europe/London');
    const chosen = (rule) => {
        const flow = rule === 'choice' ? flows.hostChosen(aFlow(rule), ANA.host_id) : aFlow(rule);
        return flows.timeChosen(flow, aSlot(NINE, ANA));
    };

    it('says who, when, for whom and where', () => {
        let flow = flows.coHostsChosen(chosen('choice'), [EVE.host_id]);
        flow = flows.draftChanged(flow, {
            ...flow.draft,
            moreGuests: ['more@example.com'],
            platform: 'none',
            place: ' Room 1 ',
            notes: 'Call first'
        });

        expect(wish(flow)).toEqual({
            record_id: '00QREC',
            booking_type_id: 'type-choice',
            start_at: NINE,
            time_zone: 'America/Chicago',
            duration_minutes: 30,
            host_id: ANA.host_id,
            co_host_ids: [EVE.host_id],
            guests: [{ email: 'guest@example.com', name: 'Gil' }, { email: 'more@example.com' }],
            platform: 'none',
            place: 'Room 1',
            notes: 'Call first'
        });
    });

    it.each(['lookup', 'time_first'])('names no host for %s', (rule) => {
        expect(wish(chosen(rule))).not.toHaveProperty('host_id');
    });

    it.each(['host_default', 'fixed', 'none'])('names no platform for %s', (rule) => {
        const { bookingType, ...flow } = chosen('choice');
        const ruled = { ...flow, bookingType: { ...bookingType, platform_rule: rule } };

        expect(
            wish(flows.draftChanged(ruled, { ...flow.draft, platform: 'none' }))
        ).not.toHaveProperty('platform');
    });

    describe('of what the type asks for', () => {
        const FORM = [
            { key: 'budget', label: 'Budget', kind: 'number', value: '10' },
            { key: 'urgent', label: 'Urgent', kind: 'checkbox' },
            { key: 'about', label: 'About', kind: 'text' }
        ];
        const asking = (more = {}) => aType('time_first', { form: FORM, ...more });
        const begun = (type) => flows.typesLoaded(flows.begin(), { offered: [type] });
        const timed = (flow) => flows.timeChosen(flow, aSlot(NINE, ANA));
        const typed = (flow, answers) =>
            flows.draftChanged(flow, {
                ...flow.draft,
                answers: { ...flow.draft.answers, ...answers }
            });

        it('says the answers, those of the record first', () => {
            const flow = timed(begun(asking()));
            expect(flow.draft.answers).toEqual({ budget: '10', urgent: false, about: '' });
            expect(wish(flow).answers).toEqual({ budget: '10', urgent: 'false' });

            expect(wish(typed(flow, { budget: ' 20 ', urgent: true })).answers).toEqual({
                budget: '20',
                urgent: 'true'
            });
        });

        it('says nothing where nothing is asked', () => {
            const flow = timed(begun(aType('time_first')));

            expect(wish(flow)).not.toHaveProperty('answers');
            expect(wish(flow)).not.toHaveProperty('consent');
        });

        it('says the consent only where it was asked for and given', () => {
            const flow = timed(begun(asking({ consent_text: 'May we record this?' })));
            expect(wish(flow)).not.toHaveProperty('consent');

            const agreed = flows.draftChanged(flow, { ...flow.draft, hasConsent: true });
            expect(wish(agreed).consent).toBe(true);
            expect(wish(agreed).consent_text).toBe('May we record this?');
            const other = { ...agreed, bookingType: asking() };
            expect(wish(other)).not.toHaveProperty('consent');
            expect(wish(other)).not.toHaveProperty('consent_text');
        });

        it('takes the type as it is by now, keeps what was typed and asks consent anew', () => {
            const flow = typed(timed(begun(asking({ consent_text: 'Old.' }))), { about: 'A demo' });
            const given = { hasConsent: true, notes: 'Two teams', platform: 'none' };
            const agreed = flows.draftChanged(flow, { ...flow.draft, ...given });

            const offered = { offered: [aType('choice'), asking({ consent_text: 'New.' })] };
            const next = flows.typeRenewed(agreed, offered);

            expect(next.bookingType.consent_text).toBe('New.');
            expect(next.draft).toEqual({ ...agreed.draft, hasConsent: false });
            expect(next.offered).toEqual(offered);
            expect(next.slot).toEqual(flow.slot);
            expect(next.isDetailsOpen).toBe(true);
        });

        it('leaves a type as it was that is offered no more, without the consent', () => {
            const flow = timed(begun(asking({ consent_text: 'Old.' })));
            const agreed = flows.draftChanged(flow, { ...flow.draft, hasConsent: true });

            const next = flows.typeRenewed(agreed, { offered: [] });

            expect(next.bookingType).toEqual(flow.bookingType);
            expect(next.draft.hasConsent).toBe(false);
        });

        it('keeps what was typed for the same field of another type, and asks consent anew', () => {
            const other = asking({ booking_type_id: 'other' });
            const both = flows.typesLoaded(flows.begin(), { offered: [asking(), other] });
            let flow = typed(flows.typeChosen(both, asking()), { about: 'A demo', urgent: true });
            flow = flows.draftChanged(flow, { ...flow.draft, hasConsent: true });

            const next = flows.typeChosen(flows.typesAgain(flow), {
                ...other,
                form: [
                    { key: 'about', label: 'About', kind: 'text', value: 'Suggested' },
                    { key: 'budget', label: 'Budget', kind: 'number', value: '99' },
                    { key: 'urgent', label: 'Urgent', kind: 'text', value: 'soon' }
                ]
            });

            expect(next.draft.answers).toEqual({ about: 'A demo', budget: '99', urgent: 'soon' });
            expect(next.draft.hasConsent).toBe(false);
        });

        it('keeps it when the time is lost, and when details close', () => {
            const flow = typed(timed(begun(asking())), { about: 'A demo' });

            expect(flows.timeChecked(flow, NINE, null).draft.answers.about).toBe('A demo');
            expect(flows.detailsClosed(flow).draft.answers.about).toBe('A demo');
        });
    });

    it('names no platform when it is the default', () => {
        const flow = chosen('choice');
        const withPlatform = (platform) =>
            wish(flows.draftChanged(flow, { ...flow.draft, platform }));

        expect(withPlatform('zoom')).not.toHaveProperty('platform');
        expect(withPlatform('google_meet').platform).toBe('google_meet');
    });

    it('is in the organizer’s time zone when the guest’s is not known', () => {
        expect(wish(flows.guestZoneChosen(chosen('choice'), '')).time_zone).toBe('Europe/London');
    });
});

describe('an intent to book', () => {
    const ready = () => flows.timeChosen(aFlow('lookup'), aSlot(NINE, ANA));
    const begun = (flow) =>
        flows.bookingBegun(flow, flows.wishOf(flow, '00QREC', 'Europe/London'), makeKey);

    it('has one key, however often it is begun while it is on its way', () => {
        const once = begun(ready());
        expect(begun(once)).toBe(once);
    });

    it('keeps its key for the same wish after a refusal', () => {
        const refused = flows.bookingRefused(begun(ready()), { code: 'vendor_unavailable' });
        expect(begun(refused).intent.key).toBe('key-1');
    });

    it('gets another key for another wish after a refusal', () => {
        const refused = flows.bookingRefused(begun(ready()), { code: 'slot_taken' });
        const other = flows.alternativeChosen(refused, aSlot(TEN, ANA));
        expect(begun(other).intent.key).toBe('key-2');
    });

    it('gets another key when it was given up and is sent again', () => {
        const flow = flows.notBooked(flows.lookingBegun(begun(ready())));
        expect(begun(flow).intent.key).toBe('key-2');
    });

    it.each([
        ['sending', (flow) => flow],
        ['looking', flows.lookingBegun],
        ['unknown', flows.stillUnknown]
    ])('lets nothing be changed while it is %s', (_, go) => {
        const flow = go(begun(ready()));
        const changes = [
            flows.hostChosen(flow, BEN.host_id),
            flows.coHostsChosen(flow, [EVE.host_id]),
            flows.showAllChosen(flow, true),
            flows.durationChosen(flow, 60),
            flows.guestZoneChosen(flow, 'Asia/Tokyo'),
            flows.timeChosen(flow, aSlot(TEN, ANA)),
            flows.timeChecked(flow, NINE, null),
            flows.draftChanged(flow, {}),
            flows.detailsClosed(flow),
            flows.typesAgain(flow)
        ];
        for (const changed of changes) {
            expect(changed).toBe(flow);
        }
    });

    it('lets everything be changed after a refusal, without losing what was typed', () => {
        const refused = flows.bookingRefused(begun(ready()), { code: 'slot_taken' });

        const flow = flows.alternativeChosen(refused, aSlot(TEN, ANA));

        expect(flow.slot.start_at).toBe(TEN);
        expect(flow.problem).toBeNull();
        expect(flow.draft).toBe(refused.draft);
    });

    it('lets the organizer change something once it is known that it was not booked', () => {
        const flow = flows.changedAgain(flows.notBooked(begun(ready())));
        expect(flows.isLocked(flow)).toBe(false);
        expect(flows.isStage(flow, flows.NOT_BOOKED)).toBe(false);
    });

    it('is over once it is booked', () => {
        const flow = flows.booked(begun(ready()), { booking_id: 'b1' });
        expect([flow.step, flow.intent, flow.booking.booking_id]).toEqual(['done', null, 'b1']);
    });
});
