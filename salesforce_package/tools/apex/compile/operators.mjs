/**
 * Operators, assignments, casts and subscripts to JavaScript.
 */
import { Expressions } from './expressions.mjs';

const WIDTH = ['integer', 'long', 'double', 'decimal'];

/** What `Expressions` is, with everything that stands between two expressions. */
export class Operators extends Expressions {
    // ----------------------------------------------------------------- two operands

    compileArth1Expression(node) {
        return this.infix(node);
    }

    compileArth2Expression(node) {
        return this.infix(node);
    }

    compileBitExpression(node) {
        return this.infix(node);
    }

    compileBitAndExpression(node) {
        return this.infix(node);
    }

    compileBitOrExpression(node) {
        return this.infix(node);
    }

    compileBitNotExpression(node) {
        return this.infix(node);
    }

    infix(node) {
        const [left, right] = node.expression_list().map((each) => this.value(each));
        return this.binary(node, operatorBetween(node), left, right);
    }

    /** @returns {object} left operator right, by what both are */
    binary(node, operator, left, right) {
        const text = this.types.of('String');
        if (operator === '+' && (left.t === text || right.t === text)) {
            return { c: `(${this.text(left)} + ${this.text(right)})`, t: text, isPresent: true };
        }
        const kind = this.workingType(left.t, right.t, operator);
        if (!kind) {
            throw this.wrong(node, `Invalid operands for ${operator}: ${left.t}, ${right.t}`);
        }
        const isTime = kind === 'date' || kind === 'datetime';
        const type = this.types.of(kind);
        const [a, b] = isTime
            ? [left.c, right.c]
            : [left, right].map((each) => this.convert(node, each, type));
        return {
            c: `R.operate(ctx, "${kind}", "${operator}", ${a}, ${b})`,
            t: type,
            isPresent: true
        };
    }

    workingType(left, right, operator) {
        if (left.isNumber && right.isNumber) {
            const wider = Math.max(WIDTH.indexOf(left.key), WIDTH.indexOf(right.key));
            const isBitwise = !'+-*/'.includes(operator);
            return isBitwise && wider > 1 ? null : WIDTH[wider];
        }
        if (['date', 'datetime'].includes(left.key) && right.isNumber && '+-'.includes(operator)) {
            return left.key;
        }
        const isBoolean = left.key === 'boolean' && right.key === 'boolean';
        return isBoolean && '&|^'.includes(operator) ? 'boolean' : null;
    }

    /** Code of a value as text, as `+` and String.valueOf make it. */
    text(value) {
        if (value.t.key === 'string' || value.t.key === 'id') {
            return value.isPresent ? value.c : `String(${value.c})`;
        }
        const isSimple = value.t.kind === 'primitive' || value.t.kind === 'null';
        return isSimple ? `ctx.show(${value.c})` : `(await ctx.textOf(${value.c}))`;
    }

    compileCmpExpression(node) {
        const [left, right] = node.expression_list().map((each) => this.value(each));
        const operator = operatorBetween(node);
        const isComparable =
            (left.t.isNumber && right.t.isNumber) ||
            (left.t.kind === 'primitive' && this.types.canCast(left.t, right.t)) ||
            [left, right].some((each) => each.t.kind === 'null');
        if (!isComparable) {
            throw this.wrong(
                node,
                `Comparison arguments must be compatible types: ${left.t}, ${right.t}`
            );
        }
        return this.constant(`R.isOrdered("${operator}", ${left.c}, ${right.c})`, 'Boolean');
    }

    compileEqualityExpression(node) {
        const [left, right] = node.expression_list().map((each) => this.value(each));
        const operator = operatorBetween(node);
        const isComparable =
            (left.t.isNumber && right.t.isNumber) || this.types.canCast(left.t, right.t);
        if (!isComparable) {
            throw this.wrong(
                node,
                `Comparison arguments must be compatible types: ${left.t}, ${right.t}`
            );
        }
        const not = operator.startsWith('!') || operator === '<>' ? '!' : '';
        return this.constant(`${not}${this.equality(operator, left, right)}`, 'Boolean');
    }

