import { createElement } from 'lwc';
import DateField from 'c/dateField';

let told;

function shown(props = {}) {
    const element = createElement('c-date-field', { is: DateField });
    Object.assign(element, { label: 'Go to date', ...props });
    told = [];
    element.addEventListener('datechoose', (event) => told.push(event.detail.date));
    document.body.appendChild(element);
    return element;
}

function field(element) {
    return element.shadowRoot.querySelector('input');
}

/** As a browser does it: a key, then the date as far as it goes. */
function type(element, ...values) {
    for (const value of values) {
        field(element).dispatchEvent(new KeyboardEvent('keydown', { key: '2' }));
        field(element).value = value;
        field(element).dispatchEvent(new CustomEvent('change'));
    }
}

afterEach(() => {
    document.body.replaceChildren();
});

describe('c-date-field', () => {
    it('tells a date that was picked at once', () => {
        const element = shown({ value: '2027-03-08' });

        field(element).value = '2027-03-15';
        field(element).dispatchEvent(new CustomEvent('change'));

        expect(told).toEqual(['2027-03-15']);
    });

    it.each([
        ['Enter', (input) => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))],
        ['leaving the field', (input) => input.dispatchEvent(new CustomEvent('blur'))]
    ])('tells a typed date once, with %s', (_, finish) => {
        const element = shown({ value: '2027-03-08' });

        type(element, '2027-04-08', '0002-04-08', '0020-04-08', '0202-04-08', '2028-04-08');
        expect(told).toEqual([]);
        finish(field(element));
        field(element).dispatchEvent(new CustomEvent('blur'));

        expect(told).toEqual(['2028-04-08']);
    });

    it('tells nothing when the date stays', () => {
        const element = shown({ value: '2027-03-08' });

        type(element, '2027-03-09', '2027-03-08');
        field(element).dispatchEvent(new CustomEvent('blur'));

        expect(told).toEqual([]);
    });

    it('tells a picked date at once, also after one was typed', () => {
        const element = shown();
        type(element, '2027-03-09');

        field(element).dispatchEvent(new CustomEvent('pointerdown'));
        field(element).value = '2027-03-16';
        field(element).dispatchEvent(new CustomEvent('change'));

        expect(told).toEqual(['2027-03-16']);
    });

    it('tells when it is cleared', () => {
        const element = shown({ value: '2027-03-08' });

        field(element).value = '';
        field(element).dispatchEvent(new CustomEvent('change'));

        expect(told).toEqual(['']);
    });

    it('is accessible, with its label shown or not', async () => {
        await expect(shown()).toBeAccessible();
        await expect(shown({ isLabelHidden: true })).toBeAccessible();
    });
});
