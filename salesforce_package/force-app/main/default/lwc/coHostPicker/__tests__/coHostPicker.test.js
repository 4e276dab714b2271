import { createElement } from 'lwc';
import CoHostPicker from 'c/coHostPicker';

const flush = async () => {
    await Promise.resolve();
    await Promise.resolve();
};

function entry(name, reason = '') {
    return { hostId: `id-${name}`, name, clock: '9:00 AM in London', reason };
}

const ENTRIES = [
    entry('Ada'),
    entry('Bo', 'has not connected a calendar'),
    entry('Cy'),
    entry('Dee')
];

describe('c-co-host-picker', () => {
    let element;
    let told;

    async function show(properties = {}) {
        element = createElement('c-co-host-picker', { is: CoHostPicker });
        Object.assign(element, { entries: ENTRIES, most: 3 }, properties);
        told = [];
        element.addEventListener('cohostschange', (event) => told.push(event.detail.coHostIds));
        document.body.appendChild(element);
        await flush();
    }

    afterEach(() => {
        document.body.removeChild(element);
    });

    const field = () => element.shadowRoot.querySelector('input');
    const options = () => [...element.shadowRoot.querySelectorAll('[role="option"]')];
    const option = (name) => options().find((each) => each.dataset.id === `id-${name}`);
    const list = () => element.shadowRoot.querySelector('c-pill-list');
    const inList = (selector) => [...list().shadowRoot.querySelectorAll(selector)];
    const pills = () => inList('.text').map((each) => each.textContent);
    const removers = () => inList('.remove');
    const text = () => element.shadowRoot.textContent;
    const focused = () => element.shadowRoot.activeElement;

    async function open() {
        field().focus();
        await flush();
    }

    async function press(key) {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        field().dispatchEvent(event);
        await flush();
        return event;
    }

    async function type(typed) {
        field().value = typed;
        field().dispatchEvent(new InputEvent('input'));
        await flush();
    }

    it('renders how many can be added at most', async () => {
        await show();

        expect(text()).toContain('Up to 3');
    });

    it('renders those who can be added when the field has the focus', async () => {
        await show();
        expect(options()).toHaveLength(0);
        expect(field().getAttribute('aria-expanded')).toBe('false');

        await open();

        expect(options()).toHaveLength(4);
        expect(field().getAttribute('aria-expanded')).toBe('true');
    });

    it('renders why somebody cannot be added, and does not add them', async () => {
        await show();
        await open();

        expect(option('Bo').getAttribute('aria-disabled')).toBe('true');
        expect(option('Bo').textContent).toContain('has not connected a calendar');
        option('Bo').click();
        await flush();

        expect(told).toEqual([]);
    });

    it('adds by click, keeps the focus in the field and says so', async () => {
        await show();
        await open();

        option('Cy').click();
        await flush();

        expect(told).toEqual([['id-Cy']]);
        expect(pills()).toEqual(['Cy']);
        expect(focused()).toBe(field());
        expect(text()).toContain('Cy added.');
        expect(options()).toHaveLength(0);
    });

    it('adds by keyboard: typed, then Enter', async () => {
        await show();
        await open();

        await type('dee');
        expect(options()).toHaveLength(1);
        await press('Enter');

        expect(told).toEqual([['id-Dee']]);
        expect(field().value).toBe('');
    });

    it('adds by arrow keys, which go round', async () => {
        await show();
        await open();

        await press('ArrowDown');
        expect(option('Ada').getAttribute('aria-selected')).toBe('true');
        await press('ArrowUp');
        expect(option('Dee').getAttribute('aria-selected')).toBe('true');
        expect(field().getAttribute('aria-activedescendant')).toBe(option('Dee').id);
        await press('Enter');

        expect(told).toEqual([['id-Dee']]);
    });

    it('adds nobody with Enter before somebody is picked', async () => {
        await show();
        await open();

        await press('Enter');

        expect(told).toEqual([]);
    });

    it('closes the list with Escape, and only the list', async () => {
        await show();
        await open();

        expect((await press('Escape')).defaultPrevented).toBe(true);
        expect(options()).toHaveLength(0);
        expect((await press('Escape')).defaultPrevented).toBe(false);
    });

    it('offers nobody twice', async () => {
        await show({ chosenIds: ['id-Ada'] });
        await open();

        expect(option('Ada')).toBeUndefined();
    });

    it('renders no field when the most are added, and gives the focus to the last of them', async () => {
        await show({ most: 2, chosenIds: ['id-Ada'] });
        await open();

        option('Cy').click();
        await flush();

        expect(field()).toBeNull();
        expect(text()).toContain('2 co-hosts are the most here');
        expect(focused()).toBe(list());
        expect(list().shadowRoot.activeElement).toBe(removers()[1]);
    });

    it('removes, gives the focus back to the field and says so', async () => {
        await show({ chosenIds: ['id-Ada', 'id-Cy'] });

        removers()[0].click();
        await flush();

        expect(told).toEqual([['id-Cy']]);
        expect(pills()).toEqual(['Cy']);
        expect(focused()).toBe(field());
        expect(text()).toContain('Ada removed.');
    });

    it('says of one who was added why they cannot attend', async () => {
        await show({ chosenIds: ['id-Bo'] });

        expect(text()).toContain('Bo has not connected a calendar.');
    });

    it('says when nobody else can be added', async () => {
        await show({ entries: [] });

        expect(field()).toBeNull();
        expect(text()).toContain('Nobody else is set up who could be added.');
    });

    it('says when nobody is called so', async () => {
        await show();
        await open();

        await type('zzz');

        expect(text()).toContain('Nobody is called “zzz”.');
    });

    it('never changes the list that it was given', async () => {
        const given = Object.freeze(['id-Ada']);
        await show({ chosenIds: given });
        await open();

        option('Cy').click();

        expect(told).toEqual([['id-Ada', 'id-Cy']]);
    });

    it('is accessible, closed and open', async () => {
        await show({ chosenIds: ['id-Ada'] });
        await expect(element).toBeAccessible();
        await open();
        await press('ArrowDown');
        await expect(element).toBeAccessible();
    });
});
