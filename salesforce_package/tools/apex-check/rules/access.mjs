// Members: what is private to a class is used in it alone, and a field of a record gets a value of
// its type. Both need to know what an expression is; where that is not certain, nothing is said.

import { kindOf, outermost, walk } from '../model.mjs';

const MEMBERS = ['field', 'property'];
/** What fits a field besides its own type. */
const FITS = {
    id: ['id', 'string'],
    string: ['string', 'id'],
    decimal: ['decimal', 'integer', 'long', 'double'],
    double: ['decimal', 'integer', 'long', 'double'],
    integer: ['integer'],
    long: ['integer', 'long'],
    boolean: ['boolean'],
    date: ['date'],
    datetime: ['datetime', 'date'],
    time: ['time']
};
const LITERALS = [
    [/^'/, 'String'],
    [/^\d+$/, 'Integer'],
    [/^\d+l$/i, 'Long'],
    [/^\d*\.\d+$/, 'Decimal'],
    [/^\d*\.\d+d$/i, 'Double'],
    [/^(true|false)$/i, 'Boolean']
];
/** What the platform's own calls give, as far as records are filled with it. */
const ANSWERS = {
    'datetime.now': 'Datetime',
    'system.now': 'Datetime',
    'datetime.newinstance': 'Datetime',
    'datetime.newinstancegmt': 'Datetime',
    'datetime.valueof': 'Datetime',
    'date.today': 'Date',
    'system.today': 'Date',
    'date.newinstance': 'Date',
    'date.valueof': 'Date',
    'string.valueof': 'String',
    'string.join': 'String',
    'integer.valueof': 'Integer',
    'userinfo.getuserid': 'Id'
};

/** @returns {number} how many uses of members were looked at */
export function holdAccess(model, inventory, tell) {
    let count = 0;
    for (const { file, type, tree } of model.files) {
        const scopes = new Scopes(model, type);
        walk(tree, (node, kind) => {
            scopes.enter(node, kind);
            if (kind === 'DotExpression') {
                count += holdDot(model, scopes, node, (line, message) => tell(file, line, message));
            }
            if (kind === 'NewExpression') {
                count += holdNew(inventory, scopes, node, (line, message) =>
                    tell(file, line, message)
                );
            }
        });
    }
    return count;
}

function holdDot(model, scopes, node, say) {
    const owner = scopes.ownerOf(node.expression());
    if (!owner) return 0;
    const call = node.dotMethodCall();
    const name = (call?.anyId() ?? node.anyId())?.getText();
    const member = name && model.member(owner, name, call ? ['method'] : MEMBERS);
    if (!member) return 0;
    const from = scopes.type;
    const isHidden = !['public', 'global', 'protected'].some((one) => member.modifiers.has(one));
    const isOutside = outermost(member.owner) !== outermost(from);
    const isForTests = member.annotations.has('testvisible') && from.isTest;
    if (isHidden && isOutside && !isForTests) {
        say(
            node.start.line,
            `uses ${member.owner.name}.${name}, which is private to ${outermost(member.owner).name}. Make it public there, or ask otherwise.`
        );
    }
    return 1;
}

/** new Booking__c(Start__c = …) */
function holdNew(inventory, scopes, node, say) {
    const creator = node.creator();
    const object = creator.createdName().getText();
    const given = creator.classCreatorRest()?.arguments().expressionList()?.expression_list() ?? [];
    const assigned = given.filter((one) => kindOf(one) === 'AssignExpression');
    if (assigned.length === 0 || !inventory.hasObject(object)) return 0;
    for (const assignment of assigned) {
        const [field, value] = assignment.expression_list();
        const wanted = inventory.fieldType(object, field.getText());
        const is = scopes.typeOf(value);
        const fits = FITS[wanted?.toLowerCase()];
        if (
            fits &&
            is &&
            Object.hasOwn(FITS, is.toLowerCase()) &&
            !fits.includes(is.toLowerCase())
        ) {
            say(
                assignment.start.line,
                `gives ${object}.${field.getText()}, a ${wanted}, the ${is} ${value.getText()}. Convert it.`
            );
        }
    }
    return assigned.length;
}

/** What names mean at a place: the types of variables, as they have been met on the way there. */
class Scopes {
    #variables = new Map();

    constructor(model, type) {
        this.model = model;
        this.type = type;
        this.outer = type;
    }

    enter(node, kind) {
        if (kind === 'MethodDeclaration' || kind === 'ConstructorDeclaration') {
            this.#variables.clear();
        }
        if (kind === 'ClassDeclaration') {
            const name = node.id().getText();
            this.type =
                name === this.outer.name
                    ? this.outer
                    : (this.model.find(name, this.outer) ?? this.outer);
            this.#variables.clear();
        }
        if (kind === 'FormalParameter' || kind === 'EnhancedForControl') {
            this.#keep(node.id().getText(), node.typeRef().getText());
        }
        if (kind === 'LocalVariableDeclaration') {
            for (const one of node.variableDeclarators().variableDeclarator_list()) {
                this.#keep(one.id().getText(), node.typeRef().getText());
            }
        }
        if (kind === 'CatchClause') this.#keep(node.id().getText(), node.qualifiedName().getText());
    }

    #keep(name, type) {
        this.#variables.set(name.toLowerCase(), type);
    }

    /** The class of the package whose member a dot leads to. */
    ownerOf(expression) {
        const text = expression.getText();
        const type = this.typeOf(expression);
        if (type) return this.model.find(type, this.type);
        return /^[\w.]+$/.test(text) ? this.model.find(text, this.type) : undefined;
    }

    /** The type of an expression as it would be written; undefined where it is not certain. */
    typeOf(expression) {
        const text = expression.getText();
        const literal = LITERALS.find(
            ([pattern]) => pattern.test(text) && kindOf(expression) === 'PrimaryExpression'
        );
        if (literal) return literal[1];
        switch (kindOf(expression)) {
            case 'PrimaryExpression':
                return this.#primaryType(text);
            case 'SubExpression':
                return this.typeOf(expression.expression());
            case 'CastExpression':
                return expression.typeRef().getText();
            case 'NewExpression':
                return expression.creator().createdName().getText();
            case 'MethodCallExpression':
                return this.#memberType(this.type, expression.methodCall().id()?.getText(), [
                    'method'
                ]);
            case 'DotExpression':
                return this.#dotType(expression);
            default:
                return undefined;
        }
    }

    #primaryType(text) {
        if (text.toLowerCase() === 'this') return this.type.name;
        return (
            this.#variables.get(text.toLowerCase()) ?? this.#memberType(this.type, text, MEMBERS)
        );
    }

    #dotType(expression) {
        const call = expression.dotMethodCall();
        const name = (call?.anyId() ?? expression.anyId())?.getText();
        const owner = this.ownerOf(expression.expression());
        if (owner) return this.#memberType(owner, name, call ? ['method'] : MEMBERS);
        return call
            ? ANSWERS[`${expression.expression().getText()}.${name}`.toLowerCase()]
            : undefined;
    }

    #memberType(type, name, kinds) {
        return name ? this.model.member(type, name, kinds)?.type : undefined;
    }
}
