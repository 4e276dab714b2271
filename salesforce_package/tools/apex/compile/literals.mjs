/**
 * Literals of Apex and SOQL.
 */
const ESCAPES = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\\': '\\', "'": "'", '"': '"' };

/**
 * @param {string} literal with its quotes
 * @returns {string} the text that it means; \% and \_ are kept for LIKE
 */
export function unescaped(literal) {
    return literal
        .slice(1, -1)
        .replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (run, code, letter) =>
            code ? String.fromCharCode(parseInt(code, 16)) : (ESCAPES[letter] ?? run)
        );
}
