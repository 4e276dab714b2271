// What lies in the package: each file's kind, the name of what it defines, and what belongs beside it.

import { existsSync, globSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

/** End of the file's name (before -meta.xml) → the type that the file holds. */
const KINDS = {
    app: 'CustomApplication',
    cls: 'ApexClass',
    compactLayout: 'CompactLayout',
    customPermission: 'CustomPermission',
    eca: 'ExternalClientApplication',
    ecaGlblOauth: 'ExtlClntAppGlobalOauthSettings',
    ecaOauth: 'ExtlClntAppOauthSettings',
    ecaOauthPlcy: 'ExtlClntAppOauthConfigurablePolicies',
    ecaPlcy: 'ExtlClntAppConfigurablePolicies',
    externalCredential: 'ExternalCredential',
    field: 'CustomField',
    flexipage: 'FlexiPage',
    flow: 'Flow',
    js: 'LightningComponentBundle',
    labels: 'CustomLabels',
    layout: 'Layout',
    listView: 'ListView',
    namedCredential: 'NamedCredential',
    object: 'CustomObject',
    permissionset: 'PermissionSet',
    permissionsetgroup: 'PermissionSetGroup',
    quickAction: 'QuickAction',
    recordType: 'RecordType',
    remoteSite: 'RemoteSiteSetting',
    resource: 'StaticResource',
    settings: 'Settings',
    tab: 'CustomTab',
    trigger: 'ApexTrigger',
    validationRule: 'ValidationRule',
    webLink: 'WebLink'
};
/** Kinds whose content is a file of its own beside the -meta.xml. */
const WITH_CONTENT = new Set(['cls', 'trigger', 'js', 'resource']);
const META = '-meta.xml';

/**
 * @typedef {object} Defined
 * @property {string} file
 * @property {string} type as the schema calls it; undefined where the ending is unknown
 * @property {string} name the file's name without its endings
 * @property {string} object the object's folder that it lies in, or ''
 */

/** @returns {Defined[]} what the package's -meta.xml files define */
export function definedFiles() {
    return globSync(`{force-app,service-access}/**/*${META}`)
        .sort()
        .map((file) => {
            const [, name, kind] =
                /^(.*?)\.([A-Za-z]+)$/.exec(basename(file).slice(0, -META.length)) ?? [];
            // A quick action's own name has a point in it: Lead.Create_Booking
            const whole = basename(file).slice(0, -META.length - (kind?.length ?? 0) - 1);
            const inObject = /\/objects\/([^/]+)\//.exec(file);
            return {
                file,
                name: whole || name,
                kind,
                type: Object.hasOwn(KINDS, kind ?? '') ? KINDS[kind] : undefined,
                object: inObject ? inObject[1] : ''
            };
        });
}

/** @returns {string[]} the components' folders */
export function bundleFolders() {
    return globSync('force-app/**/lwc/*', { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => relative(process.cwd(), join(entry.parentPath, entry.name)))
        .sort();
}

/**
 * Files that lack the one that belongs to them.
 *
 * @param {Defined[]} defined
 * @param {(file: string, line: number, message: string) => void} tell
 */
export function holdCompanions(defined, tell) {
    for (const { file, kind, type } of defined) {
        const content = file.slice(0, -META.length);
        if (!type) {
            tell(
                file,
                0,
                'is of no kind that this check knows. Correct its ending, or add the kind in tools/metadata/files.mjs.'
            );
        } else if (WITH_CONTENT.has(kind) && !existsSync(content)) {
            tell(
                file,
                0,
                `describes ${basename(content)}, which is not there. Add it, or remove this file.`
            );
        } else if (kind === 'ecaGlblOauth') {
            tell(file, 0, "holds an app's key and secret, which belong in no package. Remove it.");
        }
    }
    for (const file of globSync('force-app/**/*.{cls,trigger}')) {
        if (!existsSync(file + META)) {
            tell(
                file,
                0,
                `has no ${basename(file)}${META} beside it, so it would not be deployed. Add it.`
            );
        }
    }
    for (const folder of bundleFolders()) {
        const name = basename(folder);
        const main = join(folder, `${name}.js`);
        if (!existsSync(main)) {
            tell(folder, 0, `has no ${name}.js: a component's file is named as its folder.`);
        } else if (!existsSync(main + META)) {
            tell(
                main,
                0,
                `has no ${name}.js${META} beside it, so it would not be deployed. Add it.`
            );
        }
    }
}
