/**
 * Where the keyboard stands in the grid: a place is {column, row}, the row by its key.
 */

/**
 * The place after a key was pressed.
 *
 * @param {object} model the grid
 * @param {{column: number, row: string}} place
 * @param {string} key of the keyboard event
 * @param {boolean} isWide with Control: Home and End go to the first and last start of the day
 * @returns {{column: number, row: string}|null} null for keys that do not walk
 */
export function placeAfter(model, place, key, isWide) {
    const at = indexesOf(model, place);
    const last = { column: model.days.length - 1, row: model.rows.length - 1 };
    switch (key) {
        case 'ArrowLeft':
            return placeAt(model, at.column - 1, at.row);
        case 'ArrowRight':
            return placeAt(model, at.column + 1, at.row);
        case 'ArrowUp':
            return placeAt(model, at.column, at.row - 1);
        case 'ArrowDown':
            return placeAt(model, at.column, at.row + 1);
        case 'Home':
            return isWide ? placeAt(model, at.column, 0) : placeAt(model, 0, at.row);
        case 'End':
            return isWide
                ? placeAt(model, at.column, last.row)
                : placeAt(model, last.column, at.row);
        default:
            return null;
    }
}

function indexesOf(model, place) {
    const row = model.rows.findIndex((each) => each.key === place.row);
    return { column: place.column, row: Math.max(row, 0) };
}

function placeAt(model, column, row) {
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    return {
        column: within(column, model.days.length - 1),
        row: model.rows[within(row, model.rows.length - 1)].key
    };
}

/**
 * Where to stand in a grid that has just come: on what is chosen; else on the same day and time as
 * before, else the same weekday's; else on the first time that can be chosen.
 *
 * @param {object} model
 * @param {object|null} before the cell stood on, with `date`, `row` and `column`
 * @param {number} chosenMs NaN when nothing is
 * @returns {{column: number, row: string}|null} null without any cell
 */
export function nearestPlace(model, before, chosenMs) {
    if (!model.rows.length) {
        return null;
    }
    if (before) {
        return samePlace(model, before);
    }
    return (
        placeOfStart(model, chosenMs) ||
        placeWhere(model, (cell) => cell.isOffered && cell.isMatch) ||
        placeWhere(model, (cell) => cell.isOffered) ||
        placeAt(model, 0, 0)
    );
}

/**
 * Where a start is drawn.
 * @param {object} model
 * @param {number} ms
 * @returns {{column: number, row: string}|null}
 */
export function placeOfStart(model, ms) {
    return placeWhere(model, (cell) => cell.ms !== null && cell.ms === ms);
}

function samePlace(model, before) {
    const sameDay = model.days.findIndex((day) => day.date === before.date);
    const away = (row) => Math.abs(row.minutes - before.row.minutes);
    const closest = model.rows.reduce((best, row) => (away(row) < away(best) ? row : best));
    const row = model.rows.find((each) => each.key === before.row.key) || closest;
    const column = sameDay < 0 ? before.column : sameDay;
    return placeAt(model, column, model.rows.indexOf(row));
}

/** Day by day, so that the earliest in time is found first. */
function placeWhere(model, isWanted) {
    for (let column = 0; column < model.days.length; column++) {
        const row = model.rows.find((each) => isWanted(each.cells[column]));
        if (row) {
            return { column, row: row.key };
        }
    }
    return null;
}
