import { createElement } from 'lwc';
import GuestEmails from 'c/guestEmails';

const flush = () => Promise.resolve();

describe('c-guest-emails', () => {
    let element;
    let told;

    async function show(properties = {}) {
        element = createElement('c-guest-emails', { is: GuestEmails });
        Object.assign(element, properties);
        told = [];
        element.addEventListener('addresseschange', (event) => told.push(event.detail));
        document.body.appendChild(element);
        await flush();
    }

    afterEach(() => {
        document.body.removeChild(element);
    });

    const all = (selector) => [...element.shadowRoot.querySelectorAll(selector)];
    const field = () => element.shadowRoot.querySelector('input');
    const list = () => element.shadowRoot.querySelector('c-pill-list');
    const inList = (selector) => (list() ? [...list().shadowRoot.querySelectorAll(selector)] : []);
    const pills = () => inList('.text').map((each) => each.textContent);
    const faults = () => all('[role="alert"] p').map((each) => each.textContent);
    const notice = () => element.shadowRoot.querySelector('[role="status"]').textContent;
    const last = () => told[told.length - 1];

    /** The whole text is in the field; its last character is what was just typed. */
    async function type(text) {
        field().value = text;
        field().setSelectionRange(text.length, text.length);
        const data = text.slice(-1);
        field().dispatchEvent(new InputEvent('input', { data, bubbles: true }));
        await flush();
    }

    async function press(target, key) {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        target.dispatchEvent(event);
        await flush();
        return event;
    }

    async function paste(text) {
        const event = new CustomEvent('paste', { bubbles: true, cancelable: true });
        event.clipboardData = { getData: () => text };
        field().dispatchEvent(event);
        await flush();
        return event;
    }

    describe('typing', () => {
        it('makes a pill of an address when Enter is pressed', async () => {
            await show();

            await type('ada@x.example');
            expect(pills()).toEqual([]);
            const event = await press(field(), 'Enter');

            expect(event.defaultPrevented).toBe(true);
            expect(pills()).toEqual(['ada@x.example']);
            expect(field().value).toBe('');
            expect(told).toEqual([{ addresses: ['ada@x.example'], invalid: [] }]);
        });

        it.each([[','], [';'], [' ']])('makes a pill when %j ends an address', async (sign) => {
            await show();

            await type(`ada@x.example${sign}`);

            expect(pills()).toEqual(['ada@x.example']);
        });

        it('waits with a blank that stands in a name', async () => {
            await show();

            await type('Ada ');
            expect(faults()).toEqual([]);
            await type('Ada <ada@x.example>,');

            expect(pills()).toEqual(['ada@x.example']);
        });

        it('takes a finished address when the field is left', async () => {
            await show();

            await type('ada@x.example');
            field().dispatchEvent(new FocusEvent('blur'));
            await flush();

            expect(pills()).toEqual(['ada@x.example']);
        });

        it('takes what stands in the field when it is told to', async () => {
            await show();
            await type('ada@x.example');

            expect(element.commit()).toBe(true);
            expect(last().addresses).toEqual(['ada@x.example']);
        });
    });

    describe('a wrong address', () => {
        it('stays in the field with what is wrong', async () => {
            await show();

            await type('ada@x');
            await press(field(), 'Enter');

            expect(field().value).toBe('ada@x');
            expect(faults()).toEqual(['ada@x needs a dot after the @, as in name@example.com.']);
            expect(field().getAttribute('aria-invalid')).toBe('true');
            expect(last()).toEqual({ addresses: [], invalid: ['ada@x'] });
            expect(element.commit()).toBe(false);
        });

        it('is forgotten as soon as it is corrected', async () => {
            await show();
            await type('ada@x,');

            await type('ada@x.');

            expect(faults()).toEqual([]);
            expect(last()).toEqual({ addresses: [], invalid: [] });
        });

        it('leaves the right ones of a list as pills', async () => {
            await show();

            await paste('ada@x.example, bob, cy@z.example');

            expect(pills()).toEqual(['ada@x.example', 'cy@z.example']);
            expect(field().value).toBe('bob');
            expect(faults()).toHaveLength(1);
        });

        it('is not taken apart while one of several is corrected', async () => {
            await show();
            await paste('bob, cy');

            await type('bob@x.ex, cy');

            expect(pills()).toEqual([]);
            expect(field().value).toBe('bob@x.ex, cy');
        });

        it('is counted rather than named when there are many', async () => {
            await show();

            await paste('a;b;c;d;e');

            expect(faults()).toHaveLength(4);
            expect(faults()[3]).toBe('and 2 more to correct.');
        });
    });

    describe('pasting', () => {
        it('takes lists with names, semicolons and line ends', async () => {
            await show();

            const event = await paste('a@x.example, Name <b@y.example>; c@z.example\nd@w.example');

            expect(event.defaultPrevented).toBe(true);
            expect(pills()).toEqual(['a@x.example', 'b@y.example', 'c@z.example', 'd@w.example']);
            expect(notice()).toBe('4 guests added.');
        });

        it('leaves a single address to the field', async () => {
            await show();

            const event = await paste('ada@x.example');

            expect(event.defaultPrevented).toBe(false);
        });
    });

    describe('an address that is there already', () => {
        it('is dropped with a word, upper case or not', async () => {
            await show({ addresses: ['ada@x.example'] });

            await type('Ada@X.example,');

            expect(pills()).toEqual(['ada@x.example']);
            expect(field().value).toBe('');
            expect(notice()).toBe('Ada@X.example is invited already.');
        });

        it('is dropped when it is the primary guest', async () => {
            await show({ elsewhere: ['guest@x.example', ''] });

            await paste('guest@x.example; ada@x.example');

            expect(pills()).toEqual(['ada@x.example']);
        });
    });

    it('keeps those that are more than the most in the field', async () => {
        await show({ most: 2 });

        await paste('a@x.example;b@x.example;c@x.example');

        expect(pills()).toEqual(['a@x.example', 'b@x.example']);
        expect(field().value).toBe('c@x.example');
        expect(faults()).toEqual(['2 more guests are the most. Remove one to add another.']);
        expect(last().invalid).toEqual(['c@x.example']);
    });

    describe('removing', () => {
        const buttons = () => inList('button');
        const focused = () => {
            const { activeElement } = element.shadowRoot;
            return activeElement === list() ? list().shadowRoot.activeElement : activeElement;
        };

        beforeEach(() => show({ addresses: ['a@x.example', 'b@x.example', 'c@x.example'] }));

        it('removes a pill by click, and says so', async () => {
            buttons()[1].click();
            await flush();

            expect(pills()).toEqual(['a@x.example', 'c@x.example']);
            expect(last().addresses).toEqual(['a@x.example', 'c@x.example']);
            expect(notice()).toBe('b@x.example removed.');
        });

        it.each([['Delete'], ['Backspace']])('removes by %s and goes on', async (key) => {
            buttons()[1].focus();
            await press(buttons()[1], key);

            expect(pills()).toEqual(['a@x.example', 'c@x.example']);
            expect(focused().getAttribute('aria-label')).toBe('Remove c@x.example');
        });

        it('gives the focus back to the field when the last pill is gone', async () => {
            for (let left = 3; left > 0; left -= 1) {
                buttons()[0].focus();
                await press(buttons()[0], 'Delete');
            }

            expect(pills()).toEqual([]);
            expect(focused()).toBe(field());
        });

        it('goes between pills and field with arrow keys', async () => {
            field().focus();
            await press(field(), 'ArrowLeft');
            expect(focused()).toBe(buttons()[2]);
            await press(buttons()[2], 'ArrowLeft');
            expect(focused()).toBe(buttons()[1]);
            await press(buttons()[1], 'Home');
            expect(focused()).toBe(buttons()[0]);
            await press(buttons()[0], 'End');
            await press(buttons()[2], 'ArrowRight');
            expect(focused()).toBe(field());
        });

        it('goes from the empty field to the last pill with Backspace, removing nothing', async () => {
            field().focus();
            await press(field(), 'Backspace');

            expect(focused()).toBe(buttons()[2]);
            expect(pills()).toHaveLength(3);
        });

        it('is one tab stop for all pills', () => {
            expect(buttons().map((each) => each.getAttribute('tabindex'))).toEqual([
                '0',
                '-1',
                '-1'
            ]);
        });
    });

    it('marks the address that the service refused, until it is removed', async () => {
        await show({
            addresses: ['a@x.example', 'b@x.example'],
            refused: 'b@x.example',
            refusedBecause: 'b@x.example cannot be invited.'
        });
        expect(faults()).toEqual(['b@x.example cannot be invited.']);
        expect(inList('.pill_wrong')).toHaveLength(1);

        inList('button')[1].click();
        await flush();

        expect(faults()).toEqual([]);
    });

    it('never changes the list that it was given', async () => {
        const given = Object.freeze(['a@x.example']);
        await show({ addresses: given });

        await type('b@x.example,');

        expect(given).toEqual(['a@x.example']);
        expect(last().addresses).toEqual(['a@x.example', 'b@x.example']);
    });

    it('is accessible, empty, filled and with a fault', async () => {
        await show();
        await expect(element).toBeAccessible();
        await paste('a@x.example;b@x.example;c');
        await expect(element).toBeAccessible();
    });
});
