import { isNameLike } from 'c/nameSearch';

describe('c-name-search', () => {
    it.each([
        ['Ada Lovelace', 'love'],
        ['José Núñez', 'nunez'],
        ['Jose Nunez', 'José'],
        ['Ada Lovelace', '  ada '],
        ['Ada Lovelace', '']
    ])('finds %s by %j', (name, typed) => {
        expect(isNameLike(name, typed)).toBe(true);
    });

    it('does not find a name by what it does not hold', () => {
        expect(isNameLike('Ada Lovelace', 'bob')).toBe(false);
    });
});
