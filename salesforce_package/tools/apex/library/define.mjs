/**
 * How a class of the platform is written down here: its members by their Apex signatures.
 *
 *     'Integer indexOf(String)': (ctx, self, part) => …
 *     'static String join(Object,String)': (ctx, parts, separator) => …
 *     'new(String)': (ctx, message) => …
 *     'async HttpResponse send(HttpRequest)': …   (gives a promise)
 *
 * `self` and a static's arguments come as runtime values; T, K and V are the receiver's.
 */

const SIGNATURE = /^(async )?(static )?(?:(\S+) )?(\w+)\((.*)\)$/;

/** @returns {string[]} the parts between commas that are in no angle brackets */
export function splitTypes(text) {
    const parts = [];
    let depth = 0;
    let part = '';
    for (const letter of text) {
        depth += letter === '<' ? 1 : letter === '>' ? -1 : 0;
        if (letter === ',' && depth === 0) {
            parts.push(part.trim());
            part = '';
        } else {
            part += letter;
        }
    }
    return part.trim() ? [...parts, part.trim()] : parts;
}

function memberOf(signature, run) {
    const match = SIGNATURE.exec(signature);
    if (!match) {
        throw new Error(`not a signature: ${signature}`);
    }
    return {
        isAsync: Boolean(match[1]),
        isStatic: Boolean(match[2]),
        returns: match[3] ?? 'void',
        name: match[4].toLowerCase(),
        params: splitTypes(match[5]),
        run
    };
}

/**
 * @param {string} name as Apex shows it
 * @param {Object<string, Function>} members by signature
 * @param {object} more isException, isInterface, isGeneric, constants, superName, typeParams
 * @returns {object} the class for the library
 */
export function platformClass(name, members, more = {}) {
    const methods = new Map();
    for (const [signature, run] of Object.entries(members)) {
        const member = memberOf(signature, run);
        methods.set(member.name, [...(methods.get(member.name) ?? []), member]);
    }
    return { name, key: name.toLowerCase(), methods, constants: new Map(), ...more };
}

/**
 * @param {string} name as Apex shows it
 * @param {string[]} values its values
 * @returns {object} an enum of the platform
 */
export function platformEnum(name, values) {
    const library = platformClass(name, {}, { isEnum: true });
    values.forEach((each, ordinal) => {
        library.constants.set(each.toLowerCase(), { name: each, ordinal });
    });
    return library;
}
