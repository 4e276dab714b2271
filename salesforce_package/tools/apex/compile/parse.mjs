/**
 * Source text to parse tree, with syntax errors as errors.
 */
import { ApexErrorListener, ApexParserFactory } from '@apexdevtools/apex-parser';

/** A class that cannot be loaded: what the platform's compiler would refuse, or what we can't do. */
export class LoadError extends Error {
    /**
     * @param {string} message what is wrong
     * @param {{className: string, line: number}} place where
     */
    constructor(message, { className, line }) {
        super(message);
        this.name = 'LoadError';
        this.className = className;
        this.line = line;
    }

    /** @returns {string} class, line and message in one line */
    toString() {
        return `${this.className}, line ${this.line}: ${this.message}`;
    }
}

/** What else could have stood there is half the language: nobody finds the line behind it. */
const LONG_LIST = / expecting \{.{60,}\}$/s;

class FirstError extends ApexErrorListener {
    error = null;

    apexSyntaxError(line, column, message) {
        const words = message.replace(LONG_LIST, '');
        this.error ??= { line, message: `${words} (column ${column + 1})` };
    }
}

function parsed(source, className, rule) {
    const errors = new FirstError();
    const { parser } = ApexParserFactory.createLexerAndParser(source, errors);
    const tree = parser[rule]();
    if (!errors.error && parser.getCurrentToken().type !== -1 && rule === 'query') {
        const token = parser.getCurrentToken();
        errors.error = { line: token.line, message: `unexpected token: '${token.text}'` };
    }
    if (errors.error) {
        throw new LoadError(errors.error.message, { className, line: errors.error.line });
    }
    return tree;
}

/**
 * @param {string} source the text of a .cls file
 * @param {string} className for errors
 * @returns {object} its compilation unit
 */
export function parseClass(source, className) {
    return parsed(source, className, 'compilationUnit');
}

/**
 * @param {string} source the text of a SOQL query
 * @returns {object} its query node
 */
export function parseQuery(source) {
    return parsed(source, 'SOQL', 'query');
}

/**
 * @param {object} node a node of the tree
 * @returns {string} which rule it is, without "Context"
 */
export function kindOf(node) {
    return node.constructor.name.slice(0, -'Context'.length);
}

/**
 * @param {object} node a node of the tree
 * @returns {string} its text as it stands in the source, spaces and all
 */
export function textOf(node) {
    return node.start.getInputStream().getText(node.start.start, node.stop.stop);
}
