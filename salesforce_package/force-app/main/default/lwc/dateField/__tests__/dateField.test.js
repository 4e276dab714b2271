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

    describe('in a form', () => {
        const fault = (element) => element.shadowRoot.querySelector('[role="alert"]').textContent;

        it('renders that something must stand there', async () => {
            const element = shown({ label: 'Due', isStacked: true, required: true });

            expect(field(element).getAttribute('aria-required')).toBe('true');
            expect(element.shadowRoot.querySelector('label').textContent).toContain('*Due');
            await expect(element).toBeAccessible();
        });

        it('renders what is wrong once that is to be shown, and takes it back', async () => {
            const element = shown({ isStacked: true });
            element.setCustomValidity('Fill this in.');
            await Promise.resolve();
            expect(fault(element)).toBe('');

            expect(element.reportValidity()).toBe(false);
            await Promise.resolve();
            expect(fault(element)).toBe('Fill this in.');
            expect(field(element).getAttribute('aria-invalid')).toBe('true');
            await expect(element).toBeAccessible();

            element.setCustomValidity('');
            expect(element.reportValidity()).toBe(true);
            await Promise.resolve();
            expect(fault(element)).toBe('');
            expect(field(element).getAttribute('aria-invalid')).toBeNull();
        });

        it('is wrong while the date is not whole', () => {
            const element = shown();
            Object.defineProperty(field(element), 'validity', { value: { badInput: true } });

            expect(element.checkValidity()).toBe(false);
        });

        it('takes the focus', () => {
            const element = shown();
            element.focus();

            expect(element.shadowRoot.activeElement).toBe(field(element));
        });
    });

    it('is accessible, with its label shown or not', async () => {
        await expect(shown()).toBeAccessible();
        await expect(shown({ isLabelHidden: true })).toBeAccessible();
    });
});
