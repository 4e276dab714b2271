// The Apex type check: apex-ls, with the platform's types of version 65, in a Java of its own. It
// reads the classes, the objects and the labels, and says what the platform's compiler would say.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

const JARS = join(
    createRequire(import.meta.url).resolve('@salesforce/code-analyzer-pmd-engine/package.json'),
    '../dist/java-lib/*'
);
const CHECK = 'io.github.apexdevtools.apexls.CheckForIssues';
// A short run: no time is to be spent on making the code fast.
const FAST_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const ADVICE = { Unused: ' Remove it, or use it.' };

/**
 * @param {string} java how to start it
 * @param {string} folder with sfdx-project.json
 * @returns {Promise<{file: string, line: number, message: string}[]>} what is wrong
 */
export async function typeErrors(java, folder) {
    const said = await run(java, [
        ...FAST_START,
        ...['-cp', JARS, CHECK, '--nocache', '--detail', 'unused', '--format', 'json'],
        ...['--workspace', folder]
    ]);
    return said.files.flatMap(({ path, messages }) =>
        messages.map(({ start, category, message }) => ({
            file: path,
            line: start.line,
            message: `${message}.${ADVICE[category] ?? ''} (apex-ls: ${category})`
        }))
    );
}

async function run(java, options) {
    let output;
    try {
        output = await promisify(execFile)(java, options, { maxBuffer: 64 * 1024 * 1024 });
    } catch (error) {
        // It ends with a status of its own when it found something, and says that in JSON as well.
        output = error;
    }
    const { stdout = '', stderr = '' } = output;
    try {
        return stdout.trim() ? JSON.parse(stdout) : { files: [] };
    } catch {
        throw new Error(`the type check did not answer as it should: ${stdout}${stderr}`);
    }
}
