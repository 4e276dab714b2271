/** Where builds are kept: a folder for each state of the sources, made once and never changed. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const NO_INPUT = /(^|[\\/])(__tests__|tests|gallery|node_modules)([\\/]|$)|README\.md$/;
const KEPT = 5;

/**
 * A name for the state of these files and folders.
 *
 * @param {string[]} places
 * @param {string} [options] what else decides about the outcome
 * @returns {string} 16 hexadecimal digits
 */
export function stateOf(places, options = '') {
    const hash = createHash('sha256').update(options);
    for (const place of places) {
        for (const file of filesIn(place)) {
            hash.update(`\0${path.relative(place, file)}\0`).update(fs.readFileSync(file));
        }
    }
    return hash.digest('hex').slice(0, 16);
}

function filesIn(place) {
    if (!fs.existsSync(place)) {
        return [];
    }
    if (fs.statSync(place).isFile()) {
        return [place];
    }
    return fs
        .readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .filter((file) => !NO_INPUT.test(path.relative(place, file)))
        .sort();
}

/**
 * Fill a folder so that nobody ever sees it half filled.
 *
 * @param {string} folder
 * @param {(unfinished: string) => Promise<void>} fill
 */
export async function whole(folder, fill) {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
    const unfinished = fs.mkdtempSync(`${folder}.`);
    try {
        await fill(unfinished);
        fs.rmSync(folder, { recursive: true, force: true });
        fs.renameSync(unfinished, folder);
    } catch (error) {
        fs.rmSync(unfinished, { recursive: true, force: true });
        // Somebody else made the same at the same time.
        if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) {
            throw error;
        }
    }
}

/**
 * Remove all builds but the latest few.
 *
 * @param {string} parent
 */
export function removeOld(parent) {
    const builds = fs
        .readdirSync(parent, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && /^[0-9a-f]{16}$/.test(entry.name))
        .map((entry) => path.join(parent, entry.name))
        .sort((one, other) => fs.statSync(other).mtimeMs - fs.statSync(one).mtimeMs);
    for (const folder of builds.slice(KEPT)) {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}
