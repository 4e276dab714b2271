import { createElement } from 'lwc';
import GuestZone from 'c/guestZone';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

function draw(properties = {}) {
    const element = createElement('c-guest-zone', { is: GuestZone });
    Object.assign(element, { timeZone: NEW_YORK, organizerZone: BERLIN, ...properties });
    document.body.appendChild(element);
    return element;
}

function find(element, selector) {
    return element.shadowRoot.querySelector(selector);
}

function options(element) {
    return [...element.shadowRoot.querySelectorAll('[role="option"]')];
}

async function open(element) {
    find(element, '.change').click();
    await Promise.resolve();
}

async function type(element, text) {
    const input = find(element, 'input');
    input.value = text;
    input.dispatchEvent(new CustomEvent('input'));
    await Promise.resolve();
}

async function press(element, key) {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
    find(element, 'input').dispatchEvent(event);
    await Promise.resolve();
    return event;
}

function listen(element) {
    const handler = jest.fn();
    element.addEventListener('zonechange', handler);
    return handler;
}

describe('c-guest-zone', () => {
    beforeEach(() => {
        jest.useFakeTimers({ now: Date.parse('2027-03-02T12:00:00Z') });
    });

    afterEach(() => {
        jest.useRealTimers();
        document.body.replaceChildren();
    });

    it('renders the zone and what time it is there when the zone is known', async () => {
        const element = draw();

        expect(find(element, '.value').textContent.replace(/\u202f/g, ' ')).toBe(
            'New York (GMT-5), 7:00 AM there now'
        );
        jest.useRealTimers();
        await expect(element).toBeAccessible();
    });

    it('renders that times are the organizer’s when the zone is not known', () => {
        expect(find(draw({ timeZone: '' }), '.value').textContent).toBe(
            'not known, so times are yours'
        );
        expect(find(draw({ timeZone: 'Moon/Base' }), '.value').textContent).toContain('not known');
    });

    it('renders the record’s zone and the organizer’s own first when it opens', async () => {
        const element = draw({ recordZone: 'Asia/Tokyo' });
        await open(element);

        const texts = options(element).map((option) => option.textContent);
        expect(texts[0]).toContain('Tokyo (GMT+9)');
        expect(texts[0]).toContain('from the record');
        expect(texts[1]).toContain('Berlin (GMT+1)');
        expect(texts[1]).toContain('yours');
        expect(element.shadowRoot.activeElement).toBe(find(element, 'input'));
        jest.useRealTimers();
        await expect(element).toBeAccessible();
    });

    it.each([
        ['new yo', 'New York'],
        ['pacific time', 'Los Angeles'],
        ['são', 'Sao Paulo'],
        ['kolk', 'Kolkata'],
        ['calcutta', 'Kolkata'],
        ['kyiv', 'Kyiv']
    ])('finds by %s the zone %s', async (text, place) => {
        const element = draw();
        await open(element);
        await type(element, text);

        const found = options(element).map((option) => option.textContent);
        expect(found.some((each) => each.startsWith(place))).toBe(true);
    });

    it('says so when no zone has such a name', async () => {
        const element = draw();
        await open(element);
        await type(element, 'atlantis');

        expect(options(element)).toEqual([]);
        expect(find(element, '.found').textContent).toBe(
            'No time zone has “atlantis” in its name.'
        );
    });

    it('chooses by keyboard and gives the focus back', async () => {
        const element = draw({ recordZone: 'Asia/Tokyo' });
        const handler = listen(element);
        await open(element);
        await press(element, 'ArrowDown');
        expect(options(element)[1].getAttribute('aria-selected')).toBe('true');
        expect(find(element, 'input').getAttribute('aria-activedescendant')).toBe(
            options(element)[1].id
        );
        await press(element, 'Enter');

        expect(handler.mock.calls[0][0].detail).toEqual({ timeZone: BERLIN });
        expect(options(element)).toEqual([]);
        expect(element.shadowRoot.activeElement).toBe(find(element, '.change'));
    });

    it('chooses by a click', async () => {
        const element = draw();
        const handler = listen(element);
        await open(element);
        await type(element, 'tokyo');
        options(element)[0].click();

        expect(handler.mock.calls[0][0].detail).toEqual({ timeZone: 'Asia/Tokyo' });
    });

    it('closes with Escape without closing what it stands in', async () => {
        const element = draw();
        const outside = jest.fn();
        const handler = listen(element);
        element.addEventListener('keydown', outside);
        await open(element);
        const event = await press(element, 'Escape');

        expect(options(element)).toEqual([]);
        expect(event.defaultPrevented).toBe(true);
        expect(outside).not.toHaveBeenCalled();
        expect(handler).not.toHaveBeenCalled();
    });
});
