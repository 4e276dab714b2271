import { createElement } from 'lwc';
import BookingForm from 'c/bookingForm';

const FIELDS = [
    { key: 'company', label: 'Company', kind: 'text', is_required: true, choices: [], help: '' },
    { key: 'about', label: 'About', kind: 'long_text', is_required: false, help: 'In a line.' },
    { key: 'seats', label: 'Seats', kind: 'number', is_required: false },
    {
        key: 'size',
        label: 'Size',
        kind: 'choice',
        is_required: true,
        choices: ['S', 'L'],
        value: 'L'
    },
    { key: 'region', label: 'Region', kind: 'choice', is_required: false, choices: ['North'] },
    { key: 'urgent', label: 'Urgent', kind: 'checkbox', is_required: true },
    { key: 'due', label: 'Due', kind: 'date', is_required: false },
    { key: 'mail', label: 'Mail', kind: 'email', is_required: false },
    { key: 'phone', label: 'Phone', kind: 'phone', is_required: false },
    { key: 'odd', label: 'Odd', kind: 'newer_than_this', is_required: false }
];
const GOOD = { company: 'Acme', size: 'S', urgent: true };

const flush = () => Promise.resolve();

describe('c-booking-form', () => {
    let element;
    let told;
    let said;

    async function show(properties = {}) {
        element = createElement('c-booking-form', { is: BookingForm });
        Object.assign(element, { fields: FIELDS, answers: GOOD, ...properties });
        told = [];
        said = {};
        element.addEventListener('answerschange', (event) => told.push(event.detail.answers));
        document.body.appendChild(element);
        await flush();
        for (const input of inputs()) {
            const { key } = input.dataset;
            input.setCustomValidity = (words) => {
                said[key] = words;
            };
            input.reportValidity = jest.fn();
            input.focus = jest.fn();
        }
    }

    const inputs = () => [...element.shadowRoot.querySelectorAll('[data-key]')];
    const input = (key) => inputs().find((each) => each.dataset.key === key);
    const change = (key, detail) => input(key).dispatchEvent(new CustomEvent('change', { detail }));

    afterEach(() => {
        document.body.replaceChildren();
    });

    it('renders each field by its kind, with what is required marked', async () => {
        await show();

        expect(inputs().map((each) => each.label)).toEqual(FIELDS.map((field) => field.label));
        expect(inputs().map((each) => Boolean(each.required))).toEqual(
            FIELDS.map((field) => field.is_required)
        );
        expect(inputs().map((each) => each.tagName.replace('LIGHTNING-', ''))).toEqual([
            'INPUT',
            'TEXTAREA',
            'INPUT',
            'COMBOBOX',
            'COMBOBOX',
            'INPUT',
            'C-DATE-FIELD',
            'INPUT',
            'INPUT',
            'INPUT'
        ]);
        const types = ['company', 'seats', 'urgent', 'mail', 'phone', 'odd'];
        expect(types.map((key) => input(key).type)).toEqual([
            'text',
            'number',
            'checkbox',
            'email',
            'tel',
            'text'
        ]);
        expect(element.shadowRoot.querySelector('.help').textContent).toBe('In a line.');
    });

    it('renders what the record has where nothing was typed', async () => {
        await show({ answers: {} });

        expect(input('size').value).toBe('L');
        expect(input('company').value).toBe('');
        expect(input('urgent').checked).toBe(false);
    });

    it('lets one go back to no answer only where none is needed', async () => {
        await show();

        expect(input('size').options.map((each) => each.value)).toEqual(['S', 'L']);
        expect(input('region').options).toEqual([
            { label: 'No answer', value: '' },
            { label: 'North', value: 'North' }
        ]);
    });

    it('tells all answers when one is changed, and takes back what was wrong there', async () => {
        await show();
        change('company', { value: 'Acme Ltd' });
        change('urgent', { checked: false });
        const detail = { date: '2027-03-01' };
        input('due').dispatchEvent(new CustomEvent('datechoose', { detail }));

        expect(told).toEqual([
            { ...GOOD, company: 'Acme Ltd' },
            { ...GOOD, company: 'Acme Ltd', urgent: false },
            { ...GOOD, company: 'Acme Ltd', urgent: false, due: '2027-03-01' }
        ]);
        expect(said).toEqual({ company: '', urgent: '', due: '' });
    });

    it('says of all fields at once what is wrong, and gives the focus to the first', async () => {
        await show({ answers: { size: '', urgent: false, seats: 'many' } });

        expect(element.check()).toBe(false);
        element.focus();

        expect(said).toMatchObject({
            company: 'Fill this in: nothing can be booked without it.',
            size: 'Choose one: nothing can be booked without it.',
            urgent: 'Tick this: nothing can be booked without it.',
            seats: 'Enter a number, with digits only.',
            about: ''
        });
        expect(input('company').focus).toHaveBeenCalled();
        expect(input('size').focus).not.toHaveBeenCalled();
    });

    it('is fine when nothing is wrong', async () => {
        await show();

        expect(element.check()).toBe(true);
        expect(Object.values(said).filter(Boolean)).toEqual([]);
    });

    it('is not fine while a field cannot read what was typed', async () => {
        await show();
        input('seats').checkValidity = () => false;

        expect(element.check()).toBe(false);
        element.focus();
        expect(input('seats').focus).toHaveBeenCalled();
    });

    it('says what the service found wrong, at its field', async () => {
        await show();
        element.refuse('size', 'Size must be one of S, L.');
        element.focus();

        expect(said).toEqual({ size: 'Size must be one of S, L.' });
        expect(input('size').focus).toHaveBeenCalled();
    });

    it('says what is wrong when a field is left, but not of one that is empty still', async () => {
        await show({ answers: { mail: 'ada', company: '' } });
        input('mail').dispatchEvent(new CustomEvent('blur'));
        input('company').dispatchEvent(new CustomEvent('blur'));

        expect(said.mail).toContain('ada');
        expect(said.company).toBeUndefined();
    });

    it('gives the focus to its first field when nothing is wrong', async () => {
        await show();
        element.focus();

        expect(input('company').focus).toHaveBeenCalled();
    });

    it('is accessible', async () => {
        await show();

        await expect(element).toBeAccessible();
    });
});
