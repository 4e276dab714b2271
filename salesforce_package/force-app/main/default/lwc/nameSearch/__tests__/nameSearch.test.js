import { isNameLike } from 'c/nameSearch';

describe('c-name-search', () => {
    it.each([
        ['Host Lovely', 'love'],
        ['Höst Número', 'numero'],
        ['Jose Nunez', 'José'],
        ['Host Lovely', '  host '],
        ['Host Lovely', '']
    ])('finds %s by %j', (name, typed) => {
        expect(isNameLike(name, typed)).toBe(true);
    });

    it('does not find a name by what it does not hold', () => {
        expect(isNameLike('Host Lovely', 'bob')).toBe(false);
    });
});
