/**
 * Tells the other booking components of the page that something was booked: the record action, the
 * dialog and the card do not know each other, and the card shows the record's bookings.
 */

const listeners = new Set();

/** Ids are the same with and without the three letters that only guard against mistyping. */
const OWN_CHARACTERS = 15;

/**
 * Tells that a booking was made.
 *
 * @param {Object} booking The booking.
 */
export function announce(booking) {
    for (const listener of [...listeners]) {
        listener(booking);
    }
}

/**
 * Listens for bookings of a record.
 *
 * @param {Function} recordId Gives the record that matters now.
 * @param {Function} hear Gets each booking made for it.
 * @returns {Function} Call it to hear no more.
 */
export function listen(recordId, hear) {
    const listener = (booking) => {
        if (isSame(booking.record_id, recordId())) {
            hear(booking);
        }
    };
    listeners.add(listener);
    return () => listeners.delete(listener);
}

function isSame(one, other) {
    const own = (id) => (id || '').slice(0, OWN_CHARACTERS);
    return own(one) !== '' && own(one) === own(other);
}
