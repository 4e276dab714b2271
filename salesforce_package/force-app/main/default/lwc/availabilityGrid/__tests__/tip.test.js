import { tipStyle } from '../tip';

const box = (left, top, width, height) => ({
    left,
    top,
    right: left + width,
    bottom: top + height,
    width,
    height
});

const FRAME = box(100, 200, 800, 400);
const CELL = box(300, 400, 100, 34);

describe('the tip of a time', () => {
    it('stands below its cell where nothing is in the way', () => {
        expect(tipStyle('Is busy.', CELL, FRAME, [])).toBe('left:200px;top:238px');
    });

    it('stands above it where it would cover times below', () => {
        const below = [box(300, 434, 100, 34), box(200, 434, 100, 34)];

        expect(tipStyle('Is busy.', CELL, FRAME, below)).toBe('left:200px;bottom:204px');
    });

    it('stands to the side that has the fewest times', () => {
        const right = [box(400, 434, 100, 34), box(400, 366, 100, 34)];

        expect(tipStyle('Is busy.', CELL, FRAME, right)).toBe('left:76px;top:238px');
    });

    it('stays in its frame, at the cost of covering a time', () => {
        const low = box(800, 570, 100, 30);

        expect(tipStyle('Is busy.', low, FRAME, [box(800, 540, 100, 30)])).toBe(
            'left:576px;bottom:34px'
        );
    });
});
