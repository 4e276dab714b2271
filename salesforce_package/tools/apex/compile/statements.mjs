/**
 * Statements to JavaScript.
 */
import { kindOf, textOf } from './parse.mjs';
import { Operators } from './operators.mjs';

const DML = ['insert', 'update', 'delete', 'upsert'];

/** The compiler of a body, statements and all. */
export class Statements extends Operators {
    /** @returns {string} code of a block's statements */
    block(node) {
        return this.inScope(() => this.statements(node.statement_list()));
    }

    statements(nodes) {
        return nodes.map((each) => this.statement(each)).join('\n');
    }

    /** @returns {string} that notes the line: for stack traces and coverage */
    mark(node) {
        return `F.line = ${node.start.line}; ${this.emitter.covered(node.start.line)};`;
    }

    statement(node) {
        const inner = node.children[0];
        const compile = this[`statement${kindOf(inner)}`];
        if (!compile) {
            throw this.wrong(node, `not played here: ${textOf(node)}`);
        }
        return compile.call(this, inner);
    }

    statementBlock(node) {
        return `{\n${this.block(node)}\n}`;
    }

    /** A statement of its own scope: what if, for and while go on with. */
    nested(node) {
        return this.inScope(() => `{\n${this.statement(node)}\n}`);
    }

    statementLocalVariableDeclarationStatement(node) {
        return this.localDeclaration(node.localVariableDeclaration());
    }

    localDeclaration(node) {
        const type = this.program.declarations.resolve(node.typeRef(), this.decl);
        const isFinal = (node.modifier_list() ?? []).some((each) => each.FINAL());
        const lines = node
            .variableDeclarators()
            .variableDeclarator_list()
            .map((each) => {
                const initial = each.expression();
                const code = initial ? this.as(initial, type) : 'null';
                const local = this.declare(each, each.id().getText(), type, { isFinal });
                local.mayStillBeSet = !initial;
                return `${initial ? this.mark(each) : ''} let ${local.js} = ${code};`;
            });
        return lines.join('\n');
    }

    statementExpressionStatement(node) {
        const expression = node.expression();
        const kind = kindOf(expression);
        const isEffect = [
            'AssignExpression',
            'MethodCallExpression',
            'DotExpression',
            'PostOpExpression',
            'PreOpExpression',
            'NewExpression'
        ].includes(kind);
        if (!isEffect) {
            throw this.wrong(node, `Expression cannot be a statement: ${textOf(node)}`);
        }
        return `${this.mark(node)} ${this.value(expression).c};`;
    }

    statementIfStatement(node) {
        const [yes, no] = node.statement_list();
        const condition = this.condition(node.parExpression().expression());
        const otherwise = no ? ` else ${this.nested(no)}` : '';
        return `${this.mark(node)} if (${condition}) ${this.nested(yes)}${otherwise}`;
    }

    statementReturnStatement(node) {
        const expression = node.expression();
        if (!expression) {
            if (this.returns && this.returns.kind !== 'void') {
                throw this.wrong(node, 'Missing return value');
            }
            return `${this.mark(node)} return;`;
        }
        if (!this.returns || this.returns.kind === 'void') {
            throw this.wrong(node, 'Void method must not return a value');
        }
        return `${this.mark(node)} return ${this.as(expression, this.returns)};`;
    }

    statementThrowStatement(node) {
        const value = this.value(node.expression());
        if (!value.t.isException) {
            throw this.wrong(node, `Throw expression must be of type exception: ${value.t}`);
        }
        return `${this.mark(node)} throw ctx.thrown(${value.c});`;
    }

    statementBreakStatement(node) {
        return `${this.mark(node)} break;`;
    }

    statementContinueStatement(node) {
        return `${this.mark(node)} continue;`;
    }

    // -------------------------------------------------------------------------- loops

    body(node) {
        return node ? this.nested(node) : '{}';
    }

    statementWhileStatement(node) {
        const condition = this.condition(node.parExpression().expression());
        return `${this.mark(node)} while (${condition}) { ctx.tick(); ${this.body(node.statement())} }`;
    }

    statementDoWhileStatement(node) {
        const body = `{\n${this.block(node.block())}\n}`;
        const condition = this.condition(node.parExpression().expression());
        return `do { ctx.tick(); ${body} } while (${condition});`;
    }

    statementForStatement(node) {
        const control = node.forControl();
        const each = control.enhancedForControl();
        return this.inScope(() => (each ? this.forEach(node, each) : this.forLoop(node, control)));
    }

    forLoop(node, control) {
        const init = control.forInit();
        const start = init?.localVariableDeclaration()
            ? this.localDeclaration(init.localVariableDeclaration())
            : this.effects(init?.expressionList());
        const condition = control.expression() ? this.condition(control.expression()) : 'true';
        const step = this.effects(control.forUpdate()?.expressionList());
        const body = this.body(node.statement());
        // The step stands in the loop's head, so that `continue` does not leave it out.
        const head = `for (; ${condition}; ${step.replace(/;$/, '')})`;
        return `{ ${this.mark(node)} ${start} ${head} { ctx.tick(); ${body} } }`;
    }

    effects(list) {
        const codes = (list?.expression_list() ?? []).map((each) => this.value(each).c);
        return codes.length ? `${codes.join(', ')};` : '';
    }

