import { addressesIn, faultOf, faultText, isSameAddress, nameAndAddressIn } from 'c/emailAddresses';

describe('c-email-addresses', () => {
    it.each([
        ['guest@example.com'],
        ["o'neil+crm@mail.example.co.uk"],
        ['gast@bücher.example'],
        ['gast@xn--bcher-kva.example'],
        [`${'a'.repeat(64)}@example.com`]
    ])('finds nothing wrong with %s', (address) => {
        expect(faultOf(address)).toBe('');
    });

    it.each([
        ['guest example@x.example', 'has a blank in it'],
        ['guest', 'needs one @, as in name@example.com'],
        ['a@b@example.com', 'needs one @, as in name@example.com'],
        ['@example.com', 'has nothing before the @'],
        ['guest@', 'has nothing after the @'],
        ['gu(e)st@example.com', 'has a character that mail addresses do not have: ('],
        ['gäst@example.com', 'has a character that mail addresses do not have: ä'],
        ['guest@exa_mple.com', 'has a character that mail addresses do not have: _'],
        ['.guest@example.com', 'has a dot too many'],
        ['guest@example..com', 'has a dot too many'],
        ['guest@example.com.', 'has a dot too many'],
        ['guest@example', 'needs a dot after the @, as in name@example.com'],
        ['guest@-example.com', 'is not spelled right after the @'],
        [`${'a'.repeat(65)}@example.com`, 'is too long for a mail address'],
        [`a@${'b'.repeat(250)}.de`, 'is too long for a mail address']
    ])('says of %s what is wrong', (address, fault) => {
        expect(faultOf(address)).toBe(fault);
    });

    it('names the address in the sentence about it', () => {
        expect(faultText('bob')).toBe('bob needs one @, as in name@example.com.');
        expect(faultText('bob@example.com')).toBe('');
    });

    it('takes upper and lower case for the same mailbox', () => {
        expect(isSameAddress('Ada@Example.com', 'ada@example.com')).toBe(true);
        expect(isSameAddress('ada@example.com', 'adah@example.com')).toBe(false);
    });

    it.each([
        ['a@x.example, b@y.example;c@z.example', ['a@x.example', 'b@y.example', 'c@z.example']],
        ['a@x.example\r\nb@y.example\n\n', ['a@x.example', 'b@y.example']],
        ['a@x.example b@y.example', ['a@x.example', 'b@y.example']],
        [
            'a@x.example, Name <b@y.example>; c@z.example',
            ['a@x.example', 'b@y.example', 'c@z.example']
        ],
        ['Guest, One <a@x.example>; Guest, Two <b@y.example>', ['a@x.example', 'b@y.example']],
        ['"Guest, One" <a@x.example>, b@y.example', ['a@x.example', 'b@y.example']],
        ['Ada <a@x.example>, Bo <b@y.example>', ['a@x.example', 'b@y.example']],
        ['mailto:a@x.example', ['a@x.example']],
        ['<a@x.example>', ['a@x.example']],
        ['  ', []]
    ])('finds the addresses of %j', (text, addresses) => {
        expect(addressesIn(text)).toEqual(addresses);
    });

    it.each(['\u200b', '\u200f', '\u202a', '\u202e', '\u2060', '\u2064', '\ufeff'])(
        'drops what cannot be seen: %j',
        (mark) => {
            const text = `${mark}a@x${mark}.example, b@y.example${mark}`;

            expect(addressesIn(text)).toEqual(['a@x.example', 'b@y.example']);
        }
    );

    it.each([
        ['Ada Berg <a@x.example>', { name: 'Ada Berg', address: 'a@x.example' }],
        ['"Berg, Ada" <mailto:a@x.example>', { name: 'Berg, Ada', address: 'a@x.example' }],
        ['<a@x.example>', { name: '', address: 'a@x.example' }],
        ['\ta@x.example \u200b', { name: '', address: 'a@x.example' }],
        ['Ada Berg', { name: '', address: 'Ada Berg' }]
    ])('finds name and address of %j', (text, found) => {
        expect(nameAndAddressIn(text)).toEqual(found);
    });

    it('keeps what is no address as one piece, to be corrected', () => {
        expect(addressesIn('Guest One, b@y.example')).toEqual(['Guest One', 'b@y.example']);
    });
});
