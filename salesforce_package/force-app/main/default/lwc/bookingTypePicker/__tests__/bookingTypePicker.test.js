import { createElement } from 'lwc';
import BookingTypePicker from 'c/bookingTypePicker';

const OFFERED = {
    object_name: 'Lead',
    object_label: 'Lead',
    offered: [],
    nothing_because: '',
    refused: []
};

function aType(number, more = {}) {
    return {
        booking_type_id: `type-${number}`,
        name: `Call ${number}`,
        durations_minutes: [30],
        host_rule: 'choice',
        ...more
    };
}

function aRefused(name, clauses, more = {}) {
    return {
        booking_type_id: name,
        name,
        reason: 'filtered_out',
        detail: 'This record does not meet its record filter.',
        ...(clauses ? { clauses } : {}),
        ...more
    };
}

const CLAUSES = [
    aClause(1, 'passed', 'Country is DE, and must be DE'),
    aClause(2, 'unreadable', 'Tier__c cannot be read: no such field'),
    aClause(3, 'failed', 'AnnualRevenue is 10, but must be greater than 1000')
];

function aClause(position, outcome, sentence) {
    return { position, outcome, sentence, requirement: `requirement ${position}` };
}

function show(answer) {
    const element = createElement('c-booking-type-picker', { is: BookingTypePicker });
    element.offeredTypes = { ...OFFERED, ...answer };
    document.body.appendChild(element);
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const findAll = (element, selector) => [...element.shadowRoot.querySelectorAll(selector)];
const text = (element) => element.shadowRoot.textContent.replace(/\s+/g, ' ');

afterEach(() => {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
});

describe('c-booking-type-picker', () => {
    it('renders name, durations and host rule of each choice', async () => {
        const element = show({
            offered: [
                aType(1),
                aType(2, { durations_minutes: [15, 30, 60], host_rule: 'time_first' }),
                aType(3, { host_rule: 'lookup', co_hosts_allowed: true })
            ]
        });

        const [one, two, three] = findAll(element, '.choice').map((each) => each.textContent);

        expect(one).toBe('Call 130 minutesYou choose the host');
        expect(two).toContain('15, 30 or 60 minutes');
        expect(two).toContain('Choose a time first; the host follows');
        expect(three).toContain('The host is given by the record');
        expect(three).toContain('Co-hosts possible');
        await expect(element).toBeAccessible();
    });

    it('tells which one was chosen', () => {
        const element = show({ offered: [aType(1), aType(2)] });
        const chosen = jest.fn();
        element.addEventListener('typechoose', (event) => chosen(event.detail.bookingType));

        findAll(element, '.choice')[1].click();

        expect(chosen).toHaveBeenCalledWith(aType(2));
    });

    it('renders a search only when there are more than seven', () => {
        const few = show({ offered: [1, 2, 3, 4, 5, 6, 7].map((each) => aType(each)) });
        const many = show({ offered: [1, 2, 3, 4, 5, 6, 7, 8].map((each) => aType(each)) });

        expect(find(few, 'lightning-input')).toBeNull();
        expect(find(many, 'lightning-input')).not.toBeNull();
    });

    it('renders what is found, and says so, when one searches', async () => {
        const element = show({
            offered: [1, 2, 3, 4, 5, 6, 7, 8].map((each) =>
                aType(each, { name: each === 5 ? 'Product Demo' : `Call ${each}` })
            )
        });
        const search = async (words) => {
            const field = find(element, 'lightning-input');
            field.value = words;
            field.dispatchEvent(new CustomEvent('change'));
            await Promise.resolve();
        };

        await search('demo prod');
        expect(findAll(element, '.choice')).toHaveLength(1);
        expect(find(element, '[aria-live]').textContent).toBe('1 booking type found');

        await search('xyz');
        expect(text(element)).toContain('No booking type has these words in its name.');
    });

    it('renders that none exist, and what rep and admin do, when there is none for the object', async () => {
        const element = show({ nothing_because: 'no_booking_types' });

        expect(find(element, 'h2').textContent).toBe(
            'There are no booking types for Lead records yet'
        );
        // Which of them looks cannot be told here: no booking type was refused.
        expect(text(element)).toContain('Ask a Booking Admin to add');
        expect(text(element)).toContain('if that is you, add one');
        await expect(element).toBeAccessible();
    });

    it('renders that none accepts the record, and whom to ask, when filters refuse it', async () => {
        const element = show({
            nothing_because: 'filtered_out',
            refused: [aRefused('Enterprise demo'), aRefused('Renewal')]
        });

        expect(find(element, 'h2').textContent).toBe(
            'None of the 2 booking types for Lead records accepts this record'
        );
        expect(text(element)).toContain('ask a Booking Admin');
        expect(text(element)).toContain('Enterprise demo');
        expect(find(element, 'details').open).toBe(true);
        await expect(element).toBeAccessible();
    });

    it('renders to an admin each condition with the record’s value, those not met first', async () => {
        const element = show({
            nothing_because: 'filtered_out',
            refused: [aRefused('Enterprise demo', CLAUSES)]
        });

        const sentences = findAll(element, '.clause').map((each) =>
            each.textContent.replace(/\s+/g, ' ').trim()
        );

        expect(sentences).toEqual([
            'Not met: AnnualRevenue is 10, but must be greater than 1000',
            'Cannot be checked: Tier__c cannot be read: no such field',
            'Met: Country is DE, and must be DE'
        ]);
        expect(text(element)).toContain('Below you see which condition');
        await expect(element).toBeAccessible();
    });

    it('renders to an admin what else is wrong with a booking type', () => {
        const element = show({
            nothing_because: 'filtered_out',
            refused: [aRefused('Broken', [], { problem: 'its logic names condition 4' })]
        });

        expect(text(element)).toContain('its logic names condition 4');
    });

    it('renders the others closed to an admin, and not at all to a rep, when some are offered', () => {
        const admin = show({ offered: [aType(1)], refused: [aRefused('Renewal', CLAUSES)] });
        const rep = show({ offered: [aType(1)], refused: [aRefused('Renewal')] });

        expect(find(admin, 'details').open).toBe(false);
        expect(find(admin, 'summary').textContent).toBe('Why 1 booking type is not offered');
        expect(find(rep, 'details')).toBeNull();
    });

    it('asks for another look', () => {
        const element = show({ nothing_because: 'no_booking_types' });
        const reload = jest.fn();
        element.addEventListener('reload', reload);

        find(element, 'lightning-button').click();

        expect(reload).toHaveBeenCalledTimes(1);
    });

    it('takes the focus at its heading', () => {
        const element = show({ offered: [aType(1)] });

        element.focus();

        expect(element.shadowRoot.activeElement).toBe(find(element, 'h2'));
    });
});
