import { createElement } from 'lwc';
import TimeSuggestions from 'c/timeSuggestions';

const SLOTS = ['2027-03-02T20:00:00Z', '2027-03-03T15:30:00Z'].map((start) => ({
    start_at: start,
    end_at: start,
    host_ids: ['anna']
}));

function draw(properties = {}) {
    const element = createElement('c-time-suggestions', { is: TimeSuggestions });
    Object.assign(element, {
        slots: SLOTS,
        zone: 'Europe/Berlin',
        guestZone: 'America/New_York',
        now: Date.parse('2027-03-01T12:00:00Z'),
        ...properties
    });
    document.body.appendChild(element);
    return element;
}

function find(element, selector) {
    return element.shadowRoot.querySelector(selector);
}

async function copy(element) {
    find(element, 'lightning-button-icon').click();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
}

describe('c-time-suggestions', () => {
    afterEach(() => {
        document.body.replaceChildren();
        delete navigator.clipboard;
        window.getSelection().removeAllRanges();
    });

    it('renders a sentence to say when there are suggestions', async () => {
        const element = draw();

        expect(find(element, '.sentence').textContent).toBe(
            '“Tomorrow at 3 or Wednesday at 10:30, your time”'
        );
        await expect(element).toBeAccessible();
    });

    it('renders nothing when there is nothing to suggest', () => {
        expect(find(draw({ slots: [] }), 'section')).toBeNull();
    });

    it('chooses a time by its button', () => {
        const element = draw();
        const handler = jest.fn();
        element.addEventListener('suggestionchoose', handler);
        const [, second] = element.shadowRoot.querySelectorAll('.choice');
        expect(second.getAttribute('aria-label')).toBe('Choose Wednesday at 10:30');
        second.click();

        expect(handler.mock.calls[0][0].detail.slot).toEqual(SLOTS[1]);
    });

    it('copies the sentence and says so', async () => {
        const writeText = jest.fn(() => Promise.resolve());
        Object.defineProperty(navigator, 'clipboard', {
            value: { writeText },
            configurable: true
        });
        const element = draw();
        await copy(element);

        expect(writeText).toHaveBeenCalledWith('Tomorrow at 3 or Wednesday at 10:30, your time');
        expect(find(element, '[role="status"]').textContent).toBe('Copied.');
    });

    it('marks the sentence and says how to go on when the browser does not copy', async () => {
        const element = draw();
        await copy(element);

        expect(window.getSelection().toString()).toBe(find(element, '.sentence').textContent);
        expect(find(element, '[role="status"]').textContent).toContain('press Ctrl+C');
    });
});
