// Queries: every field and object named in one exists, and every one runs with the user's rights.

import { literalOf, parseText, walk } from '../model.mjs';

const ANY = ['count'];

/**
 * @returns {number} how many queries were looked at
 */
export function holdQueries(model, inventory, tell) {
    let count = 0;
    for (const { file, type, tree } of model.files) {
        walk(tree, (node, kind) => {
            if (kind === 'Query') {
                count++;
                holdQuery(inventory, node, (line, message) => tell(file, line, message));
                if (
                    !type.isTest &&
                    !node.withClause()?.getText().toLowerCase().includes('user_mode')
                ) {
                    tell(
                        file,
                        node.start.line,
                        'queries without WITH USER_MODE, so with more rights than the user has. Add it.'
                    );
                }
            }
            if (kind === 'DotExpression') count += holdDynamic(inventory, type, file, node, tell);
            if (/^(Insert|Update|Upsert|Delete|Undelete)Statement$/.test(kind) && !type.isTest) {
                if (node.accessLevel()?.getText().toLowerCase() !== 'asuser') {
                    tell(
                        file,
                        node.start.line,
                        'writes without "as user", so with more rights than the user has. Add it.'
                    );
                }
            }
        });
    }
    return count;
}

/** Database.query('SELECT …') with the whole query as a literal, and the access level of all. */
function holdDynamic(inventory, type, file, node, tell) {
    const call = node.dotMethodCall?.();
    if (!call || node.expression().getText().toLowerCase() !== 'database') return 0;
    const method = call.anyId().getText().toLowerCase();
    if (!/^(query|querywithbinds|getquerylocator|insert|update|upsert|delete)$/.test(method)) {
        return 0;
    }
    const given = call.expressionList()?.expression_list() ?? [];
    if (
        !type.isTest &&
        !given.some((one) => one.getText().toLowerCase() === 'accesslevel.user_mode')
    ) {
        tell(
            file,
            node.start.line,
            `calls Database.${method} without AccessLevel.USER_MODE, so with more rights than the user has. Add it.`
        );
    }
    const text = literalOf(given[0]);
    if (!text?.toLowerCase().startsWith('select')) return 1;
    const { tree, errors } = parseText(text, 'query');
    for (const { message } of errors) {
        tell(file, node.start.line, `holds a query that cannot be read: ${message}`);
    }
    if (errors.length === 0) {
        holdQuery(inventory, tree, (line, message) => tell(file, node.start.line, message));
    }
    return 1;
}

function holdQuery(inventory, query, say) {
    const from = query.fromNameList().fieldName_list()[0].getText();
    if (!inventory.hasObject(from)) {
        say(query.start.line, `queries ${from}, which does not exist. Correct the name.`);
        return;
    }
    const aliases = new Set(
        query
            .selectList()
            .selectEntry_list()
            .map((entry) => entry.soqlId()?.getText().toLowerCase())
    );
    walk(query, (node, kind) => {
        if (kind === 'SubQuery' || kind === 'BoundExpression' || kind === 'FromNameList') {
            return false;
        }
        if (kind === 'TypeOf') return false;
        if (kind === 'FieldName' && !aliases.has(node.getText().toLowerCase())) {
            const problem = fieldProblem(inventory, from, node.getText());
            if (problem) say(node.start.line, problem);
        }
        return true;
    });
}

function fieldProblem(inventory, object, path) {
    const parts = path.split('.');
    let at = parts[0].toLowerCase() === object.toLowerCase() ? (parts.shift(), object) : object;
    for (const relationship of parts.slice(0, -1)) {
        const next = inventory.related(at, relationship);
        if (!next) {
            return `queries ${path}: ${at} has no relationship ${relationship}. Correct the name.`;
        }
        at = next;
    }
    const field = parts.at(-1);
    if (ANY.includes(field.toLowerCase()) || inventory.field(at, field)) return '';
    return `queries ${path}: ${at} has no field ${field}. Correct the name, or add the field.`;
}
