/**
 * Keeps of the design system's 6,900 icons those that are named somewhere: each is a template of
 * its own, and all of them would double the build's time.
 */
import fs from 'node:fs';
import path from 'node:path';

const NAMED = /\b(utility|standard|action|custom|doctype):([a-z0-9_]+)/g;
const TEMPLATES = /iconSvgTemplates\w*[\\/]buildTemplates[\\/]templates\.js$/;
const IMPORT = /^import \{ default as (\w+) \} from '[^']*';$/gm;

/**
 * The rollup plugin that leaves out every other icon.
 *
 * @param {string[]} folders whose sources name icons
 * @param {string[]} extra icons that only come with data, such as `standard:lead`
 */
export function slimIcons(folders, extra = []) {
    const kept = new Set(extra.map((name) => name.replace(':', '_')));
    for (const folder of folders) {
        for (const name of namesIn(folder)) {
            kept.add(name);
        }
    }
    return {
        name: 'slim-icons',
        load(id) {
            const file = id.split('?')[0];
            if (!TEMPLATES.test(file)) {
                return null;
            }
            const source = fs.readFileSync(file, 'utf8');
            const imports = [...source.matchAll(IMPORT)].filter(([, name]) => kept.has(name));
            const names = imports.map(([, name]) => name).join(', ');
            return `${imports.map(([line]) => line).join('\n')}\nexport default { ${names} };\n`;
        }
    };
}

function* namesIn(folder) {
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const isText = entry.isFile() && /\.(js|mjs|html|json)$/.test(entry.name);
        if (isText && !entry.parentPath.includes('iconSvgTemplates')) {
            const text = fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
            for (const [, sprite, name] of text.matchAll(NAMED)) {
                yield `${sprite}_${name}`;
            }
        }
    }
}
