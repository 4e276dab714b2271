import { copy } from 'c/copying';

describe('c/copying', () => {
    let place;

    beforeEach(() => {
        place = document.createElement('p');
        place.textContent = 'Tuesday at ten';
        document.body.appendChild(place);
    });

    afterEach(() => {
        place.remove();
        delete navigator.clipboard;
        window.getSelection().removeAllRanges();
    });

    function browserCopies(writeText) {
        Object.defineProperty(navigator, 'clipboard', {
            value: { writeText },
            configurable: true
        });
    }

    it('copies, and says so', async () => {
        const writeText = jest.fn().mockResolvedValue();
        browserCopies(writeText);

        expect(await copy('Tuesday', place)).toBe('Copied.');
        expect(writeText).toHaveBeenCalledWith('Tuesday');
        expect(window.getSelection().toString()).toBe('');
    });

    it.each([
        ['has no clipboard', undefined],
        ['refuses', jest.fn().mockRejectedValue(new Error('not allowed'))]
    ])('marks the place and says how to go on when the browser %s', async (_, writeText) => {
        if (writeText) {
            browserCopies(writeText);
        }

        expect(await copy('Tuesday', place)).toContain('press Ctrl+C');
        expect(window.getSelection().toString()).toBe('Tuesday at ten');
    });
});
