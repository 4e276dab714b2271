import { widthOf } from 'c/boxWidth';

const FROM = { medium: 480, wide: 800 };

describe('the width of a box', () => {
    it.each([
        [0, 'narrow'],
        [479.9, 'narrow'],
        [480, 'medium'],
        [799.9, 'medium'],
        [800, 'wide']
    ])('of %d pixels is %s', (pixels, word) => {
        expect(widthOf(pixels, FROM)).toBe(word);
    });
});
