import { webAddress } from 'c/webAddress';

describe('c/webAddress', () => {
    it.each(['https://meet.example/x', 'HTTPS://meet.example/x'])('lets %s be a link', (url) => {
        expect(webAddress(url)).toBe(url);
    });

    it.each([
        'http://meet.example/x',
        'data:text/html,https://meet.example',
        ' https://meet.example/x',
        'https:meet.example',
        '',
        null,
        undefined
    ])('lets %s be none', (url) => {
        expect(webAddress(url)).toBe('');
    });
});
