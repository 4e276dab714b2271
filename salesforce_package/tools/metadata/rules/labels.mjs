// Custom labels: each that is named exists, and each that exists is named.

import { everything, one, textOf } from '../documents.mjs';
import { lineOf } from '../inventory.mjs';

const LONGEST = { fullName: 80, shortDescription: 80, value: 1000 };

/** @returns {number} how many labels were looked at */
export function holdLabels(inventory, tell) {
    const used = new Set();
    const name = (file, line, label) => {
        used.add(label);
        if (!inventory.labels.has(label)) {
            tell(
                file,
                line,
                `names the label ${label}, which does not exist. Correct the name, or add it to CustomLabels.`
            );
        }
    };
    for (const { scripts } of inventory.bundles.values()) {
        for (const { file, text } of scripts) {
            nameAll(file, text, /@salesforce\/label\/c\.(\w+)/g, name);
        }
    }
    for (const { file, text } of inventory.classes) {
        nameAll(
            file,
            withoutTexts(text),
            /\b(?:System\.)?Label\.(?:c\.)?(?!get\b|translationExists\b)(\w+)/gi,
            name
        );
    }
    for (const { file, root } of [
        'FlexiPage',
        'CustomField',
        'QuickAction',
        'Flow',
        'LightningComponentBundle'
    ].flatMap((type) => inventory.of(type))) {
        for (const { text, line } of everything(root)) {
            for (const [, label] of text.matchAll(/\$Label\.(\w+)/g)) name(file, line, label);
        }
    }
    for (const [label, { file, line }] of inventory.labels) {
        if (!used.has(label)) {
            tell(file, line, `has the label ${label}, which nothing names. Remove it.`);
        }
    }
    holdDocument(inventory, tell);
    return inventory.labels.size;
}

function nameAll(file, text, pattern, name) {
    for (const match of text.matchAll(pattern)) name(file, lineOf(text, match.index), match[1]);
}

/** The text with its comments and literals blanked, so that a word in them names nothing. */
function withoutTexts(text) {
    return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'/g, (part) =>
        part.replaceAll(/[^\n]/g, ' ')
    );
}

function holdDocument(inventory, tell) {
    const seen = new Set();
    for (const { file, root } of inventory.of('CustomLabels')) {
        for (const label of root.children) {
            const key = textOf(label, 'fullName');
            if (seen.has(key.toLowerCase())) {
                tell(file, label.line, `has the label ${key} a second time. Remove one.`);
            }
            seen.add(key.toLowerCase());
            for (const [part, longest] of Object.entries(LONGEST)) {
                const length = textOf(label, part).length;
                if (length > longest) {
                    tell(
                        file,
                        one(label, part).line,
                        `has a ${part} of ${length} characters for ${key}; ${longest} are the most.`
                    );
                }
            }
        }
    }
}
