import { createElement } from 'lwc';
import CreateBookingAction from 'c/createBookingAction';
import { askBookingTypes } from 'c/bookingCalls';

jest.mock('c/bookingCalls', () => ({ askBookingTypes: jest.fn(() => new Promise(() => {})) }));

const RECORD = '00QHp00002AbCdEMAV';

const panelOf = (element) => element.shadowRoot.querySelector('c-booking-panel');

function show() {
    const element = createElement('c-create-booking-action', { is: CreateBookingAction });
    document.body.appendChild(element);
    return element;
}

afterEach(() => {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
});

describe('c-create-booking-action', () => {
    it('renders the flow once the record is known, which may be after it is on the page', async () => {
        const element = show();
        expect(panelOf(element)).toBeNull();

        element.recordId = RECORD;
        await Promise.resolve();

        expect(askBookingTypes).toHaveBeenCalledWith(RECORD);
        await expect(element).toBeAccessible();
    });

    it('closes its window when the organizer is done', async () => {
        const element = show();
        element.recordId = RECORD;
        await Promise.resolve();
        const close = jest.fn();
        document.body.addEventListener('lightning__actionsclosescreen', close, { once: true });

        panelOf(element).dispatchEvent(new CustomEvent('close'));

        expect(close).toHaveBeenCalledTimes(1);
    });
});
