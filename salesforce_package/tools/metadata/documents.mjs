// Reads an XML file of the package into a small tree that remembers its lines.

import { readFileSync } from 'node:fs';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

const ATTRIBUTES = ':@';
const PLACE = XMLParser.getMetaDataSymbol();

const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: true
});

/**
 * An element.
 *
 * @typedef {object} Element
 * @property {string} name
 * @property {number} line from 1
 * @property {string} text of an element without children
 * @property {Object<string, string>} attributes
 * @property {Element[]} children
 */

/** @returns {Element} of which `children` are the elements of the text */
export function parse(text) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return {
        name: '',
        line: 1,
        text: '',
        attributes: {},
        children: read(parser.parse(text), starts)
    };
}

/**
 * @param {string} file
 * @returns {{root?: Element, problem?: string, line?: number}} its outermost element, or why there
 *     is none
 */
export function readDocument(file) {
    const text = readFileSync(file, 'utf8');
    const checked = XMLValidator.validate(text);
    if (checked !== true) return { problem: checked.err.msg, line: checked.err.line };
    const { children } = parse(text);
    const roots = children.filter(({ name }) => name !== '?xml');
    return roots.length === 1 ? { root: roots[0] } : { problem: 'no outermost element', line: 1 };
}

function read(nodes, starts) {
    return nodes
        .map((node) => {
            const name = Object.keys(node).find((key) => key !== ATTRIBUTES);
            if (name === '#text' || name === '#comment') return undefined;
            const inner = node[name];
            return {
                name,
                line: lineAt(node[PLACE]?.startIndex ?? 0, starts),
                text: inner.map((child) => child['#text'] ?? '').join(''),
                attributes: node[ATTRIBUTES] ?? {},
                children: read(inner, starts)
            };
        })
        .filter(Boolean);
}

function lineAt(index, starts) {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle] <= index) low = middle;
        else high = middle - 1;
    }
    return low + 1;
}

/** @returns {Element[]} the children of that name */
export function all(element, name) {
    return element.children.filter((child) => child.name === name);
}

/** @returns {Element | undefined} the first child of that name */
export function one(element, name) {
    return element.children.find((child) => child.name === name);
}

/** @returns {string} what that child says, or nothing */
export function textOf(element, name) {
    return one(element, name)?.text ?? '';
}

/** @returns {Generator<Element>} the element and all below it */
export function* everything(element) {
    yield element;
    for (const child of element.children) yield* everything(child);
}