    forEach(node, control) {
        const type = this.program.declarations.resolve(control.typeRef(), this.decl);
        const over = this.value(control.expression());
        if (over.t.kind !== 'list' && over.t.kind !== 'set') {
            throw this.wrong(node, `Loop must iterate over a list or a set, not ${over.t}`);
        }
        const [element] = over.t.args;
        const isOpenRows = over.isRows && element === this.types.sobject;
        if (!isOpenRows && !this.types.fits(element, type)) {
            throw this.wrong(node, `Loop variable must be of type ${element}, not ${type}`);
        }
        const local = this.declare(control, control.id().getText(), type);
        const item = this.temp();
        const value = this.convert(node, { c: item, t: isOpenRows ? type : element }, type);
        const body = this.body(node.statement());
        return (
            `${this.mark(node)} for (const item of ctx.each(${over.c})) ` +
            `{ ${item} = item; let ${local.js} = ${value}; ${body} }`
        );
    }

    // ---------------------------------------------------------------------- try, switch

    statementTryStatement(node) {
        const tried = this.block(node.block());
        const clauses = node.catchClause_list();
        const caught = clauses.length ? ` ${this.catches(clauses)}` : '';
        const last = node.finallyBlock();
        const after = last ? ` finally {\n${this.block(last.block())}\n}` : '';
        return `try {\n${tried}\n}${caught}${after}`;
    }

    catches(clauses) {
        const name = `e${(this.lastName += 1)}`;
        const tests = clauses.map((each) =>
            this.inScope(() => {
                const path = each
                    .qualifiedName()
                    .id_list()
                    .map((id) => id.getText());
                const type = this.types.find(path, this.decl);
                if (!type?.isException) {
                    throw this.wrong(each, `Catch must be of an exception type: ${path.join('.')}`);
                }
                const local = this.declare(each, each.id().getText(), type);
                const body = this.block(each.block());
                return `if (ctx.is(${name}, ${this.type(type)})) { let ${local.js} = ${name};\n${body}\n}`;
            })
        );
        return `catch (thrown) { const ${name} = ctx.caught(thrown); ${tests.join(' else ')} else { throw thrown; } }`;
    }

    statementSwitchStatement(node) {
        const on = this.value(node.expression());
        const value = this.temp();
        const branches = node
            .whenControl_list()
            .map((each) => this.inScope(() => this.when(each, on.t, value)));
        return `${this.mark(node)} ${value} = ${on.c}; ${branches.join(' else ')}`;
    }

    when(control, type, value) {
        const when = control.whenValue();
        const body = () => `{\n${this.block(control.block())}\n}`;
        if (when.ELSE()) {
            return body();
        }
        if (when.typeRef()) {
            const wanted = this.program.declarations.resolve(when.typeRef(), this.decl);
            const local = this.declare(when, when.id().getText(), wanted);
            return `if (ctx.is(${value}, ${this.type(wanted)})) { let ${local.js} = ${value}; ${body()} }`;
        }
        const tests = when.whenLiteral_list().map((each) => this.whenTest(each, type, value));
        return `if (${tests.join(' || ')}) ${body()}`;
    }

    whenTest(literal, type, value) {
        const text = literal.getText();
        if (literal.LPAREN()) {
            return this.whenTest(literal.whenLiteral(), type, value);
        }
        if (literal.NULL()) {
            return `${value} === null`;
        }
        if (literal.qualifiedName()) {
            const named = this.fixedMember(literal, type, text.split('.').at(-1));
            if (!named) {
                throw this.wrong(literal, `Invalid value for ${type}: ${text}`);
            }
            return `${value} === ${named.c}`;
        }
        if (literal.StringLiteral()) {
            this.checkWhen(literal, type, ['string', 'id']);
            return `${value} === ${this.compileLiteralPrimary({ literal: () => asLiteral(literal) }).c}`;
        }
        this.checkWhen(literal, type, ['integer', 'long']);
        const number = text.replace(/l$/i, '');
        return `R.isEqual(${value}, ${type.key === 'long' ? `${number}n` : number})`;
    }

    checkWhen(literal, type, kinds) {
        if (!kinds.includes(type.key)) {
            throw this.wrong(literal, `Invalid value for ${type}: ${literal.getText()}`);
        }
    }

    // ------------------------------------------------------------------------ DML, runAs

    dml(node, verb) {
        const value = this.value(node.expression());
        const isList = value.t.kind === 'list' && value.t.args[0].kind === 'sobject';
        if (!isList && value.t.kind !== 'sobject') {
            throw this.wrong(node, `DML requires SObject or SObject list type: ${value.t}`);
        }
        const record = isList ? value.t.args[0] : value.t;
        const key = node.qualifiedName?.()?.getText().split('.').at(-1);
        const field = key && record.sobject?.field(key);
        if (key && !(field?.isExternalId || key.toLowerCase() === 'id')) {
            throw this.wrong(node, `Invalid external ID field specification: ${key}`);
        }
        const rows = isList ? `ctx.nn(${value.c}).items` : `[${value.c}]`;
        const how = key ? `{ key: ${JSON.stringify(field.name)} }` : '{}';
        return `${this.mark(node)} await ctx.data.write(ctx, "${verb}", ${rows}, ${how});`;
    }

    statementRunAsStatement(node) {
        const [user] = node.expressionList().expression_list();
        const before = this.temp();
        const value = this.as(user, this.types.of('User'));
        return (
            `${this.mark(node)} ${before} = ctx.user; ctx.user = R.userOf(ctx, ${value}); ` +
            `try {\n${this.block(node.block())}\n} finally { ctx.user = ${before}; }`
        );
    }
}

for (const verb of DML) {
    const name = `statement${verb[0].toUpperCase()}${verb.slice(1)}Statement`;
    Statements.prototype[name] = function compileDml(node) {
        return this.dml(node, verb);
    };
}

/** A `when`'s text as the literal it would be in an expression. */
function asLiteral(literal) {
    const no = () => null;
    return {
        getText: () => literal.getText(),
        NULL: no,
        BooleanLiteral: no,
        StringLiteral: () => literal
    };
}
