import { createElement } from 'lwc';
import ToggleButtons from 'c/toggleButtons';

const OPTIONS = [
    { value: 30, text: '30 min', isPressed: true },
    { value: 60, text: '60 min', isPressed: false }
];

describe('c-toggle-buttons', () => {
    let element;
    let told;

    function show(properties = {}) {
        element = createElement('c-toggle-buttons', { is: ToggleButtons });
        Object.assign(element, { label: 'Duration', options: OPTIONS, ...properties });
        told = [];
        element.addEventListener('press', (event) => told.push(event.detail));
        document.body.appendChild(element);
    }

    const buttons = () => [...element.shadowRoot.querySelectorAll('button')];
    const group = () => element.shadowRoot.querySelector('.buttons');

    afterEach(() => {
        document.body.replaceChildren();
    });

    it('renders each with whether it is pressed', async () => {
        show();

        expect(buttons().map((each) => each.textContent)).toEqual(['30 min', '60 min']);
        expect(buttons().map((each) => each.getAttribute('aria-pressed'))).toEqual([
            'true',
            'false'
        ]);
        expect(group().getAttribute('role')).toBe('group');
        expect(group().getAttribute('aria-label')).toBe('Duration');
        await expect(element).toBeAccessible();
    });

    it('renders no group when something around it is one', () => {
        show({ label: '', isRound: true });

        expect(group().getAttribute('role')).toBeNull();
        expect(group().getAttribute('aria-label')).toBeNull();
        expect(buttons()[0].className).toBe('toggle toggle_round toggle_pressed');
    });

    it('tells the value of the one that is pressed, as it was given', () => {
        show();
        buttons()[1].click();

        expect(told).toEqual([{ value: 60 }]);
    });

    it('gives the focus to the first, if there is any', () => {
        show();
        element.focus();
        expect(element.shadowRoot.activeElement).toBe(buttons()[0]);

        show({ options: [] });
        expect(() => element.focus()).not.toThrow();
    });
});