    equality(operator, left, right) {
        if ([left, right].some((each) => each.t.kind === 'null')) {
            return `(${left.c} === ${right.c})`;
        }
        if (operator.length === 3) {
            return `R.isSame(${left.c}, ${right.c})`;
        }
        const hasOwn = (value) => value.t.decl?.findMethods('equals', false).length > 0;
        return hasOwn(left)
            ? `(await R.isEqualByMethod(ctx, ${left.c}, ${right.c}))`
            : `R.isEqual(${left.c}, ${right.c})`;
    }

    compileLogAndExpression(node) {
        const [left, right] = node.expression_list().map((each) => this.condition(each));
        return this.constant(`(${left} && ${right})`, 'Boolean');
    }

    compileLogOrExpression(node) {
        const [left, right] = node.expression_list().map((each) => this.condition(each));
        return this.constant(`(${left} || ${right})`, 'Boolean');
    }

    compileCoalExpression(node) {
        const [left, right] = node.expression_list().map((each) => this.value(each));
        const type = this.common(node, left, right);
        const [a, b] = [left, right].map((each) => this.convert(node, each, type));
        return { c: `(${a} ?? ${b})`, t: type, isPresent: right.isPresent };
    }

    compileCondExpression(node) {
        const [test, yes, no] = node.expression_list();
        const condition = this.condition(test);
        const [left, right] = [this.value(yes), this.value(no)];
        const type = this.common(node, left, right);
        const [a, b] = [left, right].map((each) => this.convert(node, each, type));
        const isPresent = left.isPresent && right.isPresent;
        return { c: `(${condition} ? ${a} : ${b})`, t: type, isPresent };
    }

    common(node, left, right) {
        if (this.types.fits(left.t, right.t) && right.t.kind !== 'null') {
            return right.t;
        }
        if (this.types.fits(right.t, left.t)) {
            return left.t;
        }
        throw this.wrong(node, `Incompatible types in ternary operator: ${left.t}, ${right.t}`);
    }

    // ------------------------------------------------------------------- one operand

    compileNegExpression(node) {
        if (node.TILDE()) {
            const value = this.value(node.expression());
            return { c: `(~${this.present(value)})`, t: value.t, isPresent: true };
        }
        return this.constant(`!${this.condition(node.expression())}`, 'Boolean');
    }

    compilePreOpExpression(node) {
        if (node.INC() || node.DEC()) {
            return this.step(node, node.INC() ? '+' : '-', true);
        }
        const value = this.value(node.expression());
        if (!value.t.isNumber) {
            throw this.wrong(node, `Invalid operand: ${value.t}`);
        }
        if (node.ADD()) {
            return value;
        }
        const zero = { c: '0', t: this.types.of('Integer'), isPresent: true };
        return this.binary(node, '-', zero, value);
    }

    compilePostOpExpression(node) {
        return this.step(node, node.INC() ? '+' : '-', false);
    }

    step(node, operator, isAfter) {
        const place = this.place(node.expression());
        const [before, after] = [this.temp(), this.temp()];
        const one = { c: '1', t: this.types.of('Integer'), isPresent: true };
        const next = this.binary(node, operator, { c: before, t: place.t }, one);
        const parts = [
            ...place.setup,
            `${before} = ${place.get}`,
            `${after} = ${this.convert(node, next, place.t)}`,
            place.set(after),
            isAfter ? after : before
        ];
        return { c: `(${parts.join(', ')})`, t: place.t, isPresent: true };
    }

    compileCastExpression(node) {
        const type = this.program.declarations.resolve(node.typeRef(), this.decl);
        const value = this.value(node.expression());
        if (value.isRows && type.kind === 'sobject') {
            return { c: this.convert(node, value, type), t: type };
        }
        if (value.t.isNumber && type.isNumber) {
            return {
                c: `R.TO_NUMBER.${type.key}(${value.c})`,
                t: type,
                isPresent: value.isPresent
            };
        }
        if (!this.types.canCast(value.t, type)) {
            throw this.wrong(
                node,
                `Incompatible types since an instance of ${value.t} is never an instance of ${type}`
            );
        }
        if (this.types.fits(value.t, type) && !value.isRows) {
            return { c: this.convert(node, value, type), t: type, isPresent: value.isPresent };
        }
        const c =
            value.isRows && type.kind === 'list'
                ? value.c
                : `ctx.cast(${value.c}, ${this.type(type)})`;
        return { c, t: type };
    }

