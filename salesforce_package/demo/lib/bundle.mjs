/**
 * Bundles the package's own component folders, as they are, with LWC open source and the base
 * components for a page outside Salesforce.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import lwc from '@lwc/rollup-plugin';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import replace from '@rollup/plugin-replace';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';
import { slimIcons } from './icons.mjs';
import { platform } from './platform.mjs';

const DEMO = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** The npm package that this folder belongs to. */
export const ROOT = path.dirname(DEMO);
/** What is deployed to an org. */
export const PACKAGE_DIR = path.join(ROOT, 'force-app', 'main', 'default');
const BASE_COMPONENTS = path.join(ROOT, 'node_modules', 'lightning-base-components');

/** Icons that no source names because the record's object decides. */
const ICONS_OF_OBJECTS = [
    'standard:account',
    'standard:case',
    'standard:contact',
    'standard:event',
    'standard:lead',
    'standard:opportunity',
    'custom:custom24',
    'custom:custom63'
];

/** A component does not compile, or imports what is not there; the message names it. */
export class BundleError extends Error {}

/**
 * Build one script.
 *
 * @param {object} options
 * @param {string} options.entry path of the page's own script
 * @param {string} options.file where the bundle is written
 * @param {string} [options.packageDir] the package's main/default folder
 * @param {boolean} [options.isProduction] small, without LWC's warnings to developers
 * @param {boolean} [options.isDraft] missing Apex is only warned about
 * @param {object} [options.cache] of an earlier build, to save time
 * @returns {Promise<{warnings: string[], cache: object, ownShare: number}>} what was complained
 *     about, and how much of the script, before it is made small, is the package's own components
 * @throws {BundleError}
 */
export async function bundle({
    entry,
    file,
    packageDir = PACKAGE_DIR,
    isProduction = false,
    isDraft = false,
    cache
}) {
    const warnings = [];
    try {
        const built = await rollup({
            input: entry,
            cache,
            plugins: plugins({ packageDir, isProduction, isDraft }),
            onLog: (level, log) => hear(level, log, { packageDir, warnings })
        });
        const { output } = await built.write({
            file,
            format: 'es',
            inlineDynamicImports: true,
            sourcemap: false
        });
        await built.close();
        return { warnings, cache: built.cache, ownShare: shareOf(packageDir, output[0].modules) };
    } catch (error) {
        throw new BundleError(words(error, packageDir), { cause: error });
    }
}

function shareOf(packageDir, modules) {
    const lwcDir = path.join(packageDir, 'lwc') + path.sep;
    let own = 0;
    let all = 0;
    for (const [id, { renderedLength }] of Object.entries(modules)) {
        all += renderedLength;
        own += id.replace(/^\0/, '').startsWith(lwcDir) ? renderedLength : 0;
    }
    return own / all;
}

function plugins({ packageDir, isProduction, isDraft }) {
    const lwcDir = path.join(packageDir, 'lwc');
    const isOurs = (id) => !id.replace(/^\0/, '').includes(`${path.sep}node_modules${path.sep}`);
    return [
        platform({
            packageDir,
            runtime: path.join(DEMO, 'stubs', 'runtime.js'),
            baseComponents: BASE_COMPONENTS,
            isOurs,
            isDraft
        }),
        slimIcons(
            // Not the tests: what they say of an icon would keep it.
            [
                lwcDir,
                path.join(DEMO, 'page'),
                path.join(DEMO, 'stubs'),
                path.join(BASE_COMPONENTS, 'src', 'lightning')
            ].filter((each) => fs.existsSync(each)),
            ICONS_OF_OBJECTS
        ),
        lwc({
            rootDir: path.join(DEMO, 'page'),
            // Plain modules of the page itself are no components.
            exclude: [path.join(DEMO, 'stubs', 'runtime.js'), '**/@salesforce/**'],
            modules: [
                { dir: path.join(DEMO, 'stubs') },
                { dir: path.join(DEMO, 'page', 'components') },
                ...bundlesIn(lwcDir).map((name) => ({
                    name: `c/${name}`,
                    path: path.join(lwcDir, name, `${name}.js`)
                })),
                { npm: 'lightning-base-components' }
            ],
            enableDynamicComponents: true,
            // lightning-combobox calls attachInternals(), which synthetic shadow lacks otherwise.
            enableSyntheticElementInternals: true
        }),
        nodeResolve({ rootDir: ROOT, modulePaths: [path.join(ROOT, 'node_modules')] }),
        replace({
            'process.env.NODE_ENV': JSON.stringify(isProduction ? 'production' : 'development'),
            'import.meta.env.SSR': 'false',
            'import.meta.env': '({})',
            preventAssignment: true
        }),
        isProduction && terser({ maxWorkers: 2 })
    ];
}

/**
 * The names of the component folders.
 *
 * @param {string} lwcDir
 * @returns {string[]}
 */
export function bundlesIn(lwcDir) {
    if (!fs.existsSync(lwcDir)) {
        return [];
    }
    return fs
        .readdirSync(lwcDir)
        .filter((name) => fs.existsSync(path.join(lwcDir, name, `${name}.js`)))
        .sort();
}

/** Fatal what would not deploy; quiet what the base components' own templates are warned about. */
function hear(level, log, { packageDir, warnings }) {
    if (log.code === 'UNRESOLVED_IMPORT') {
        const what = `${log.exporter} is imported, and there is no such module`;
        throw new BundleError(`${culprit(log.id, packageDir)}: ${what}`);
    }
    const file = log.loc?.file ?? log.id ?? log.ids?.[0] ?? '';
    if (level === 'warn' && !file.includes('node_modules')) {
        const where = log.loc ? `:${log.loc.line}` : '';
        warnings.push(`${culprit(file, packageDir)}${where}: ${log.message}`);
    }
}

function words(error, packageDir) {
    if (error instanceof BundleError) {
        return error.message;
    }
    const file = error.loc?.file ?? error.id ?? error.watchFiles?.at(-1) ?? '';
    const where = error.loc?.line ? `:${error.loc.line}` : '';
    return `${culprit(file, packageDir)}${where}: ${error.message}`;
}

/** The component folder that a file belongs to, with the file's name. */
function culprit(id, packageDir) {
    const file = String(id ?? '')
        .replace(/^\0/, '')
        .split('?')[0];
    const relative = path.relative(path.join(packageDir, 'lwc'), file);
    return relative.startsWith('..') ? path.relative(ROOT, file) || 'the page' : `lwc/${relative}`;
}
