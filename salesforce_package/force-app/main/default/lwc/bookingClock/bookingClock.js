/** The only place where components of people and progress read the clock and wait. */

/**
 * The present instant.
 *
 * @returns {number} Milliseconds since 1970.
 */
export function now() {
    return Date.now();
}

/**
 * Does something once, later.
 *
 * @param {Function} action What.
 * @param {number} delayMs In how many milliseconds.
 * @returns {Function} Call it to have it not done.
 */
export function later(action, delayMs) {
    // eslint-disable-next-line @lwc/lwc/no-async-operation -- waiting is what this is for
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
}
