/**
 * Puts the package's components on the sandbox's record page, and plays the parts of Lightning
 * Experience around them: the quick action's window, toasts, record pages as destinations.
 */
import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import Bookings from 'c/bookings';
import CreateBookingAction from 'c/createBookingAction';
import Icon from 'lightning/icon';
import ActionModal from 'demo/actionModal';
import { showToasts } from './toasts';

const { recordId, objectApiName, icon } = document.body.dataset;

/** The header's icon of the object. */
function placeIcon() {
    const element = createElement('lightning-icon', { is: Icon });
    element.iconName = icon;
    element.size = 'large';
    document.getElementById('object-icon').appendChild(element);
}

/** The component as it stands on a record page. */
function placeBookings() {
    const place = document.getElementById('bookings');
    const element = createElement('c-bookings', { is: Bookings });
    element.recordId = recordId;
    element.objectApiName = objectApiName;
    element.opens = place.dataset.opens;
    place.replaceChildren(element);
}

/** The header's action, as the platform opens it: in a window of its own. */
function offerAction() {
    const button = document.getElementById('create-booking');
    button.disabled = false;
    button.addEventListener('click', () => {
        ActionModal.open({
            size: 'medium',
            label: button.textContent.trim(),
            action: CreateBookingAction,
            recordId,
            objectApiName
        });
    });
}

showToasts();
placeIcon();
placeBookings();
offerAction();
document.body.dataset.isReady = 'true';
