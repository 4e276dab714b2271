import {
    answeredText,
    answerFault,
    answersToSend,
    answerText,
    startingAnswer
} from 'c/formAnswers';

const aField = (kind, more = {}) => ({ key: 'k', label: 'K', kind, is_required: false, ...more });

describe('what stands in a field to begin with', () => {
    it.each([
        ['text', 'Acme', 'Acme'],
        ['text', undefined, ''],
        ['text', null, ''],
        ['number', 12.5, '12.5'],
        ['number', '1200', '1200'],
        ['checkbox', true, true],
        ['checkbox', 'true', true],
        ['checkbox', 'false', false],
        ['checkbox', undefined, false],
        ['date', '2027-03-01', '2027-03-01']
    ])('of a %s with %p is %p', (kind, value, answer) => {
        expect(startingAnswer(aField(kind, { value }))).toBe(answer);
    });
});

describe('what is sent', () => {
    const FORM = [
        { key: 'budget', kind: 'number' },
        { key: 'urgent', kind: 'checkbox' },
        { key: 'about', kind: 'long_text' },
        { key: 'size', kind: 'choice', value: 'L' }
    ];

    it('is text all of it, without blanks around, and nothing for what is empty', () => {
        const answers = { budget: ' 12.5 ', urgent: true, about: '  ', size: '' };

        expect(answersToSend(FORM, answers)).toEqual({ budget: '12.5', urgent: 'true' });
    });

    it('has an empty box as an answer, and what nobody touched as the record has it', () => {
        expect(answersToSend(FORM, {})).toEqual({ urgent: 'false', size: 'L' });
    });

    it('is nothing without a form', () => {
        expect(answersToSend(undefined, { stray: 'x' })).toEqual({});
    });
});

describe('what is wrong with an answer', () => {
    it.each([
        ['text', ' ', 'Fill this in: nothing can be booked without it.'],
        ['choice', '', 'Choose one: nothing can be booked without it.'],
        ['checkbox', false, 'Tick this: nothing can be booked without it.']
    ])('is said of a required %s that is missing', (kind, answer, words) => {
        expect(answerFault(aField(kind, { is_required: true }), answer)).toBe(words);
        expect(answerFault(aField(kind), answer)).toBe('');
    });

    it.each([
        ['text', 'x'.repeat(255)],
        ['long_text', 'x'.repeat(32000)],
        ['number', '-12.50'],
        ['checkbox', true],
        ['choice', 'L'],
        ['date', '2028-02-29'],
        ['email', 'ada@x.example'],
        ['phone', '+1 555 010 2030']
    ])('is nothing of a good %s', (kind, answer) => {
        expect(answerFault(aField(kind, { is_required: true }), answer)).toBe('');
    });

    it.each([
        ['text', 'x'.repeat(256), 'This has 256 characters; 255 are the most. Shorten it.'],
        [
            'long_text',
            'x'.repeat(32001),
            'This has 32,001 characters; 32,000 are the most. Shorten it.'
        ],
        ['number', '12,5', 'Enter a number, with digits only.'],
        ['number', '1e3', 'Enter a number, with digits only.'],
        ['date', '2027-02-29', 'Enter a date, or leave this empty.']
    ])('is said of a %s', (kind, answer, words) => {
        expect(answerFault(aField(kind), answer)).toBe(words);
    });

    it('is said of an address as of a guest’s', () => {
        expect(answerFault(aField('email'), 'ada')).toContain('ada');
    });
});

describe('an answer of a booking', () => {
    it.each([
        [true, 'Yes'],
        ['true', 'Yes'],
        [false, 'No'],
        ['false', 'No'],
        ['Large', 'Large'],
        [12.5, '12.5']
    ])('%p reads %s', (value, words) => {
        expect(answerText(value)).toBe(words);
    });

    it.each([
        ['Budget', 'Budget: Yes'],
        ['What is it about?', 'What is it about? Yes'],
        ['Say it!', 'Say it! Yes'],
        ['Budget:', 'Budget: Yes'],
        ['Terms were read.', 'Terms were read. Yes'],
        ['Who (and why?)', 'Who (and why?): Yes']
    ])(
        'stands behind %p with a colon only where the label has no end of its own',
        (label, line) => {
            expect(answeredText({ label, value: true })).toBe(line);
        }
    );
});
