import { createElement } from 'lwc';
import BookingProblem from 'c/bookingProblem';

const PROBLEM = {
    message: 'The booking service does not answer at the moment. Try again shortly.',
    code: 'service_unreachable',
    retryable: true,
    request_id: '5f0c2a9e',
    retry_after_seconds: 0
};

function show(properties) {
    const element = createElement('c-booking-problem', { is: BookingProblem });
    Object.assign(element, properties);
    document.body.appendChild(element);
    return element;
}

const find = (element, selector) => element.shadowRoot.querySelector(selector);
const text = (element) => element.shadowRoot.textContent;

afterEach(() => {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
});

describe('c-booking-problem', () => {
    it('renders nothing when there is no problem', () => {
        expect(text(show({ problem: null }))).toBe('');
    });

    describe('without a connection', () => {
        const OFFLINE = { ...PROBLEM, code: 'offline' };
        const retries = (element) => {
            const tried = jest.fn();
            element.addEventListener('retry', tried);
            window.dispatchEvent(new CustomEvent('online'));
            return tried.mock.calls.length;
        };

        it('tries again by itself once the connection is back, and says so', () => {
            const element = show({ problem: OFFLINE });

            expect(text(element)).toContain('It is tried again by itself');
            expect(retries(element)).toBe(1);
        });

        it('leaves to a click what does something', () => {
            const element = show({ problem: OFFLINE, isByHand: true });

            expect(text(element)).toContain('Connect again, then try once more.');
            expect(retries(element)).toBe(0);
        });

        it('tries nothing else again, and nothing twice', () => {
            expect(retries(show({ problem: PROBLEM }))).toBe(0);
            expect(retries(show({ problem: OFFLINE, isBusy: true }))).toBe(0);
            expect(retries(show({ problem: null }))).toBe(0);
        });

        it('hears nothing any more once it is gone', () => {
            const element = show({ problem: OFFLINE });
            element.remove();

            expect(retries(element)).toBe(0);
        });
    });

    it('renders what happened, what to do and the request id', async () => {
        const element = show({ problem: PROBLEM });

        expect(find(element, 'h3').textContent).toBe('No answer right now');
        expect(text(element)).toContain(PROBLEM.message);
        expect(find(element, '.request').textContent).toBe('Request id: 5f0c2a9e');
        expect(find(element, '[role="alert"]')).not.toBeNull();
        await expect(element).toBeAccessible();
    });

    it.each([
        ['offline', 'You are offline'],
        ['not_set_up', 'Booking is not set up yet'],
        ['no_access', 'You may not book here yet'],
        ['forbidden_role', 'You may not book here yet'],
        ['record_not_found', 'This record cannot be found'],
        ['slot_taken', 'This time is no longer free'],
        ['anything_else', 'That did not work']
    ])('renders %s under the heading "%s"', (code, heading) => {
        expect(find(show({ problem: { ...PROBLEM, code } }), 'h3').textContent).toBe(heading);
    });

    it('renders a heading of level 2 when nothing but the title stands above it', async () => {
        const element = show({ problem: PROBLEM, isTop: true });

        expect(find(element, 'h2').textContent).toBe('No answer right now');
        expect(find(element, 'h3')).toBeNull();
        element.focus();
        expect(element.shadowRoot.activeElement).toBe(find(element, 'h2'));
    });

    it('renders a heading of its own when it is given one', () => {
        const element = show({ problem: PROBLEM, heading: 'Bookings cannot be shown' });
        expect(find(element, 'h3').textContent).toBe('Bookings cannot be shown');
    });

    it('asks for another try when that may help', () => {
        const element = show({ problem: PROBLEM });
        const retry = jest.fn();
        element.addEventListener('retry', retry);

        find(element, 'lightning-button').click();

        expect(retry).toHaveBeenCalledTimes(1);
    });

    it('renders no Try again when that cannot help, or somebody has a better way', () => {
        expect(
            find(show({ problem: { ...PROBLEM, retryable: false } }), 'lightning-button')
        ).toBeNull();
        expect(find(show({ problem: PROBLEM, withoutRetry: true }), 'lightning-button')).toBeNull();
    });

    it('renders how long to wait when the service says so', () => {
        const waiting = (seconds) =>
            show({ problem: { ...PROBLEM, retry_after_seconds: seconds } });

        expect(text(waiting(30))).toContain('Waiting about 30 seconds first helps.');
        expect(text(waiting(3600))).not.toContain('3600');
    });

    it('renders that it is being tried when it is', () => {
        const button = find(show({ problem: PROBLEM, isBusy: true }), 'lightning-button');

        expect(button.label).toBe('Trying again…');
        expect(button.disabled).toBe(true);
    });

    it('takes the focus at its heading', () => {
        const element = show({ problem: PROBLEM });

        element.focus();

        expect(element.shadowRoot.activeElement).toBe(find(element, 'h3'));
    });
});