    compileInstanceOfExpression(node) {
        const type = this.program.declarations.resolve(node.typeRef(), this.decl);
        const value = this.value(node.expression());
        if (!this.types.canCast(value.t, type)) {
            throw this.wrong(node, `Operation instanceof is always false: ${value.t}, ${type}`);
        }
        return this.constant(`ctx.is(${value.c}, ${this.type(type)})`, 'Boolean');
    }

    compileArrayExpression(node) {
        const [holder, index] = node.expression_list();
        const list = this.chain(holder);
        if (!('c' in list) || list.t.kind !== 'list') {
            throw this.wrong(node, `Expression must be a list type: ${holder.getText()}`);
        }
        const at = this.as(index, this.types.of('Integer'));
        return {
            c: `R.itemAt(ctx, ${list.c}, ${at})`,
            t: list.t.args[0],
            guard: list.guard,
            lvalue: { kind: 'item', list: list.c, at }
        };
    }

    // ------------------------------------------------------------------- assignments

    /** @returns {object} where to assign: {setup, get, set(code), t} */
    place(node) {
        const target = this.chain(node);
        const { lvalue, t } = target;
        if (!lvalue || target.guard) {
            throw this.wrong(node, `Expression cannot be assigned: ${node.getText()}`);
        }
        if (lvalue.kind === 'local') {
            return this.localPlace(node, lvalue.local, t);
        }
        if (lvalue.kind === 'field') {
            return this.fieldPlace(node, lvalue, target);
        }
        const holder = this.temp();
        if (lvalue.kind === 'record') {
            const name = JSON.stringify(lvalue.name);
            return {
                t,
                setup: [`${holder} = ${lvalue.record}`],
                get: `ctx.field(${holder}, ${name})`,
                set: (code) => `ctx.setField(${holder}, ${name}, ${code})`
            };
        }
        const at = this.temp();
        return {
            t,
            setup: [`${holder} = ${lvalue.list}`, `${at} = ${lvalue.at}`],
            get: `R.itemAt(ctx, ${holder}, ${at})`,
            set: (code) => `R.setItem(ctx, ${holder}, ${at}, ${code})`
        };
    }

    localPlace(node, local, t) {
        if (local.isFinal && !local.mayStillBeSet) {
            throw this.wrong(
                node,
                `Final variable has already been initialized: ${node.getText()}`
            );
        }
        return { t, setup: [], get: local.js, set: (code) => `${local.js} = ${code}` };
    }

    fieldPlace(node, { field, holder, generated, isBacking }, target) {
        this.checkSettable(node, field, isBacking);
        const place = this.temp();
        const isComputed = field.setterName && !isBacking;
        const owner = generated ?? place;
        const set = isComputed
            ? (code) => `await ${owner}.${field.setterName}(ctx, ${code})`
            : (code) => `${place}.${field.jsName} = ${code}`;
        const get =
            field.getterName && !isBacking
                ? `await ${owner}.${field.getterName}(ctx)`
                : `${place}.${field.jsName}`;
        return { t: target.t, setup: [`${place} = ${holder}`], get, set };
    }

    checkSettable(node, field, isBacking) {
        if (field.isFinal && !(this.isInitialising && field.owner === this.decl)) {
            throw this.wrong(node, `Final variable has already been initialized: ${field.name}`);
        }
        if (field.isProperty && !isBacking) {
            if (field.setAccess === null) {
                throw this.wrong(node, `Property is not writeable: ${field.name}`);
            }
            this.checkAccess(node, field, field.setAccess, 'Variable');
        }
    }

    compileAssignExpression(node) {
        const [left, right] = node.expression_list();
        const operator = operatorBetween(node);
        const place = this.place(left);
        const result = this.temp();
        const isPlain = operator === '=';
        const before = isPlain ? null : this.temp();
        const next = isPlain
            ? this.value(right)
            : this.binary(
                  node,
                  operator.slice(0, -1),
                  { c: before, t: place.t },
                  this.value(right)
              );
        const parts = [
            ...place.setup,
            ...(isPlain ? [] : [`${before} = ${place.get}`]),
            `${result} = ${this.convert(node, next, place.t)}`,
            place.set(result),
            result
        ];
        return { c: `(${parts.join(', ')})`, t: place.t, isPresent: next.isPresent };
    }
}

/** The operator, put together from the leaves between the operands. */
function operatorBetween(node) {
    return node.children
        .filter((each) => each.symbol)
        .map((each) => each.getText())
        .join('');
}
