/** Where what is said of a time stands: near it, and over as few times to choose as can be. */

const GAP_PX = 4;
const WIDTH_PX = 224;
const PADDING_PX = 24;
const CHARACTER_PX = 6.5;
const LINE_PX = 17;

/**
 * How to place the tip of a cell, all measured from the same corner of the page.
 *
 * @param {string} text what the tip says
 * @param {object} cell the rectangle that it is said of
 * @param {object} frame the rectangle in which the tip is placed
 * @param {object[]} others rectangles of what can be chosen, the cell itself among them or not
 * @returns {string} style
 */
export function tipStyle(text, cell, frame, others) {
    const height = heightOf(text);
    const lefts = [cell.left, cell.right - WIDTH_PX, (cell.left + cell.right - WIDTH_PX) / 2];
    const tops = [cell.bottom + GAP_PX, cell.top - GAP_PX - height];
    const places = tops.flatMap((top) =>
        lefts.map((left) => inside({ left: left - frame.left, top: top - frame.top }, frame))
    );
    const best = fewest(places, (place) => cover(place, height, frame, others));
    // From below upwards, so that it never reaches over what it speaks of, however tall it is.
    return best.top + frame.top < cell.top
        ? `left:${best.left}px;bottom:${frame.bottom - cell.top + GAP_PX}px`
        : `left:${best.left}px;top:${best.top}px`;
}

function heightOf(text) {
    const lines = Math.ceil((text.length * CHARACTER_PX) / (WIDTH_PX - PADDING_PX));
    return lines * LINE_PX + LINE_PX;
}

function inside({ left, top }, frame) {
    const mostLeft = Math.max(0, frame.width - WIDTH_PX);
    return { left: Math.min(Math.max(0, left), mostLeft), top };
}

/** Out of the frame it may be cut off: worse than covering anything. */
function cover(place, height, frame, others) {
    const isOut = place.top < 0 || place.top + height > frame.height;
    const left = place.left + frame.left;
    const top = place.top + frame.top;
    const covered = others.filter(
        (other) =>
            other.left < left + WIDTH_PX &&
            other.right > left &&
            other.top < top + height &&
            other.bottom > top
    );
    return covered.length + (isOut ? others.length + 1 : 0);
}

function fewest(places, costOf) {
    return places.reduce((best, each) => (costOf(each) < costOf(best) ? each : best));
}
