import { createElement } from 'lwc';
import TimesBar from 'c/timesBar';

const EVENTS = ['step', 'today', 'nextfree', 'datechoose', 'viewchoose', 'unfold'];

describe('c-times-bar', () => {
    let element;
    let told;

    function show(properties = {}) {
        element = createElement('c-times-bar', { is: TimesBar });
        Object.assign(element, { periodText: 'Mar 1 – 5', nextFreeLabel: 'Next', ...properties });
        told = [];
        for (const name of EVENTS) {
            element.addEventListener(name, ({ detail }) => told.push([name, detail]));
        }
        document.body.appendChild(element);
    }

    const find = (selector) => element.shadowRoot.querySelector(selector);
    const tell = (selector, name, detail) =>
        find(selector).dispatchEvent(new CustomEvent(name, { detail }));

    afterEach(() => {
        document.body.replaceChildren();
    });

    it('renders what is shown and the ways on', async () => {
        show({ goToDate: '2027-03-01' });

        expect(find('h3').textContent).toBe('Mar 1 – 5');
        expect(find('.previous').alternativeText).toBe('Previous week');
        expect(find('.next').alternativeText).toBe('Next week');
        expect(find('.next-free').label).toBe('Next');
        expect(find('c-date-field').value).toBe('2027-03-01');
        expect(find('.views').options.map((each) => each.isPressed)).toEqual([true, false]);
        await expect(element).toBeAccessible();
    });

    it('renders a day’s ways, and no choice of views where there is room for one', () => {
        show({ isDay: true, isNarrow: true });

        expect(find('.previous').alternativeText).toBe('Previous day');
        expect(find('.next').alternativeText).toBe('Next day');
        expect(find('.views')).toBeNull();
        expect(find('.bar').className).toBe('bar bar_narrow');
    });

    it.each([
        [false, 'false', 'utility:chevrondown'],
        [true, 'true', 'utility:chevronup']
    ])('renders what is rarely used behind a button: shown %p', (isUnfolded, expanded, icon) => {
        show({ isTight: true, isUnfolded });

        expect(find('c-date-field')).toBeNull();
        expect(find('.narrow-down').getAttribute('aria-expanded')).toBe(expanded);
        expect(find('.narrow-down lightning-icon').iconName).toBe(icon);
    });

    it('tells where one wants to go', () => {
        show();
        tell('.previous', 'click');
        tell('.next', 'click');
        tell('.today', 'click');
        tell('.next-free', 'click');
        tell('c-date-field', 'datechoose', { date: '2027-03-08' });
        tell('.views', 'press', { value: 'day' });

        expect(told).toEqual([
            ['step', { steps: -1 }],
            ['step', { steps: 1 }],
            ['today', null],
            ['nextfree', null],
            ['datechoose', { date: '2027-03-08' }],
            ['viewchoose', { isDay: true }]
        ]);
    });

    it('tells that the rest is to show, and gives the focus', () => {
        show({ isTight: true });
        find('.narrow-down').click();
        expect(told).toEqual([['unfold', null]]);

        element.focus();
        expect(element.shadowRoot.activeElement).toBe(find('h3'));
        element.focusNarrowDown();
        expect(element.shadowRoot.activeElement).toBe(find('.narrow-down'));
    });

    it('keeps the focus where it is without that button', () => {
        show();
        element.focus();
        element.focusNarrowDown();

        expect(element.shadowRoot.activeElement).toBe(find('h3'));
    });
});
