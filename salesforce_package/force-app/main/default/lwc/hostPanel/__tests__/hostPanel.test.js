import { createElement } from 'lwc';
import HostPanel from 'c/hostPanel';

const NOW = Date.parse('2026-11-23T14:05:20Z');
const SLOT_AT = '2026-11-24T10:00:00Z';

const NO_CALENDAR = { code: 'no_calendar', detail: 'has not connected a calendar' };
const BROKEN = { code: 'broken', detail: 'the calendar has to be connected again' };

const person = (name, more = {}) => ({
    host_id: `id-${name}`,
    name,
    time_zone: 'Europe/London',
    platforms: ['zoom', 'none'],
    default_platform: 'zoom',
    ...more
});

const HOSTS = [
    person('Ada'),
    person('Bo', { unavailable: NO_CALENDAR }),
    person('Cy', { time_zone: 'America/New_York', default_platform: 'google_meet' })
];

const flush = () => Promise.resolve();

describe('c-host-panel', () => {
    let element;
    let told;

    beforeEach(() => {
        jest.useFakeTimers({ now: NOW });
    });

    afterEach(() => {
        element.remove();
        jest.useRealTimers();
    });

    async function show(properties = {}) {
        element = createElement('c-host-panel', { is: HostPanel });
        Object.assign(element, { hosts: HOSTS, timeZone: 'Europe/London' }, properties);
        told = [];
        const note = (event) => told.push([event.type, event.detail]);
        ['hostchange', 'cohostschange', 'showallchange'].forEach((name) =>
            element.addEventListener(name, note)
        );
        document.body.appendChild(element);
        await flush();
    }

    const find = (selector) => element.shadowRoot.querySelector(selector);
    const list = () => find('c-host-list');
    const entry = (name) => list().entries.find((each) => each.name === name);
    const picker = () => find('c-co-host-picker');
    const state = () => (find('.state') ? find('.state').textContent : '');
    const toggle = () => find('button[aria-pressed]');
    const text = () => element.shadowRoot.textContent;

    it('renders what is awaited while the hosts are being asked for', async () => {
        await show({ isLoading: true, hosts: [] });

        expect(text()).toContain('Looking up who can host…');
        expect(list()).toBeNull();
    });

    describe('when the organizer chooses', () => {
        it('renders each host with present local time and platform', async () => {
            await show();

            expect(entry('Ada').clock).toBe('2:05 PM in London');
            expect(entry('Cy').clock).toBe('9:05 AM in New York');
            expect(entry('Cy').platformName).toBe('Google Meet');
        });

        it('keeps the clocks going, and stops when it is gone', async () => {
            await show();

            jest.advanceTimersByTime(40 * 1000);
            await flush();
            expect(entry('Ada').clock).toBe('2:06 PM in London');

            element.remove();
            expect(jest.getTimerCount()).toBe(0);
        });

        it('renders why somebody cannot be booked, from the list or from the calendars', async () => {
            await show({ people: [person('Cy', { unavailable: BROKEN })] });

            expect(entry('Ada').reason).toBe('');
            expect(entry('Bo').reason).toBe('has not connected a calendar');
            expect(entry('Cy').reason).toBe('the calendar has to be connected again');
        });

        it('says what to do when none of them can be booked', async () => {
            await show({ hosts: [person('Bo', { unavailable: NO_CALENDAR })] });

            expect(text()).toContain('None of them can be booked right now.');
        });

        it('tells who was chosen', async () => {
            await show();

            list().dispatchEvent(new CustomEvent('hostchange', { detail: { hostId: 'id-Ada' } }));

            expect(told).toEqual([['hostchange', { hostId: 'id-Ada' }]]);
        });

        it('renders the problem when there is nobody', async () => {
            await show({ hosts: [], nobodyBecause: 'nobody is set up' });

            const problem = find('c-booking-problem');
            expect(problem.heading).toBe('Nobody can host this meeting');
            expect(problem.problem.message).toBe(
                'There is no host for this record: nobody is set up.'
            );
        });
    });

    describe('show all user availability', () => {
        it('renders the toggle only when the service allows it', async () => {
            await show();
            expect(toggle()).toBeNull();

            element.canShowAll = true;
            await flush();

            expect(toggle().textContent).toContain('Show all user availability');
            expect(toggle().getAttribute('aria-pressed')).toBe('false');
        });

        it('tells when it is pressed and when it is released', async () => {
            await show({ canShowAll: true });
            toggle().click();
            element.allHosts = true;
            await flush();
            toggle().click();

            expect(told).toEqual([
                ['showallchange', { allHosts: true }],
                ['showallchange', { allHosts: false }]
            ]);
            expect(toggle().getAttribute('aria-pressed')).toBe('true');
        });

        it('says that any of those who can be booked counts, and shows nobody as chosen', async () => {
            await show({ canShowAll: true, allHosts: true, selectedHostId: 'id-Ada' });

            expect(state()).toContain('Times when any of the 2 hosts is free.');
            expect(list().selectedHostId).toBe('');
        });

        it('tells of a host once, whatever that ends', async () => {
            await show({
                canShowAll: true,
                allHosts: true,
                coHosts: HOSTS,
                coHostIds: ['id-Cy', 'id-Ada']
            });

            list().dispatchEvent(new CustomEvent('hostchange', { detail: { hostId: 'id-Cy' } }));

            expect(told).toEqual([['hostchange', { hostId: 'id-Cy' }]]);
        });

        describe('after a time was chosen', () => {
            beforeEach(() =>
                show({
                    canShowAll: true,
                    allHosts: true,
                    slotHostIds: ['id-Cy'],
                    slotStartAt: SLOT_AT,
                    timeZone: 'Europe/London'
                })
            );

            it('asks who takes it', () => {
                expect(state()).toBe('Free at Tue, Nov 24, 10:00 AM: choose who takes it');
            });

            it('offers those who are free then, first; the others with the reason', () => {
                expect(list().entries.map((each) => [each.name, each.reason])).toEqual([
                    ['Cy', ''],
                    ['Ada', 'is not free then'],
                    ['Bo', 'has not connected a calendar']
                ]);
            });

            it('tells who takes it, and stays with all', () => {
                list().dispatchEvent(
                    new CustomEvent('hostchange', { detail: { hostId: 'id-Cy' } })
                );

                expect(told).toEqual([['hostchange', { hostId: 'id-Cy' }]]);
            });
        });

        it('greys nobody for the chosen time when one host is looked at', async () => {
            await show({ canShowAll: true, slotHostIds: ['id-Cy'], selectedHostId: 'id-Cy' });

            expect(entry('Ada').reason).toBe('');
        });
    });

    describe('when the record names the host', () => {
        it('renders the host and where it comes from', async () => {
            await show({ rule: 'lookup', hosts: [person('Ada')] });

            expect(list()).toBeNull();
            expect(find('.card').textContent).toContain('Ada');
            expect(find('.card').textContent).toContain('2:05 PM in London');
            expect(find('.card').textContent).toContain('The record names the host');
        });

        it('renders what is wrong when they cannot be booked', async () => {
            await show({ rule: 'lookup', hosts: [person('Ada', { unavailable: NO_CALENDAR })] });

            expect(find('.card').textContent).toContain('Ada has not connected a calendar.');
        });

        it('renders the problem when the record names nobody', async () => {
            await show({ rule: 'lookup', hosts: [], nobodyBecause: 'the record has no owner' });

            expect(find('c-booking-problem').problem.message).toContain('the record has no owner');
        });
    });

    it('renders a host who is always the same, and says so', async () => {
        await show({ rule: 'fixed', hosts: [HOSTS[0]] });

        expect(find('.card').textContent).toContain('Ada');
        expect(text()).toContain('This booking type always has the same host.');
        expect(list()).toBeNull();
    });

    describe('further parts in the meeting', () => {
        const PARTS = [
            { key: 'se', name: 'Solution engineer' },
            { key: 'law', name: 'Lawyer' }
        ];
        const rolesOf = (...people) => [
            { ...PARTS[0], people },
            { ...PARTS[1], people: [person('Lu')] }
        ];
        const parts = () =>
            [...element.shadowRoot.querySelectorAll('.parts li')].map((each) => each.textContent);

        it('renders who attends as well, before anybody was asked', async () => {
            await show({ panelRoles: PARTS });

            expect(text()).toContain('Also attends');
            expect(parts()).toEqual([
                'Solution engineer, whoever is free',
                'Lawyer, whoever is free'
            ]);
            jest.useRealTimers();
            await expect(element).toBeAccessible();
        });

        it('renders nothing where there are none', async () => {
            await show();

            expect(text()).not.toContain('Also attends');
        });

        it('renders whom nobody can get, and that nobody is left', async () => {
            const away = person('Sam', { unavailable: NO_CALENDAR });
            await show({ panelRoles: PARTS, roles: rolesOf(away, person('Su')) });
            expect(parts()[0]).toBe(
                'Solution engineer, whoever is freeSam has not connected a calendar.'
            );

            element.roles = rolesOf(away);
            await flush();
            expect(parts()[0]).toContain('Nobody can take this part right now');
            expect(parts()[1]).toBe('Lawyer, whoever is free');
        });

        it('leaves it to the times to say who is left out, where there is little room', async () => {
            const away = person('Sam', { unavailable: NO_CALENDAR });
            await show({ panelRoles: PARTS, roles: rolesOf(away, person('Su')), isNarrow: true });

            expect(text()).not.toContain('has not connected');
        });
    });

    describe('when the time comes first', () => {
        it('renders that the host follows, and whom nobody can get', async () => {
            await show({ rule: 'time_first' });

            expect(state()).toBe('You see the host once you choose a time.');
            expect(find('.card')).toBeNull();
            expect(text()).toContain('Bo has not connected a calendar.');
        });

        it('renders the first in line after the time, and how many others are free', async () => {
            await show({ rule: 'time_first', slotHostIds: ['id-Cy', 'id-Ada'] });

            expect(state()).toBe('First in line who is free then:');
            expect(find('.card .name').textContent).toBe('Cy');
            expect(text()).toContain('1 other host is free then as well.');
        });

        it('renders nothing of others when there are none', async () => {
            await show({ rule: 'time_first', slotHostIds: ['id-Cy'] });

            expect(text()).not.toContain('free then as well');
        });
    });

    describe('co-hosts', () => {
        const WITH = { coHostsAllowed: true, coHostsMost: 2, coHosts: HOSTS };

        it('renders none when the booking type does not allow them', async () => {
            await show({ coHosts: HOSTS });

            expect(picker()).toBeNull();
        });

        it('leaves the host out of those who can be added', async () => {
            await show({ ...WITH, selectedHostId: 'id-Ada' });
            expect(picker().entries.map((each) => each.name)).toEqual(['Bo', 'Cy']);

            element.rule = 'lookup';
            element.hosts = [person('Cy')];
            await flush();

            expect(picker().entries.map((each) => each.name)).toEqual(['Ada', 'Bo']);
        });

        it('renders why somebody cannot be added', async () => {
            await show({ ...WITH, people: [person('Cy', { unavailable: BROKEN })] });

            expect(picker().entries.map((each) => each.reason)).toEqual([
                '',
                'has not connected a calendar',
                'the calendar has to be connected again'
            ]);
        });

        it('tells who was added', async () => {
            await show(WITH);

            picker().dispatchEvent(
                new CustomEvent('cohostschange', { detail: { coHostIds: ['id-Cy'] } })
            );

            expect(told).toEqual([['cohostschange', { coHostIds: ['id-Cy'] }]]);
        });
    });

    describe('where there is little room', () => {
        const NARROW = { isNarrow: true, canShowAll: true };

        it('renders the chosen host in place of the list, with a way to another', async () => {
            await show({ ...NARROW, selectedHostId: 'id-Cy' });

            expect(list()).toBeNull();
            expect(toggle()).toBeNull();
            expect(find('.card').textContent).toContain('9:05 AM in New York');
            find('.change').click();
            await flush();
            expect(list().selectedHostId).toBe('id-Cy');
            expect(toggle()).not.toBeNull();
            expect(element.shadowRoot.activeElement).toBe(list());
        });

        it('keeps the focus where the host is changed when one is chosen', async () => {
            await show(NARROW);
            list().dispatchEvent(new CustomEvent('hostchange', { detail: { hostId: 'id-Ada' } }));
            element.selectedHostId = 'id-Ada';
            await flush();

            expect(list()).toBeNull();
            expect(element.shadowRoot.activeElement).toBe(find('.change'));
        });

        it.each([
            ['nobody is chosen', {}],
            ['who is chosen cannot be booked', { selectedHostId: 'id-Bo' }],
            ['everyone’s times are shown', { selectedHostId: 'id-Ada', allHosts: true }]
        ])('renders the list when %s', async (name, properties) => {
            await show({ ...NARROW, ...properties });

            expect(list()).not.toBeNull();
        });

        it('renders nobody to change to when there is only one', async () => {
            await show({ ...NARROW, hosts: [person('Ada')], selectedHostId: 'id-Ada' });

            expect(find('.card').textContent).toContain('Ada');
            expect(find('.change')).toBeNull();
        });

        it('leaves it to the times to say who is left out', async () => {
            await show({ rule: 'time_first' });
            expect(find('.left-out').textContent).toContain('Bo has not connected a calendar');

            element.isNarrow = true;
            await flush();
            expect(find('.left-out')).toBeNull();
        });
    });

    it('counts those who are left out beyond the first six', async () => {
        const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
        const hosts = names.map((name) => person(name, { unavailable: NO_CALENDAR }));
        await show({ rule: 'time_first', hosts });

        expect(find('.left-out').querySelectorAll('li')).toHaveLength(7);
        expect(find('.left-out').textContent).toContain('and 2 more');
    });

    it('does not offer everyone’s times where there is one host', async () => {
        await show({ hosts: [person('Ada')], canShowAll: true });

        expect(toggle()).toBeNull();
    });

    it.each([['choice'], ['lookup'], ['time_first']])('is accessible for %s', async (rule) => {
        jest.useRealTimers();
        await show({
            rule,
            canShowAll: true,
            coHostsAllowed: true,
            coHostsMost: 2,
            coHosts: HOSTS,
            slotHostIds: rule === 'time_first' ? ['id-Ada'] : null
        });

        await expect(element).toBeAccessible();
    });
});
