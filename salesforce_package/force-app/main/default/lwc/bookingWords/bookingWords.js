/**
 * Puts values into a custom label's places: `{0}` is the first value, `{1}` the second.
 * A place without a value stays as it is, so that a forgotten one is seen.
 *
 * @param {string} label The label's text.
 * @param {...*} values What goes into the places.
 * @returns {string} The text to show.
 */
export function fill(label, ...values) {
    return label.replace(/\{(\d+)\}/g, (place, position) => {
        const value = values[Number(position)];
        return value === undefined || value === null ? place : String(value);
    });
}

/**
 * Chooses the label for a number of things and puts the number into its `{0}`.
 *
 * @param {number} count How many.
 * @param {string} one The label for exactly one.
 * @param {string} many The label for none and for more than one.
 * @returns {string} The text to show.
 */
export function plural(count, one, many) {
    return fill(count === 1 ? one : many, count);
}
