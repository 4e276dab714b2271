import { createElement } from 'lwc';
import CreateBookingDialog from 'c/createBookingDialog';

jest.mock('c/bookingCalls', () => ({ askBookingTypes: jest.fn(() => new Promise(() => {})) }));

function show() {
    const element = createElement('c-create-booking-dialog', { is: CreateBookingDialog });
    element.recordId = '00QHp00002AbCdEMAV';
    document.body.appendChild(element);
    return element;
}

const panelOf = (element) => element.shadowRoot.querySelector('c-booking-panel');

afterEach(() => {
    while (document.body.firstChild) {
        document.body.removeChild(document.body.firstChild);
    }
});

describe('c-create-booking-dialog', () => {
    it('renders the flow for the record', async () => {
        const element = show();

        expect(panelOf(element).recordId).toBe('00QHp00002AbCdEMAV');
        await expect(element).toBeAccessible();
    });

    it('closes when the organizer is done', () => {
        const element = show();
        const close = jest.fn();
        element.addEventListener('close', close);

        panelOf(element).dispatchEvent(new CustomEvent('close'));

        expect(close).toHaveBeenCalledTimes(1);
    });

    it('is left by the panel’s own button while other ways are barred', () => {
        const element = show();
        const close = jest.fn();
        element.addEventListener('close', close);
        element.disableClose = true;

        panelOf(element).dispatchEvent(new CustomEvent('close'));

        expect(element.disableClose).toBe(false);
        expect(close).toHaveBeenCalledTimes(1);
    });

    it('cannot be closed while a wish is on its way', () => {
        const element = show();
        const wait = (isWaiting) =>
            panelOf(element).dispatchEvent(
                new CustomEvent('waitingchange', { detail: { isWaiting } })
            );

        wait(true);
        expect(element.disableClose).toBe(true);
        wait(false);
        expect(element.disableClose).toBe(false);
    });
});
