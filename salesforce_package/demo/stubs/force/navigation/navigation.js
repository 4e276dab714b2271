import { RECORDS_URL } from '../../runtime';

const Navigate = Symbol('Navigate');
const GenerateUrl = Symbol('GenerateUrl');

/** The address of what a page reference names; empty when this page has no such place. */
function addressOf(reference) {
    switch (reference?.type) {
        case 'standard__recordPage':
        case 'standard__recordRelationshipPage':
            return `${RECORDS_URL}/${reference.attributes.recordId}`;
        case 'standard__webPage':
            return reference.attributes.url;
        default:
            return '';
    }
}

/** What a component extends to go somewhere else. */
export const NavigationMixin = (Base) =>
    class extends Base {
        [Navigate](reference, replace = false) {
            const address = addressOf(reference);
            if (reference?.type === 'standard__webPage') {
                window.open(address, '_blank', 'noopener');
            } else if (address && replace) {
                window.location.replace(address);
            } else if (address) {
                window.location.assign(address);
            } else {
                document.dispatchEvent(
                    new CustomEvent('lightning__showtoast', {
                        detail: {
                            title: 'This page is only in Salesforce',
                            message: `The sandbox has no ${reference?.type ?? 'such'} page.`,
                            variant: 'warning'
                        }
                    })
                );
            }
        }

        [GenerateUrl](reference) {
            return Promise.resolve(addressOf(reference));
        }
    };
NavigationMixin.Navigate = Navigate;
NavigationMixin.GenerateUrl = GenerateUrl;

/** Tells a component by wire on which page it is. */
export class CurrentPageReference {
    constructor(dataCallback) {
        this.tell = dataCallback;
    }

    connect() {
        const recordId = document.body.dataset.recordId;
        const objectApiName = document.body.dataset.objectApiName;
        this.tell({
            type: 'standard__recordPage',
            attributes: { recordId, objectApiName, actionName: 'view' },
            state: {}
        });
    }

    update() {}

    disconnect() {}
}
