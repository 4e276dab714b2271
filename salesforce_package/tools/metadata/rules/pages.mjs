// Pages, tabs, apps and actions: the components, pages and objects that they show must be there, be
// meant for such a place, and get only properties that they have.

import { all, everything, one, textOf } from '../documents.mjs';
import { designProperties } from '../inventory.mjs';
import { isTab } from './permissions.mjs';

const TARGETS = {
    RecordPage: 'lightning__RecordPage',
    AppPage: 'lightning__AppPage',
    HomePage: 'lightning__HomePage',
    UtilityBar: 'lightning__UtilityBar'
};

/** @returns {number} how many pages, tabs, apps and actions were looked at */
export function holdPages(inventory, tell) {
    for (const page of inventory.of('FlexiPage')) holdPage(inventory, page, tell);
    for (const action of inventory.of('QuickAction')) holdAction(inventory, action, tell);
    for (const tab of inventory.of('CustomTab')) holdTab(inventory, tab, tell);
    for (const app of inventory.of('CustomApplication')) holdApp(inventory, app, tell);
    return ['FlexiPage', 'QuickAction', 'CustomTab', 'CustomApplication']
        .map((type) => inventory.of(type).length)
        .reduce((sum, more) => sum + more);
}

function holdPage(inventory, { file, root }, tell) {
    const object = textOf(root, 'sobjectType');
    const say = (element, message) => tell(file, element.line, message);
    if (object && !inventory.hasObject(object)) {
        say(
            one(root, 'sobjectType'),
            `is a page of ${object}, which does not exist. Correct the name.`
        );
    }
    const regions = all(root, 'flexiPageRegions');
    const facets = new Set(regions.map((region) => textOf(region, 'name')));
    const identifiers = new Set();
    for (const element of everything(root)) {
        if (element.name === 'componentInstance') {
            holdComponent(inventory, element, root, say);
            holdFacets(element, facets, say);
        }
        if (element.name === 'fieldInstance') holdFieldItem(inventory, element, object, say);
        const identifier = textOf(element, 'identifier');
        if (identifier && identifiers.has(identifier)) {
            say(
                element,
                `has the identifier ${identifier} a second time on this page. Give it another.`
            );
        }
        identifiers.add(identifier);
    }
}

function holdComponent(inventory, instance, page, say) {
    const shown = textOf(instance, 'componentName');
    const name = shown.startsWith('c:') ? shown.slice(2) : shown;
    if (name.includes(':')) return; // one of Salesforce's own
    const bundle = inventory.bundles.get(name);
    const type = textOf(page, 'type');
    const target = TARGETS[type];
    if (!bundle) {
        say(
            instance,
            `shows the component ${name}, which does not exist. Correct the name, or add it.`
        );
        return;
    }
    if (!bundle.isExposed || (target && !bundle.targets.includes(target))) {
        say(
            instance,
            `shows the component ${name}, whose js-meta.xml does not offer it for a page of type ${type}: it needs isExposed and the target ${target}.`
        );
    }
    holdProperties(instance, name, designProperties(bundle, target), say);
    holdObjects(bundle, target, textOf(page, 'sobjectType'), instance, say);
}

function holdProperties(instance, name, properties, say) {
    const given = all(instance, 'componentInstanceProperties');
    for (const property of given) {
        const key = textOf(property, 'name');
        const known = properties.find(({ attributes }) => attributes.name === key);
        if (!known) {
            const there = properties.map(({ attributes }) => attributes.name).join(', ') || 'none';
            say(
                property,
                `sets the property ${key} of ${name}, which it does not have. It has: ${there}.`
            );
            continue;
        }
        const value = textOf(property, 'value');
        const choices = known.attributes.datasource?.split(',').map((choice) => choice.trim());
        if (choices && !choices[0].startsWith('apex://') && !choices.includes(value)) {
            say(
                property,
                `sets ${key} of ${name} to "${value}". It may be: ${choices.join(', ')}.`
            );
        }
        if (known.attributes.type === 'Boolean' && !/^(true|false)$/.test(value)) {
            say(property, `sets ${key} of ${name} to "${value}". It is true or false.`);
        }
        if (known.attributes.type === 'Integer' && !/^-?\d+$/.test(value)) {
            say(property, `sets ${key} of ${name} to "${value}". It is a whole number.`);
        }
    }
    for (const { attributes } of properties) {
        const isGiven = given.some((property) => textOf(property, 'name') === attributes.name);
        if (attributes.required === 'true' && attributes.default === undefined && !isGiven) {
            say(instance, `shows ${name} without the property ${attributes.name}, which it needs.`);
        }
    }
}

