import { createElement } from 'lwc';
import PillList from 'c/pillList';

const PILLS = ['a', 'b', 'c'].map((each) => ({ key: each, text: each.toUpperCase() }));

describe('c-pill-list', () => {
    let element;
    let told;

    function show(properties = {}) {
        element = createElement('c-pill-list', { is: PillList });
        Object.assign(element, { label: 'Guests', pills: PILLS, ...properties });
        told = [];
        for (const name of ['remove', 'leave']) {
            element.addEventListener(name, ({ detail }) => told.push([name, detail]));
        }
        document.body.appendChild(element);
    }

    const buttons = () => [...element.shadowRoot.querySelectorAll('button')];
    const focused = () => element.shadowRoot.activeElement;

    function press(position, key) {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        buttons()[position].dispatchEvent(event);
        return event;
    }

    afterEach(() => {
        document.body.replaceChildren();
    });

    it('renders each with a button named for what it removes', async () => {
        show({ pills: [...PILLS.slice(0, 2), { key: 'c', text: 'C', isWrong: true }] });

        expect(buttons().map((each) => each.getAttribute('aria-label'))).toEqual([
            'Remove A',
            'Remove B',
            'Remove C'
        ]);
        expect(element.shadowRoot.querySelectorAll('.pill_wrong')).toHaveLength(1);
        expect(element.shadowRoot.querySelector('ul').getAttribute('aria-label')).toBe('Guests');
        await expect(element).toBeAccessible();
    });

    it('tells which is to be taken out', () => {
        show();
        buttons()[1].click();

        expect(told).toEqual([['remove', { key: 'b', position: 1 }]]);
    });

    it('is a stop of the Tab key at each, where arrows do not walk', () => {
        show();
        const event = press(1, 'Delete');

        expect(buttons().map((each) => each.tabIndex)).toEqual([0, 0, 0]);
        expect(event.defaultPrevented).toBe(false);
        expect(told).toEqual([]);
    });

    it('is one stop where arrows walk: the one that had the focus last', async () => {
        show({ isWalked: true });
        expect(buttons().map((each) => each.tabIndex)).toEqual([0, -1, -1]);

        element.focusAt(2);
        await Promise.resolve();
        expect(buttons().map((each) => each.tabIndex)).toEqual([-1, -1, 0]);
        element.pills = PILLS.slice(0, 2);
        await Promise.resolve();
        expect(buttons().map((each) => each.tabIndex)).toEqual([-1, 0]);
    });

    it.each([
        ['ArrowLeft', 1, 0],
        ['ArrowLeft', 0, 0],
        ['ArrowRight', 1, 2],
        ['Home', 2, 0],
        ['End', 0, 2]
    ])('walks by %s from %i to %i', (key, from, to) => {
        show({ isWalked: true });
        press(from, key);

        expect(focused()).toBe(buttons()[to]);
    });

    it('is left behind the last, and removes by key', () => {
        show({ isWalked: true });
        press(2, 'ArrowRight');
        press(0, 'Delete');
        press(1, 'Backspace');

        expect(told).toEqual([
            ['leave', null],
            ['remove', { key: 'a', position: 0 }],
            ['remove', { key: 'b', position: 1 }]
        ]);
    });

    it('gives the focus to the last when there are fewer, and says when there are none', () => {
        show();
        expect(element.focusAt(7)).toBe(true);
        expect(focused()).toBe(buttons()[2]);

        show({ pills: [] });
        expect(element.focusAt(0)).toBe(false);
    });
});
