import { fill, plural } from 'c/bookingWords';

describe('c-booking-words', () => {
    it('puts each value into its own place', () => {
        expect(fill('{1} with {0}, {1}', 'Ana', 'Demo')).toBe('Demo with Ana, Demo');
    });

    it('takes a value as it is, also when it looks like a place or a pattern', () => {
        expect(fill('By {0} and {1}', '{1} $&', 'Ben')).toBe('By {1} $& and Ben');
    });

    it('shows zero and the empty text', () => {
        expect(fill('{0} hosts{1}', 0, '')).toBe('0 hosts');
    });

    it('leaves a place without a value to be seen', () => {
        expect(fill('With {0}')).toBe('With {0}');
    });

    it('says one thing of one and many of none and more', () => {
        expect(plural(1, '{0} host', '{0} hosts')).toBe('1 host');
        expect(plural(0, '{0} host', '{0} hosts')).toBe('0 hosts');
        expect(plural(2, '{0} host', '{0} hosts')).toBe('2 hosts');
    });
});