function holdObjects(bundle, target, object, instance, say) {
    const configs = bundle.described && one(bundle.described.root, 'targetConfigs');
    const config =
        configs &&
        all(configs, 'targetConfig').find(({ attributes }) =>
            (attributes.targets ?? '').includes(target)
        );
    const objects = config && one(config, 'objects');
    if (objects && object && !all(objects, 'object').some(({ text }) => text === object)) {
        say(
            instance,
            `shows ${bundle.name} on a page of ${object}, for which its js-meta.xml does not offer it.`
        );
    }
}

/** Standard containers name what they show by a facet: another region of the page. */
function holdFacets(instance, facets, say) {
    for (const property of all(instance, 'componentInstanceProperties')) {
        const value = textOf(property, 'value');
        if (/^Facet-/.test(value) && !facets.has(value)) {
            say(property, `shows the region ${value}, which the page does not have.`);
        }
    }
}

function holdFieldItem(inventory, instance, object, say) {
    const field = /^Record\.(\w+)$/.exec(textOf(instance, 'fieldItem'))?.[1];
    if (field && !inventory.field(object, field)) {
        say(instance, `shows the field ${field}, which ${object} does not have.`);
    }
}

function holdAction(inventory, { file, name, root }, tell) {
    const [object, own] = name.split('.');
    if (own && !inventory.hasObject(object)) {
        tell(file, 0, `is an action of ${object}, which does not exist. Correct the file's name.`);
    }
    const shown = textOf(root, 'lightningWebComponent');
    const bundle = inventory.bundles.get(shown);
    if (shown && !bundle) {
        tell(
            file,
            one(root, 'lightningWebComponent').line,
            `opens the component ${shown}, which does not exist. Correct the name, or add it.`
        );
    } else if (
        bundle &&
        (!bundle.isExposed || !bundle.targets.includes('lightning__RecordAction'))
    ) {
        tell(
            file,
            one(root, 'lightningWebComponent').line,
            `opens the component ${shown}, whose js-meta.xml does not offer it as an action: it needs isExposed and the target lightning__RecordAction.`
        );
    }
    for (const key of ['targetObject', 'quickActionLayout']) {
        const target = key === 'targetObject' ? textOf(root, key) : '';
        if (target && !inventory.hasObject(target)) {
            tell(
                file,
                one(root, key).line,
                `makes a ${target}, which does not exist. Correct the name.`
            );
        }
    }
}

function holdTab(inventory, { file, name, root }, tell) {
    if (textOf(root, 'customObject') === 'true' && !inventory.named('CustomObject', name)) {
        tell(
            file,
            root.line,
            `is the tab of ${name}, which does not exist. Correct the file's name, or add the object.`
        );
    }
    const component = textOf(root, 'lwcComponent');
    if (component && !inventory.bundles.get(component)?.targets.includes('lightning__Tab')) {
        tell(
            file,
            one(root, 'lwcComponent').line,
            `shows the component ${component}, which does not exist or is not offered for a tab (lightning__Tab).`
        );
    }
    holdFlexiPageName(inventory, file, one(root, 'flexiPage'), tell);
}

function holdApp(inventory, { file, root }, tell) {
    for (const tab of [...all(root, 'tabs'), ...all(root, 'defaultLandingTab')]) {
        if (!isTab(inventory, tab.text)) {
            tell(
                file,
                tab.line,
                `shows the tab ${tab.text}, which does not exist. Correct the name, or add it.`
            );
        }
    }
    holdFlexiPageName(inventory, file, one(root, 'utilityBar'), tell);
    for (const override of [
        ...all(root, 'actionOverrides'),
        ...all(root, 'profileActionOverrides')
    ]) {
        holdOverride(inventory, file, override, textOf(override, 'pageOrSobjectType'), tell);
    }
}

/**
 * An object's or app's own page in place of the standard one.
 *
 * @param {string} object whose page it is
 */
export function holdOverride(inventory, file, override, object, tell) {
    if (object && !object.startsWith('standard-') && !inventory.hasObject(object)) {
        tell(
            file,
            override.line,
            `gives ${object} a page, which does not exist. Correct the name.`
        );
    }
    if (textOf(override, 'type').toLowerCase() !== 'flexipage') return;
    holdFlexiPageName(inventory, file, one(override, 'content'), tell);
    const page = inventory.named('FlexiPage', textOf(override, 'content'));
    const shown = page && textOf(page.root, 'sobjectType');
    if (shown && object && shown !== object) {
        tell(
            file,
            override.line,
            `gives ${object} the page ${page.name}, which is one of ${shown}.`
        );
    }
}

function holdFlexiPageName(inventory, file, element, tell) {
    if (element?.text && !inventory.named('FlexiPage', element.text)) {
        tell(
            file,
            element.line,
            `shows the page ${element.text}, which does not exist. Correct the name, or add it.`
        );
    }
}
