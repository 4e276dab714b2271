/**
 * Every question to the booking service, by way of the package's Apex. The only module that
 * imports Apex: components get plain answers, or a rejection in the shape of a BookingProblem.
 */
import apexBookingTypes from '@salesforce/apex/BookingController.bookingTypes';
import apexHosts from '@salesforce/apex/BookingController.hosts';
import apexAvailability from '@salesforce/apex/BookingController.availability';
import apexBook from '@salesforce/apex/BookingController.book';
import apexBooking from '@salesforce/apex/BookingController.booking';
import apexBookingByKey from '@salesforce/apex/BookingController.bookingByKey';
import apexGiveUp from '@salesforce/apex/BookingController.giveUp';
import apexBookings from '@salesforce/apex/BookingController.bookings';
import offlineMessage from '@salesforce/label/c.Booking_Problem_Offline_Message';
import unexpectedMessage from '@salesforce/label/c.Booking_Problem_Unexpected_Message';
import noAccessMessage from '@salesforce/label/c.Booking_Problem_No_Access_Message';
import timeoutMessage from '@salesforce/label/c.Booking_Problem_Timeout_Message';

/** Apex gives up after 10 s on reading and 20 s on booking; the rest is Salesforce's own way. */
const READING_MOST_MS = 25000;
const BOOKING_MOST_MS = 40000;

/** Salesforce names the class when the user has no permission set that lets them call it. */
const CONTROLLER = /BookingController/;

/**
 * What the record can be booked for, and why not the rest.
 *
 * @param {string} recordId The record.
 * @returns {Promise<Object>} OfferedTypes.
 */
export function askBookingTypes(recordId) {
    return read(apexBookingTypes, { recordId });
}

/**
 * Who can be the host, and who a co-host.
 *
 * @param {string} recordId The record.
 * @param {string} bookingTypeId The booking type.
 * @returns {Promise<Object>} Hosts.
 */
export function askHosts(recordId, bookingTypeId) {
    return read(apexHosts, { recordId, bookingTypeId });
}

/**
 * When they can meet.
 *
 * @param {string} recordId The record.
 * @param {string} bookingTypeId The booking type.
 * @param {Object} times What is asked: starts_from, starts_before, time_zone, host_id,
 *     co_host_ids, duration_minutes, all_hosts, explain, most.
 * @returns {Promise<Object>} Availability.
 */
export function askAvailability(recordId, bookingTypeId, times) {
    return read(apexAvailability, { recordId, bookingTypeId, times });
}

/**
 * Books. The same key twice books once.
 *
 * @param {Object} wish What is wished: record_id, booking_type_id, start_at and so on.
 * @param {string} idempotencyKey The intent's own key.
 * @returns {Promise<Object>} Booking. When a rejection says is_outcome_unknown, ask by the key.
 */
export function book(wish, idempotencyKey) {
    if (isOffline()) {
        return Promise.reject(problemHere('offline', { isSent: false }));
    }
    return settle(apexBook({ wish, idempotencyKey }), BOOKING_MOST_MS, true);
}

/**
 * One booking as it is now.
 *
 * @param {string} bookingId The booking.
 * @returns {Promise<Object>} Booking.
 */
export function askBooking(bookingId) {
    return read(apexBooking, { bookingId });
}

/**
 * What became of an intent to book.
 *
 * @param {string} idempotencyKey The intent's own key.
 * @returns {Promise<Object>} Booking.
 */
export function askBookingByKey(idempotencyKey) {
    return read(apexBookingByKey, { idempotencyKey });
}

/**
 * What became of an intent to book; where nothing did, nothing will: a wish that is still on its
 * way is refused when it arrives.
 *
 * @param {string} idempotencyKey The intent's own key.
 * @returns {Promise<Object>} Booking; rejected with code not_booked when there never will be one.
 */
export function giveUp(idempotencyKey) {
    return read(apexGiveUp, { idempotencyKey });
}

/**
 * One page of the record's bookings.
 *
 * @param {string} recordId The record.
 * @param {Object} listing Which: starts_from, starts_before, newest_first, most, cursor.
 * @returns {Promise<Object>} Bookings.
 */
export function askBookings(recordId, listing) {
    return read(apexBookings, { recordId, listing });
}

function read(method, parameters) {
    if (isOffline()) {
        return Promise.reject(problemHere('offline', { isSent: false }));
    }
    return settle(method(parameters), READING_MOST_MS, false);
}

async function settle(call, mostMs, isWrite) {
    let answer;
    try {
        answer = await within(call, mostMs);
    } catch (error) {
        throw problemOf(error, isWrite);
    }
    if (!answer) {
        throw problemHere('unexpected', { isSent: isWrite });
    }
    if (answer.problem) {
        throw withEveryMember(answer.problem);
    }
    return answer;
}

/** A call that never answers must not leave anybody waiting for ever. */
function within(call, mostMs) {
    let timer;
    const late = new Promise((resolve, reject) => {
        // eslint-disable-next-line @lwc/lwc/no-async-operation -- a time limit needs a timer
        timer = setTimeout(() => reject(new TooLate()), mostMs);
    });
    return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

class TooLate extends Error {}

function problemOf(error, isWrite) {
    if (error instanceof TooLate) {
        return problemHere('service_timeout', { isSent: isWrite });
    }
    if (isOffline()) {
        return problemHere('offline', { isSent: isWrite });
    }
    const body = (error && error.body) || {};
    if (!body.exceptionType && CONTROLLER.test(body.message || '')) {
        return problemHere('no_access', { isSent: false });
    }
    return problemHere('unexpected', { isSent: isWrite });
}

const HERE = {
    offline: { message: offlineMessage, retryable: true },
    service_timeout: { message: timeoutMessage, retryable: true },
    no_access: { message: noAccessMessage, retryable: false },
    unexpected: { message: unexpectedMessage, retryable: true }
};

/** A problem that no service told; after a write that went out nobody knows how it ended. */
function problemHere(code, { isSent }) {
    return withEveryMember({ ...HERE[code], code, is_outcome_unknown: isSent });
}

function withEveryMember(problem) {
    return {
        message: problem.message || unexpectedMessage,
        code: problem.code || 'unexpected',
        field: problem.field || '',
        retryable: Boolean(problem.retryable),
        request_id: problem.request_id || '',
        suggestion: problem.suggestion || '',
        alternatives: problem.alternatives || [],
        status: problem.status || 0,
        retry_after_seconds: problem.retry_after_seconds || 0,
        is_outcome_unknown: Boolean(problem.is_outcome_unknown)
    };
}

function isOffline() {
    return navigator.onLine === false;
}
