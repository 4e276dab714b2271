// Components: what each offers, imports and shows must be there. The compiler looks at one file at
// a time; what one component gives another is looked at here.

import { all, one, textOf } from '../documents.mjs';
import { lineOf } from '../inventory.mjs';

const TARGETS = new Set([
    'lightning__AppPage',
    'lightning__FlowScreen',
    'lightning__GlobalAction',
    'lightning__HomePage',
    'lightning__RecordAction',
    'lightning__RecordPage',
    'lightning__Tab',
    'lightning__UrlAddressable',
    'lightning__UtilityBar'
]);
const PROPERTY_TYPES = /^(Boolean|Color|ContentReference|Integer|Picklist|String)$/;
/** Attributes that every element takes. */
const ON_EVERY_ELEMENT =
    /^(lwc:|for:|iterator:|if:|aria-|data-)|^(class|dir|hidden|id|key|lang|part|role|slot|spellcheck|style|tabindex|title)$/;
/** Events that come through from an element inside by themselves. */
const NATIVE_EVENTS =
    /^(click|dblclick|focus|focusin|focusout|blur|input|change|key\w+|mouse\w+|pointer\w+|touch\w+|wheel|paste|copy|cut|scroll|slotchange|drag\w*|drop)$/;
/** What a dialog has from its base class. */
const MODAL_PROPERTIES = ['size', 'label', 'description', 'disableClose'];

/** @returns {number} how many components were looked at */
export function holdComponents(inventory, tell) {
    for (const bundle of inventory.bundles.values()) {
        if (bundle.described) holdDescription(bundle, tell);
        for (const script of bundle.scripts) holdImports(inventory, script, tell);
        for (const template of bundle.templates) holdTemplate(inventory, template, tell);
    }
    return inventory.bundles.size;
}

function holdDescription(bundle, tell) {
    const { file, root } = bundle.described;
    for (const { text, line } of one(root, 'targets')?.children ?? []) {
        if (!TARGETS.has(text)) {
            tell(
                file,
                line,
                `names the target ${text}, which this package knows no place for. It may be: ${[...TARGETS].join(', ')}.`
            );
        }
    }
    if (bundle.isExposed && bundle.targets.length === 0) {
        tell(
            file,
            root.line,
            'is exposed, but names no target to be shown in. Add one, or set isExposed to false.'
        );
    }
    const configs = one(root, 'targetConfigs');
    for (const config of configs ? all(configs, 'targetConfig') : []) {
        holdTargetConfig(bundle, config, tell);
    }
}

function holdTargetConfig(bundle, config, tell) {
    const { file } = bundle.described;
    const targets = (config.attributes.targets ?? '').split(',').map((target) => target.trim());
    for (const target of targets) {
        if (!bundle.targets.includes(target)) {
            tell(
                file,
                config.line,
                `configures the target "${target}", which is not among its targets. Add it there, or remove this.`
            );
        }
    }
    const action = textOf(config, 'actionType');
    if (
        action &&
        (!targets.includes('lightning__RecordAction') || !/^(ScreenAction|Action)$/.test(action))
    ) {
        tell(
            file,
            config.line,
            `has the actionType ${action}; it is ScreenAction or Action, for lightning__RecordAction.`
        );
    }
    const offered = publicNames(bundle);
    for (const { attributes, line } of all(config, 'property')) {
        if (
            !PROPERTY_TYPES.test(attributes.type ?? '') &&
            !/^@salesforce\//.test(attributes.type ?? '')
        ) {
            tell(
                file,
                line,
                `gives the property ${attributes.name} the type "${attributes.type}". It may be Boolean, Color, Integer or String.`
            );
        }
        if (!offered.has(attributes.name)) {
            tell(
                file,
                line,
                `offers the property ${attributes.name}, but ${bundle.name}.js has no @api ${attributes.name}. Add it there, or remove this.`
            );
        }
        const choices = attributes.datasource?.split(',').map((choice) => choice.trim());
        if (choices && attributes.default !== undefined && !choices.includes(attributes.default)) {
            tell(
                file,
                line,
                `gives ${attributes.name} the default "${attributes.default}", which its datasource does not list.`
            );
        }
    }
}

