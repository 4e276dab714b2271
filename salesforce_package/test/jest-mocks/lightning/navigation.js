import { createTestWireAdapter } from '@salesforce/wire-service-jest-util';

export const CurrentPageReference = createTestWireAdapter(jest.fn());

/** What the components asked to be shown: `navigated.mock.calls`, one [page, replace] each. */
export const navigated = jest.fn();

const Navigate = Symbol('Navigate');
const GenerateUrl = Symbol('GenerateUrl');

export const NavigationMixin = (Base) =>
    class extends Base {
        [Navigate](page, replace) {
            navigated(page, replace);
        }
        [GenerateUrl](page) {
            return Promise.resolve(`/lightning/r/${page?.attributes?.recordId ?? ''}`);
        }
    };
NavigationMixin.Navigate = Navigate;
NavigationMixin.GenerateUrl = GenerateUrl;
