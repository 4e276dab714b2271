/**
 * Everything of the platform that the package's code can name.
 */
import { collections } from './collections.mjs';
import { exceptions } from './exceptions.mjs';
import { http } from './http.mjs';
import { json } from './json.mjs';
import { numbers } from './numbers.mjs';
import { platform } from './platform.mjs';
import { schema } from './schema.mjs';
import { strings } from './strings.mjs';
import { times } from './times.mjs';

/** @returns {Map<string, object>} the platform's classes by lower-case name */
export function platformLibrary() {
    const all = [
        ...strings,
        ...numbers,
        ...times,
        ...collections,
        ...exceptions,
        ...http,
        ...platform,
        ...json,
        ...schema
    ];
    const library = new Map(all.map((each) => [each.key, each]));
    for (const name of ['SObjectType', 'DescribeSObjectResult', 'SObjectField']) {
        library.set(name.toLowerCase(), library.get(`schema.${name.toLowerCase()}`));
    }
    return library;
}
