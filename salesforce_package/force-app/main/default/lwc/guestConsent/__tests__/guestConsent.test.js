import { createElement } from 'lwc';
import GuestConsent from 'c/guestConsent';

const TEXT = 'May we record this meeting?';
const MISSING =
    'Read the text to the guest and tick this once they have agreed: ' +
    'nothing can be booked without it.';

describe('c-guest-consent', () => {
    let element;
    let told;
    let said;

    function show(properties = {}) {
        element = createElement('c-guest-consent', { is: GuestConsent });
        Object.assign(element, { text: TEXT, ...properties });
        told = [];
        said = [];
        element.addEventListener('consentchange', (event) => told.push(event.detail));
        document.body.appendChild(element);
        box().setCustomValidity = (words) => said.push(words);
        box().reportValidity = jest.fn();
        box().focus = jest.fn();
        box().scrollIntoView = jest.fn();
    }

    const box = () => element.shadowRoot.querySelector('lightning-input');

    afterEach(() => {
        document.body.replaceChildren();
    });

    it('renders the text to read and a box in words, not ticked', async () => {
        show();

        expect(element.shadowRoot.querySelector('.text').textContent).toBe(TEXT);
        expect(element.shadowRoot.querySelector('.read').textContent).toContain('Read this');
        expect(box().label).toBe('The guest has agreed');
        expect(box().checked).toBe(false);
        expect(box().required).toBe(true);
        await expect(element).toBeAccessible();
    });

    it.each([true, false])('tells when it is ticked: %p', (checked) => {
        show({ hasConsent: !checked });
        box().dispatchEvent(new CustomEvent('change', { detail: { checked } }));

        expect(told).toEqual([{ hasConsent: checked }]);
        expect(said).toEqual(['']);
    });

    it('says what to do while it is not ticked', () => {
        show();
        expect(element.check()).toBe(false);
        expect(said).toEqual([MISSING]);

        element.hasConsent = true;
        expect(element.check()).toBe(true);
        expect(said).toEqual([MISSING, '']);
    });

    describe('brings the whole box into view', () => {
        beforeEach(() => {
            jest.useFakeTimers();
            show();
        });

        afterEach(() => {
            jest.useRealTimers();
        });

        it('as soon as its message is drawn, when it takes the focus', () => {
            element.refuse('No.');
            box().dispatchEvent(new CustomEvent('focus'));
            expect(box().scrollIntoView).not.toHaveBeenCalled();
            jest.runAllTimers();

            expect(box().scrollIntoView).toHaveBeenCalledTimes(1);
            expect(box().scrollIntoView).toHaveBeenCalledWith({ block: 'nearest' });
        });

        it('but not away from another field that has the focus', () => {
            element.refuse('No.');
            jest.runAllTimers();

            expect(box().scrollIntoView).not.toHaveBeenCalled();
        });
    });

    it('says what the service found wrong, and takes the focus', () => {
        show();
        element.refuse('No.');
        element.focus();

        expect(said).toEqual(['No.']);
        expect(box().reportValidity).toHaveBeenCalled();
        expect(box().focus).toHaveBeenCalled();
    });
});
