import { createElement } from 'lwc';
import HostList from 'c/hostList';

const flush = () => Promise.resolve();

const NAMES = ['Ada', 'Bo', 'Cy', 'Dee', 'Eva', 'Flo', 'Gus', 'José'];

function entriesOf(names, reasons = {}) {
    return names.map((name) => ({
        hostId: `id-${name}`,
        name,
        clock: '9:00 AM in London',
        platformName: 'Zoom',
        platformIcon: 'utility:video',
        reason: reasons[name] || ''
    }));
}

describe('c-host-list', () => {
    let element;
    let chosen;

    async function show(properties) {
        element = createElement('c-host-list', { is: HostList });
        Object.assign(element, { label: 'Choose the host' }, properties);
        chosen = [];
        element.addEventListener('hostchange', (event) => chosen.push(event.detail.hostId));
        document.body.appendChild(element);
        await flush();
    }

    afterEach(() => {
        document.body.removeChild(element);
    });

    const rows = () => [...element.shadowRoot.querySelectorAll('[role="option"]')];
    const names = () => rows().map((row) => row.querySelector('.name').textContent);
    const row = (name) => rows().find((each) => each.dataset.id === `id-${name}`);
    const search = () => element.shadowRoot.querySelector('input');
    const focused = () => element.shadowRoot.activeElement;
    const tabStops = () => rows().filter((each) => each.getAttribute('tabindex') === '0');

    async function press(target, key) {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        target.dispatchEvent(event);
        await flush();
        return event;
    }

    async function type(text) {
        search().value = text;
        search().dispatchEvent(new InputEvent('input'));
        await flush();
    }

    it('renders each host with clock and platform in words', async () => {
        await show({ entries: entriesOf(['Ada']) });

        expect(row('Ada').textContent).toContain('9:00 AM in London');
        expect(row('Ada').textContent).toContain('Zoom');
    });

    it('marks the chosen host and tells nobody when it is clicked again', async () => {
        await show({ entries: entriesOf(['Ada', 'Bo']), selectedHostId: 'id-Bo' });

        expect(rows().map((each) => each.getAttribute('aria-selected'))).toEqual(['false', 'true']);
        row('Bo').click();

        expect(chosen).toEqual([]);
    });

    it('tells the host that is clicked', async () => {
        await show({ entries: entriesOf(['Ada', 'Bo']) });

        row('Bo').click();

        expect(chosen).toEqual(['id-Bo']);
    });

    describe('when a host cannot be booked', () => {
        beforeEach(() =>
            show({ entries: entriesOf(['Ada', 'Bo'], { Ada: 'has not connected a calendar' }) })
        );

        it('renders the reason in words', () => {
            expect(row('Ada').getAttribute('aria-disabled')).toBe('true');
            expect(row('Ada').textContent).toContain('has not connected a calendar');
        });

        it('cannot be chosen by mouse or keyboard', async () => {
            row('Ada').click();
            await press(row('Ada'), 'Enter');
            await press(row('Ada'), ' ');

            expect(chosen).toEqual([]);
        });

        it('can be reached by keyboard, for the reason', async () => {
            row('Bo').focus();
            await press(row('Bo'), 'ArrowUp');

            expect(focused()).toBe(row('Ada'));
        });
    });

    describe('by keyboard', () => {
        it('is one tab stop: the chosen host, or the first who can be booked', async () => {
            await show({ entries: entriesOf(['Ada', 'Bo', 'Cy'], { Ada: 'is ill' }) });
            expect(tabStops()).toEqual([row('Bo')]);

            element.selectedHostId = 'id-Cy';
            await flush();

            expect(tabStops()).toEqual([row('Cy')]);
        });

        it('goes through the list without choosing, and chooses with Enter and blank', async () => {
            await show({ entries: entriesOf(['Ada', 'Bo', 'Cy']) });

            row('Ada').focus();
            await press(row('Ada'), 'ArrowDown');
            expect(focused()).toBe(row('Bo'));
            await press(row('Bo'), 'End');
            expect(focused()).toBe(row('Cy'));
            await press(row('Cy'), 'Home');
            expect(focused()).toBe(row('Ada'));
            expect(chosen).toEqual([]);
            await press(row('Ada'), 'Enter');
            await press(row('Bo'), ' ');

            expect(chosen).toEqual(['id-Ada', 'id-Bo']);
        });
    });

    describe('search', () => {
        it('renders none when there are fewer than 8 hosts', async () => {
            await show({ entries: entriesOf(NAMES.slice(0, 7)) });

            expect(search()).toBeNull();
        });

        it('narrows the list as one types, accents or not, and counts', async () => {
            await show({ entries: entriesOf(NAMES) });

            await type('jose');

            expect(names()).toEqual(['José']);
            expect(element.shadowRoot.querySelector('[role="status"]').textContent).toBe(
                '1 of 8 hosts'
            );
        });

        it('says when nobody is called so', async () => {
            await show({ entries: entriesOf(NAMES) });

            await type('zzz');

            expect(rows()).toHaveLength(0);
            expect(element.shadowRoot.querySelector('[role="status"]').textContent).toContain(
                'No host is called “zzz”'
            );
        });

        it('goes from the field to the list and back with arrow keys', async () => {
            await show({ entries: entriesOf(NAMES) });

            search().focus();
            await press(search(), 'ArrowDown');
            expect(focused()).toBe(row('Ada'));
            await press(row('Ada'), 'ArrowUp');

            expect(focused()).toBe(search());
        });

        it('takes the first found who can be booked with Enter, but nobody untyped', async () => {
            await show({ entries: entriesOf(NAMES, { Eva: 'is ill' }) });

            await press(search(), 'Enter');
            expect(chosen).toEqual([]);
            await type('e');
            await press(search(), 'Enter');

            expect(chosen).toEqual(['id-Dee']);
        });

        it('goes back to the field when one types in the list', async () => {
            await show({ entries: entriesOf(NAMES) });
            row('Ada').focus();

            await press(row('Ada'), 'b');

            expect(focused()).toBe(search());
        });

        it('is emptied by Escape, which closes nothing else', async () => {
            await show({ entries: entriesOf(NAMES) });
            await type('ada');

            const event = await press(search(), 'Escape');

            expect(event.defaultPrevented).toBe(true);
            expect(search().value).toBe('');
            expect((await press(search(), 'Escape')).defaultPrevented).toBe(false);
        });

        it('starts there when it is given the focus', async () => {
            await show({ entries: entriesOf(NAMES) });

            element.focus();

            expect(focused()).toBe(search());
        });
    });

    it('draws no more than 40 of many, and says how many there are more', async () => {
        const many = Array.from({ length: 200 }, (none, position) => `Host ${position}`);
        await show({ entries: entriesOf(many) });

        expect(rows()).toHaveLength(40);
        expect(element.shadowRoot.textContent).toContain('160 more. Type a name to find them.');
        await type('Host 199');
        expect(names()).toEqual(['Host 199']);
    });

    it('is accessible', async () => {
        await show({
            entries: entriesOf(NAMES, { Ada: 'has not connected a calendar' }),
            selectedHostId: 'id-Bo'
        });

        await expect(element).toBeAccessible();
    });
});
