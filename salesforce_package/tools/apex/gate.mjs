/**
 * Who may have Apex executed: this machine's own programs, and no page that a browser shows.
 *
 * A call names addresses that are then asked with the user's token, so another site must not make
 * one: not by its own name, not by a name of its that leads to this machine, not by a form.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const OWN_SITES = ['none', 'same-origin'];

/**
 * @param {object} request as it came
 * @param {string} token what a program of ours knows; empty: there is none
 * @returns {?{status: number, message: string}} why it is refused; null: it is not
 */
export function refusal({ method, headers, socket }, token) {
    const { host = '', origin, 'sec-fetch-site': site, 'content-type': kind } = headers;
    if (!NAMES.some((name) => host.toLowerCase() === `${name}:${socket.localPort}`)) {
        return refused(
            403,
            `Apex is executed for this machine alone, not under the name "${host}".`
        );
    }
    if (origin !== undefined) {
        return refused(403, `Apex is not executed for a page in a browser, as ${origin} is.`);
    }
    if (site !== undefined && !OWN_SITES.includes(site)) {
        return refused(403, 'Apex is not executed for another site.');
    }
    if (method !== 'POST') {
        return null;
    }
    if (!/^application\/json\s*(?:;|$)/i.test(kind ?? '')) {
        return refused(415, 'A call is JSON: say so with Content-Type: application/json.');
    }
    if (token && !isSame(headers.authorization ?? '', `Bearer ${token}`)) {
        return refused(401, 'Authorization must name the APEX_RUNNER_TOKEN that the runner has.');
    }
    return null;
}

function refused(status, message) {
    return { status, message };
}

/** In the same time, whatever is different. */
function isSame(given, expected) {
    const [one, other] = [given, expected].map((text) =>
        createHash('sha256').update(text).digest()
    );
    return timingSafeEqual(one, other);
}