function holdImports(inventory, { file, text }, tell) {
    for (const match of text.matchAll(/(?:from|import\()\s*['"]((?:@salesforce|c)\/[^'"]+)['"]/g)) {
        const problem = importProblem(inventory, match[1]);
        if (problem) tell(file, lineOf(text, match.index), `imports ${match[1]}: ${problem}`);
    }
}

function importProblem(inventory, specifier) {
    const [, kind, name] =
        /^(?:@salesforce\/)?(c|apex|customPermission|schema|resourceUrl)\/(.+)$/.exec(specifier) ??
        [];
    if (kind === 'c' && !inventory.bundles.has(name)) {
        return `there is no component ${name}. Correct the name.`;
    }
    if (kind === 'apex') return apexProblem(inventory, name);
    if (kind === 'customPermission' && !inventory.named('CustomPermission', name)) {
        return `there is no custom permission ${name}. Correct the name, or add it.`;
    }
    if (kind === 'resourceUrl' && !inventory.named('StaticResource', name)) {
        return `there is no static resource ${name}. Correct the name, or add it.`;
    }
    if (kind === 'schema') {
        const [object, field] = name.split('.');
        const exists = field ? inventory.field(object, field) : inventory.hasObject(object);
        if (!exists) return `${name} does not exist. Correct the name.`;
    }
    return '';
}

function apexProblem(inventory, name) {
    const [type, method] = name.split('.');
    const found = inventory.classes.find((one_) => one_.name === type);
    if (!found) return `there is no class ${type}. Correct the name, or add it.`;
    const offered = [
        ...found.text.matchAll(
            /@AuraEnabled(?:\s*\([^)]*\))?\s+(?:public|global)\s+static\s+[\w.<>,\s]+?\s+(\w+)\s*\(/g
        )
    ].map((match) => match[1]);
    return offered.includes(method)
        ? ''
        : `${type} has no static @AuraEnabled method ${method}. It has: ${offered.join(', ') || 'none'}.`;
}

function holdTemplate(inventory, { file, text }, tell) {
    const shown = text.replaceAll(/<!--[\s\S]*?-->/g, (comment) =>
        comment.replaceAll(/[^\n]/g, ' ')
    );
    for (const match of shown.matchAll(
        /<c-([a-z0-9-]+)((?:\s+[^\s=<>/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|\{[^}]*\}))?)*)/g
    )) {
        const bundle = inventory.bundles.get(camel(match[1]));
        const say = (index, message) => tell(file, lineOf(shown, match.index + index + 1), message);
        if (!bundle) {
            say(
                0,
                `shows <c-${match[1]}>, but there is no component ${camel(match[1])}. Correct the name.`
            );
            continue;
        }
        if (bundle.main) holdAttributes(bundle, match, say);
    }
}

function holdAttributes(bundle, [tag, name, attributes], say) {
    const offered = publicNames(bundle);
    const begins = tag.length - attributes.length;
    const plain = attributes.replaceAll(/=\s*("[^"]*"|'[^']*'|\{[^}]*\})/g, (value) =>
        ' '.repeat(value.length)
    );
    for (const match of plain.matchAll(/[^\s]+/g)) {
        const [attribute] = match;
        const event = /^on([a-z]\w*)$/.exec(attribute)?.[1];
        if (event && !NATIVE_EVENTS.test(event) && !mentions(bundle, event)) {
            say(
                begins + match.index,
                `listens to "${event}" of <c-${name}>, which never fires it. Correct the name.`
            );
        } else if (!event && !ON_EVERY_ELEMENT.test(attribute) && !offered.has(camel(attribute))) {
            say(
                begins + match.index,
                `gives <c-${name}> the attribute ${attribute}, but ${bundle.name}.js has no @api ${camel(attribute)}. Correct the name.`
            );
        }
    }
}

function mentions(bundle, word) {
    return bundle.scripts.some(({ text }) => new RegExp(`['"\`]${word}['"\`]`).test(text));
}

function publicNames(bundle) {
    const names = bundle.scripts.flatMap(({ text }) =>
        [...text.matchAll(/@api\s+(?:async\s+|get\s+|set\s+)?([\w$]+)/g)].map((match) => match[1])
    );
    if (bundle.main?.text.includes("'lightning/modal'")) names.push(...MODAL_PROPERTIES);
    return new Set(names);
}

function camel(name) {
    return name.replaceAll(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
