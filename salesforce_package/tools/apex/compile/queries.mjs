/**
 * SOQL: from its tree to a plan that a store can follow, checked against the objects' fields.
 *
 * What is not played (aggregates but COUNT(), GROUP BY, subqueries, TYPEOF, date literals such as
 * TODAY) is refused when the class is loaded.
 */
import { ApexDate, ApexDatetime } from '../run/values.mjs';
import { Decimal } from '../run/decimal.mjs';
import { unescaped } from './literals.mjs';

/** A query that cannot be prepared. */
export class QueryProblem extends Error {}

const REFUSED = ['usingScope', 'groupByClause', 'updateList'];

/**
 * @param {object} tree a query node
 * @param {object} schema the org's objects
 * @returns {{plan: object, binds: object[]}} what to do; the expressions after the colons, in order
 */
export function planned(tree, schema) {
    for (const each of REFUSED) {
        if (tree[each]()) {
            throw new QueryProblem(`SOQL ${each} is not played here`);
        }
    }
    return new Planner(schema).plan(tree);
}

class Planner {
    constructor(schema) {
        this.schema = schema;
        this.binds = [];
    }

    plan(tree) {
        const from = tree.fromNameList().fieldName_list();
        if (from.length !== 1 || tree.fromNameList().soqlId_list().length) {
            throw new QueryProblem(
                'SOQL from more than one object, or with an alias, is not played'
            );
        }
        this.object = this.schema.object(from[0].getText());
        if (!this.object) {
            throw new QueryProblem(`sObject type '${from[0].getText()}' is not supported.`);
        }
        const { fields, isCount } = this.selection(tree.selectList());
        const plan = {
            object: this.object,
            fields,
            isCount,
            isUserMode: Boolean(tree.withClause()?.USER_MODE()),
            where: null,
            order: [],
            limit: null,
            offset: null
        };
        if (tree.whereClause()) {
            plan.where = this.logical(tree.whereClause().whereLogicalExpression());
        }
        const orders = tree.orderByClause()?.fieldOrderList().fieldOrder_list() ?? [];
        plan.order = orders.map((each) => this.order(each));
        plan.limit = this.count(tree.limitClause());
        plan.offset = this.count(tree.offsetClause());
        return { plan, binds: this.binds };
    }

    selection(list) {
        const fields = [];
        let isCount = false;
        for (const entry of list.selectEntry_list()) {
            const call = entry.soqlFunction();
            if (call?.COUNT() && !call.fieldName() && list.selectEntry_list().length === 1) {
                isCount = true;
            } else if (entry.fieldName()) {
                fields.push(this.path(entry.fieldName()));
            } else {
                throw new QueryProblem(`SOQL SELECT ${entry.getText()} is not played here`);
            }
        }
        return { fields, isCount };
    }

    path(node) {
        const names = node.soqlId_list().map((each) => each.getText());
        const path = [];
        let object = this.object;
        for (const name of names.slice(0, -1)) {
            const lookup = object.relationship(name);
            if (!lookup) {
                throw new QueryProblem(
                    `Didn't understand relationship '${name}' in field path of ${object.name}.`
                );
            }
            path.push({ lookup });
            object = this.schema.object(lookup.target);
            if (!object) {
                throw new QueryProblem(`SOQL over ${name} to ${lookup.target} is not played here`);
            }
        }
        const field = object.field(names.at(-1));
        if (!field) {
            throw new QueryProblem(
                `No such column '${names.at(-1)}' on entity '${object.name}'. If you are attempting ` +
                    "to use a custom field, be sure to append the '__c' after the custom field name."
            );
        }
        return [...path, { field }];
    }

    order(node) {
        if (!node.fieldName()) {
            throw new QueryProblem('SOQL ORDER BY a function is not played here');
        }
        return {
            path: this.path(node.fieldName()),
            isDescending: Boolean(node.DESC()),
            isNullsLast: Boolean(node.LAST())
        };
    }

    count(clause) {
        if (!clause) {
            return null;
        }
        const bound = clause.boundExpression();
        return bound ? this.bind(bound) : { value: Number(clause.IntegerLiteral().getText()) };
    }

    bind(node) {
        this.binds.push(node);
        return { bind: this.binds.length - 1 };
    }

    logical(node) {
        const parts = node.whereConditionalExpression_list().map((each) => {
            const inner = each.whereLogicalExpression();
            return inner ? this.logical(inner) : this.comparison(each.whereFieldExpression());
        });
        if (node.NOT?.()) {
            return { kind: 'not', part: parts[0] };
        }
        if (parts.length === 1) {
            return parts[0];
        }
        return { kind: node.SOQLOR_list().length ? 'or' : 'and', parts };
    }

    comparison(node) {
        const expression = node.fieldExpression();
        if (!expression?.fieldName()) {
            throw new QueryProblem(`SOQL WHERE ${node.getText()} is not played here`);
        }
        const path = this.path(expression.fieldName());
        const { field } = path.at(-1);
        if (field.type === 'LongTextArea') {
            throw new QueryProblem(`field '${field.name}' can not be filtered in a query call`);
        }
        const operator = operatorOf(expression.comparisonOperator());
        const source = this.value(expression.value());
        if (!operator.endsWith('in')) {
            checkValue(field, source);
        }
        return { kind: 'comparison', path, operator, source };
    }

    value(node) {
        if (node.boundExpression()) {
            return this.bind(node.boundExpression());
        }
        if (node.valueList()) {
            return {
                list: node
                    .valueList()
                    .value_list()
                    .map((each) => this.value(each))
            };
        }
        return { value: literalOf(node) };
    }
}

function operatorOf(node) {
    const text = node.children.map((each) => each.getText().toLowerCase()).join(' ');
    const operator = { '<>': '!=', '< =': '<=', '> =': '>=', '! =': '!=' }[text] ?? text;
    if (/includes|excludes/.test(operator)) {
        throw new QueryProblem(`SOQL ${operator} is not played here`);
    }
    return operator;
}

function literalOf(node) {
    const text = node.getText();
    if (node.NULL()) {
        return null;
    }
    if (node.BooleanLiteral()) {
        return text.toLowerCase() === 'true';
    }
    if (node.StringLiteral()) {
        return unescaped(text);
    }
    if (node.signedNumber() || node.IntegerLiteral?.()) {
        return Decimal.of(text);
    }
    if (node.DateTimeLiteral()) {
        return new ApexDatetime(Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')));
    }
    if (node.DateLiteral()) {
        return new ApexDate(Date.parse(`${text}T00:00:00Z`) / 86400000);
    }
    throw new QueryProblem(`SOQL value ${text} is not played here`);
}

const KINDS = { string: ['String', 'Id'], boolean: ['Boolean'] };

function checkValue(field, source) {
    const { value } = source;
    if (value === undefined || value === null) {
        return;
    }
    const isNumber = value instanceof Decimal;
    const kinds = isNumber ? ['Integer', 'Decimal', 'Long', 'Double'] : KINDS[typeof value];
    if (kinds && !kinds.includes(field.apexType)) {
        throw new QueryProblem(
            `value of filter criterion for field '${field.name}' must be of type ` +
                field.apexType.toLowerCase()
        );
    }
}
