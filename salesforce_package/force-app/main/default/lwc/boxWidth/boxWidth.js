/** How much room a component has, by its own box: a record page gives it whatever it likes. */

/**
 * The word for a width.
 *
 * @param {number} pixels
 * @param {{medium: number, wide: number}} from from so many pixels on it is that
 * @returns {string} narrow, medium or wide
 */
export function widthOf(pixels, from) {
    if (pixels >= from.wide) {
        return 'wide';
    }
    return pixels >= from.medium ? 'medium' : 'narrow';
}
