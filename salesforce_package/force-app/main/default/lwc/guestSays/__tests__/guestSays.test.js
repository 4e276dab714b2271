import { createElement } from 'lwc';
import GuestSays from 'c/guestSays';
import { ANY_TIME } from 'c/bookingTimes';

function draw(properties = {}) {
    const element = createElement('c-guest-says', { is: GuestSays });
    Object.assign(element, properties);
    document.body.appendChild(element);
    return element;
}

function all(element, selector) {
    return [...element.shadowRoot.querySelectorAll(selector)];
}

function buttons(element) {
    return all(element, 'c-toggle-buttons').flatMap((group) => all(group, 'button'));
}

function button(element, text) {
    return buttons(element).find((each) => each.textContent === text);
}

function listen(element) {
    const handler = jest.fn();
    element.addEventListener('narrowingchange', handler);
    return () => handler.mock.calls.map(([event]) => event.detail.narrowing);
}

const SAID = { dayPart: 'morning', weekdays: [4, 2], notBefore: '2027-03-08' };

describe('c-guest-says', () => {
    afterEach(() => {
        document.body.replaceChildren();
    });

    it('renders parts of the day, weekdays and a date when there is room', async () => {
        const element = draw();

        expect(buttons(element).map((each) => each.textContent)).toEqual([
            'Mornings',
            'Afternoons',
            'Mon',
            'Tue',
            'Wed',
            'Thu',
            'Fri'
        ]);
        // Named as they are seen: who says “click Mon” is understood.
        expect(buttons(element)[2].getAttribute('aria-label')).toBeNull();
        expect(all(element, '.chip')).toEqual([]);
        await expect(element).toBeAccessible();
    });

    it('renders nothing to choose when it is folded', () => {
        const element = draw({ isFolded: true });

        expect(all(element, 'button, c-toggle-buttons, c-date-field')).toEqual([]);
    });

    it('renders what was said as chips that can be removed, also when it is folded', async () => {
        const element = draw({ narrowing: SAID, isFolded: true });

        expect(all(element, '.chip').map((chip) => chip.getAttribute('aria-label'))).toEqual([
            'Remove: Mornings',
            'Remove: Tuesday',
            'Remove: Thursday',
            'Remove: Not before Mon, Mar 8'
        ]);
        await expect(element).toBeAccessible();
    });

    it.each([
        [0, { ...SAID, dayPart: '' }],
        [1, { ...SAID, weekdays: [4] }],
        [2, { ...SAID, weekdays: [2] }],
        [3, { ...SAID, notBefore: '' }]
    ])('takes back what chip %i says', (index, narrowing) => {
        const element = draw({ narrowing: SAID });
        const said = listen(element);
        all(element, '.chip')[index].click();

        expect(said()).toEqual([narrowing]);
        expect(element.shadowRoot.activeElement).not.toBeNull();
    });

    it('says mornings, and takes it back with a second press', () => {
        const element = draw();
        const said = listen(element);
        button(element, 'Mornings').click();
        element.narrowing = { ...ANY_TIME, dayPart: 'morning' };
        button(element, 'Mornings').click();

        expect(said().map(({ dayPart }) => dayPart)).toEqual(['morning', '']);
    });

    it('says a weekday beside another one', () => {
        const element = draw({ narrowing: { ...ANY_TIME, weekdays: [2] } });
        const said = listen(element);
        expect(button(element, 'Tue').getAttribute('aria-pressed')).toBe('true');
        button(element, 'Thu').click();

        expect(said()).toEqual([{ ...ANY_TIME, weekdays: [2, 4] }]);
    });

    it.each([
        ['2027-03-08', '2027-03-08'],
        ['', '']
    ])('says a first date of "%s"', (value, notBefore) => {
        const element = draw();
        const said = listen(element);
        all(element, 'c-date-field')[0].dispatchEvent(
            new CustomEvent('datechoose', { detail: { date: value } })
        );

        expect(said()).toEqual([{ ...ANY_TIME, notBefore }]);
    });

    it('says any time again', () => {
        const element = draw({ narrowing: SAID });
        const said = listen(element);
        all(element, '.chips .slds-button')[0].click();

        expect(said()).toEqual([{ ...ANY_TIME }]);
    });
});
