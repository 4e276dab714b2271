/**
 * Expressions to JavaScript.
 *
 * Each compiles to {c, t}: code and static type. `isPresent` says that it is never null, `guard` is
 * code that is true when a `?.` before it met null. A name that is no value compiles to {type}.
 */
import { NAMESPACES } from './types.mjs';
import { kindOf, textOf } from './parse.mjs';
import { QueryProblem, planned } from './queries.mjs';
import { unescaped } from './literals.mjs';
import { wrong } from './declarations.mjs';

const EXCEPTION_SHAPES = [[], ['String'], ['Exception'], ['String', 'Exception']];

/** The compiler of one body: a method, a constructor, an accessor or an initialiser. */
export class Expressions {
    /**
     * @param {object} emitter collects constants; see `Emitter`
     * @param {object} decl the class
     * @param {{isStatic: boolean, accessorOf: object|null, returns: object}} body which body
     */
    constructor(emitter, decl, { isStatic, accessorOf = null, returns = null }) {
        this.emitter = emitter;
        this.program = emitter.program;
        this.types = emitter.types;
        this.decl = decl;
        this.isStatic = isStatic;
        this.accessorOf = accessorOf;
        this.returns = returns;
        this.scopes = [new Map()];
        this.temps = [];
        this.lastName = 0;
    }

    wrong(node, message) {
        return wrong(this.decl, node, message);
    }

    type(type) {
        return this.emitter.type(type);
    }

    temp() {
        const name = `t${this.temps.length}`;
        this.temps.push(name);
        return name;
    }

    // ------------------------------------------------------------------------ locals

    declare(node, name, type, { isFinal = false } = {}) {
        const key = name.toLowerCase();
        if (this.scopes.some((each) => each.has(key))) {
            throw this.wrong(node, `Duplicate variable: ${name}`);
        }
        this.lastName += 1;
        const local = { js: `v_${key}_${this.lastName}`, t: type, isFinal };
        this.scopes.at(-1).set(key, local);
        return local;
    }

    local(name) {
        const key = name.toLowerCase();
        return this.scopes.map((each) => each.get(key)).find(Boolean) ?? null;
    }

    inScope(run) {
        this.scopes.push(new Map());
        try {
            return run();
        } finally {
            this.scopes.pop();
        }
    }

    // ------------------------------------------------------------------- entry points

    /** @returns {{c: string, t: object}} a value */
    value(node) {
        const result = this.chain(node);
        if (!('c' in result)) {
            throw this.wrong(node, `Variable does not exist: ${node.getText()}`);
        }
        if (!result.guard) {
            return result;
        }
        return {
            ...result,
            c: `(${result.guard} ? null : ${result.c})`,
            guard: null,
            isPresent: false
        };
    }

    /** @returns {string} code of a value as a given type */
    as(node, type) {
        return this.convert(node, this.value(node), type);
    }

    /** @returns {string} code of a condition */
    condition(node) {
        const value = this.value(node);
        if (value.t !== this.types.of('Boolean')) {
            throw this.wrong(node, `Condition expression must be of type Boolean, not ${value.t}`);
        }
        return this.present(value);
    }

    present(value) {
        return value.isPresent ? value.c : `ctx.nn(${value.c})`;
    }

    convert(node, value, type) {
        const from = value.t;
        if (value.isRows && type.kind === 'sobject') {
            return `ctx.single(${value.c})`;
        }
        if (!this.types.fits(from, type)) {
            throw this.wrong(node, `Illegal assignment from ${from} to ${type}`);
        }
        if (from === type || from.kind === 'null' || type.kind === 'any') {
            return value.c;
        }
        if (type.isNumber) {
            return `R.TO_NUMBER.${type.key}(${value.c})`;
        }
        if (type.key === 'id' && from.key === 'string') {
            return `R.toId(ctx, ${value.c})`;
        }
        return type.key === 'datetime' && from.key === 'date'
            ? `R.toDatetime(${value.c})`
            : value.c;
    }

    /** @returns {object} anything: a value (perhaps guarded) or a type's name */
    chain(node) {
        const compile = this[`compile${kindOf(node)}`];
        if (!compile) {
            throw this.wrong(node, `not played here: ${kindOf(node)}: ${textOf(node)}`);
        }
        return compile.call(this, node);
    }

    // -------------------------------------------------------------------- primaries

    compilePrimaryExpression(node) {
        return this.chain(node.primary());
    }

    compileSubExpression(node) {
        return this.value(node.expression());
    }

    compileThisPrimary(node) {
        if (this.isStatic) {
            throw this.wrong(node, 'Invalid reference: this in a static context');
        }
        return { c: 'this', t: this.decl.type, isPresent: true };
    }

    compileSuperPrimary() {
        return { c: 'super', t: this.decl.superType, isPresent: true, isSuper: true };
    }

    compileLiteralPrimary(node) {
        const literal = node.literal();
        const text = literal.getText();
        if (literal.NULL()) {
            return { c: 'null', t: this.types.null };
        }
        if (literal.BooleanLiteral()) {
            return this.constant(text.toLowerCase(), 'Boolean');
        }
        if (literal.StringLiteral()) {
            return this.constant(JSON.stringify(unescaped(text)), 'String');
        }
        if (literal.IntegerLiteral()) {
            if (Number(text) > 2147483648) {
                throw this.wrong(node, `Illegal integer: ${text}`);
            }
            return this.constant(text.replace(/^0+(?=\d)/, ''), 'Integer');
        }
        if (literal.LongLiteral()) {
            return this.constant(`${text.slice(0, -1)}n`, 'Long');
        }
        if (literal.NumberLiteral()) {
            return this.constant(`R.Decimal.of("${text.replace(/d$/i, '')}")`, 'Decimal');
        }
        throw this.wrong(node, `not played here: the literal ${text}`);
    }

    constant(c, type) {
        return { c, t: this.types.of(type), isPresent: true };
    }

    compileTypeRefPrimary(node) {
        const type = this.program.declarations.resolve(node.typeRef(), this.decl);
        return { c: `${this.type(type)}.token`, t: this.types.of('Type'), isPresent: true };
    }

    compileIdPrimary(node) {
        const name = node.getText();
        const local = this.local(name);
        if (local) {
            return { c: local.js, t: local.t, lvalue: { kind: 'local', local } };
        }
        for (let decl = this.decl; decl; decl = decl.outer) {
            const field = decl.findField(name);
            const isReachable = field && (field.isStatic || decl === this.decl);
            if (isReachable) {
                return this.ownField(node, field);
            }
        }
        const type = this.types.find([name], this.decl);
        if (type || NAMESPACES.has(name.toLowerCase())) {
            return { type, namespace: name };
        }
        throw this.wrong(node, `Variable does not exist: ${name}`);
    }

    ownField(node, field) {
        if (!field.isStatic && this.isStatic) {
            throw this.wrong(node, `Variable does not exist: ${field.name} (not static)`);
        }
        return field.isStatic
            ? this.staticField(node, field)
            : this.instanceField(node, { c: 'this', t: this.decl.type, isPresent: true }, field);
    }

    compileSoqlPrimary(node) {
        return this.query(node.soqlLiteral());
    }

    query(node) {
        const tree = node.query();
        let prepared;
        try {
            prepared = planned(tree, this.types.schema);
        } catch (error) {
            throw error instanceof QueryProblem ? this.wrong(node, error.message) : error;
        }
        const { plan, binds } = prepared;
        const text = this.queryPieces(tree, binds);
        const type = this.types.collection('list', [this.types.of(plan.object.name)]);
        const index = this.emitter.query({ plan, type, text });
        const values = binds.map((each) => this.value(each.expression()).c);
        return {
            c: `(await ctx.query(Q[${index}], [${values.join(', ')}]))`,
            t: plan.isCount ? this.types.of('Integer') : type,
            isRows: !plan.isCount,
            isPresent: true
        };
    }

    /** The query's text, cut where a value goes in; in the order of the text, not of the plan. */
    queryPieces(tree, binds) {
        const source = textOf(tree);
        const start = tree.start.start;
        const ordered = binds
            .map((node, bind) => ({ node, bind }))
            .sort((a, b) => a.node.start.start - b.node.start.start);
        const pieces = [];
        let from = 0;
        for (const { node, bind } of ordered) {
            pieces.push(source.slice(from, node.start.start - start), bind);
            from = node.stop.stop + 1 - start;
        }
        return [...pieces, source.slice(from)];
    }

    // ------------------------------------------------------------------ dots and calls

    compileDotExpression(node) {
        const left = this.chain(node.expression());
        const call = node.dotMethodCall();
        const name = (call?.anyId() ?? node.anyId()).getText();
        const isSafe = Boolean(node.QUESTIONDOT());
        if (!('c' in left)) {
            return call
                ? this.staticCall(node, left, name, call.expressionList())
                : this.staticMember(node, left, name);
        }
        const receiver = isSafe || left.isRelated ? this.guarded(left) : left;
        const result = call
            ? this.instanceCall(node, receiver, name, call.expressionList())
            : this.instanceMember(node, receiver, name);
        return receiver.guard ? { ...result, guard: receiver.guard } : result;
    }

    guarded(left) {
        const temp = this.temp();
        const met = `(${temp} = ${left.c}) === null`;
        return {
            ...left,
            c: temp,
            isPresent: true,
            isRelated: false,
            lvalue: null,
            guard: left.guard ? `(${left.guard} || ${met})` : `(${met})`
        };
    }

    staticMember(node, { type, namespace }, name) {
        const field = type?.decl?.findField(name);
        if (field?.isStatic) {
            return this.staticField(node, field);
        }
        const fixed = this.fixedMember(node, type, name);
        if (fixed) {
            return fixed;
        }
        const path = [...(type ? type.name : namespace).split('.'), name];
        const found = this.types.find(path, this.decl);
        const inNamespace =
            found ?? (NAMESPACES.has(namespace?.toLowerCase()) && this.types.builtIn(name));
        if (inNamespace) {
            return { type: inNamespace };
        }
        throw this.wrong(node, `Variable does not exist: ${path.join('.')}`);
    }

    /** Enum values, labels, Lead.SObjectType, Lead.Name. */
    fixedMember(node, type, name) {
        if (type?.library?.isLabels) {
            const text = this.program.labels.get(name.toLowerCase());
            if (text === undefined) {
                throw this.wrong(node, `External string does not exist: ${name}`);
            }
            return this.constant(JSON.stringify(text), 'String');
        }
        if (type?.kind === 'enum' || type?.library?.isEnum) {
            const value = this.program.enumValue(type.name, name);
            if (value) {
                return { c: this.emitter.enumValue(type, value), t: type, isPresent: true };
            }
        }
        if (type?.kind === 'sobject' && type.sobject) {
            if (name.toLowerCase() === 'sobjecttype') {
                return this.platformValue(
                    `ctx.program.sobjectType("${type.name}")`,
                    'Schema.SObjectType'
                );
            }
            const field = type.sobject.field(name);
            if (field) {
                const c = `ctx.program.sobjectField("${type.name}", "${field.name}")`;
                return this.platformValue(c, 'Schema.SObjectField');
            }
        }
        return null;
    }

    platformValue(c, type) {
        return { c, t: this.types.of(type), isPresent: true };
    }

    instanceMember(node, from, name) {
        const receiver = from.isRows ? this.onlyRow(from) : from;
        if (receiver.t.kind === 'class') {
            const field = receiver.t.decl.findField(name);
            if (field && !field.isStatic) {
                return this.instanceField(node, receiver, field);
            }
        }
        if (receiver.t.kind === 'sobject' && receiver.t.sobject) {
            return this.recordField(node, receiver, name);
        }
        throw this.wrong(node, `Variable does not exist: ${name} in ${receiver.t}`);
    }

    /** [SELECT …].Field: the one row that there must be. */
    onlyRow(rows) {
        return { c: `ctx.single(${rows.c})`, t: rows.t.args[0], isPresent: true };
    }

    recordField(node, receiver, name) {
        const object = receiver.t.sobject;
        const field = object.field(name);
        const record = receiver.c;
        if (field) {
            return {
                c: `ctx.field(${record}, "${field.name}")`,
                t: this.types.of(field.apexType),
                lvalue: { kind: 'record', record, name: field.name }
            };
        }
        const lookup = object.relationship(name);
        const target = lookup && this.types.builtIn(lookup.target);
        if (!target) {
            throw this.wrong(node, `Variable does not exist: ${name} in ${object.name}`);
        }
        return {
            c: `ctx.field(${record}, "${lookup.relationship}")`,
            t: target,
            isRelated: true,
            lvalue: { kind: 'record', record, name: lookup.relationship }
        };
    }

    // ------------------------------------------------------------------------- fields

    checkAccess(node, member, access, what) {
        const home = this.decl.outermost;
        const isNear = member.owner.outermost === home;
        const isBelow = [this.decl, this.decl.outer].some((each) => each?.isBelow(member.owner));
        const mayTest = member.isTestVisible && this.decl.isTest;
        const isOpen = access === 'public' || access === 'global';
        if (!(isOpen || isNear || mayTest || (access === 'protected' && isBelow))) {
            throw this.wrong(node, `${what} is not visible: ${member.owner.name}.${member.name}`);
        }
    }

    statics(decl) {
        return `(ctx.statics[${decl.id}] ?? await ctx.initialise(${decl.id}))`;
    }

    staticField(node, field) {
        return this.fieldOf(node, { c: this.statics(field.owner) }, field, `K[${field.owner.id}]`);
    }

    instanceField(node, receiver, field) {
        return this.fieldOf(node, { c: this.present(receiver) }, field, null);
    }

    fieldOf(node, holder, field, generated) {
        const isBacking = this.accessorOf === field;
        const access = field.isProperty && !isBacking ? field.getAccess : field.access;
        const lvalue = { kind: 'field', field, holder: holder.c, generated, isBacking };
        if (access) {
            this.checkAccess(node, field, access, 'Variable');
        }
        const isComputed = field.getterName && !isBacking;
        const target = generated ?? holder.c;
        const c = isComputed
            ? `(await ${target}.${field.getterName}(ctx))`
            : `${holder.c}.${field.jsName}`;
        return { c, t: field.type, lvalue, isWriteOnly: access === null };
    }

    // -------------------------------------------------------------------------- calls

    args(list) {
        return (list?.expression_list() ?? []).map((node) => ({ node, ...this.value(node) }));
    }

    /** @returns {object} the candidate whose parameters the arguments fit best */
    best(node, candidates, args, paramsOf, shown) {
        let best = null;
        for (const each of candidates) {
            const params = paramsOf(each);
            if (params.length !== args.length) {
                continue;
            }
            const distances = args.map((arg, at) => this.distance(arg, params[at]));
            if (distances.every((distance) => distance !== null)) {
                const sum = distances.reduce((a, b) => a + b, 0);
                best = !best || sum < best.sum ? { each, params, sum } : best;
            }
        }
        if (!best) {
            const given = args.map((arg) => arg.t.name).join(', ');
            throw this.wrong(
                node,
                `Method does not exist or incorrect signature: ${shown}(${given})`
            );
        }
        return best;
    }

    distance(arg, param) {
        return arg.isRows && param.kind === 'sobject' ? 5 : this.types.distance(arg.t, param);
    }

    converted(args, params) {
        return args.map((arg, at) => `, ${this.convert(arg.node, arg, params[at])}`).join('');
    }

    compileMethodCallExpression(node) {
        const call = node.methodCall();
        const list = call.expressionList();
        if (call.THIS() || call.SUPER()) {
            return this.constructorCall(node, Boolean(call.SUPER()), this.args(list));
        }
        const name = call.id().getText();
        const args = this.args(list);
        for (let decl = this.decl; decl; decl = decl.outer) {
            const isOwn = decl === this.decl && !this.isStatic;
            const candidates = [
                ...(isOwn ? decl.findMethods(name, false) : []),
                ...decl.findMethods(name, true)
            ];
            if (candidates.length) {
                return this.methodCall(node, candidates, args, { c: 'this', isPresent: true });
            }
        }
        if (!this.isStatic && this.decl.type.isException) {
            const receiver = { c: 'this', t: this.types.of('Exception'), isPresent: true };
            return this.instanceCall(node, receiver, name, list);
        }
        throw this.wrong(node, `Method does not exist or incorrect signature: ${name}`);
    }

    methodCall(node, candidates, args, receiver) {
        const paramsOf = (each) => each.params.map((param) => param.type);
        const { each, params } = this.best(node, candidates, args, paramsOf, candidates[0].name);
        this.checkAccess(node, each, each.access, 'Method');
        const passed = `(ctx${this.converted(args, params)})`;
        const target = each.isStatic ? `K[${each.owner.id}]` : this.present(receiver);
        return { c: `(await ${target}.${each.jsName}${passed})`, t: each.returns };
    }

    staticCall(node, { type, namespace }, name, list) {
        if (type?.decl) {
            if (type.kind === 'enum') {
                return this.enumCall(node, type, name, list);
            }
            const candidates = type.decl.findMethods(name, true);
            if (candidates.length) {
                return this.methodCall(node, candidates, this.args(list), null);
            }
        }
        if (type?.key === 'database') {
            const query = this.databaseQuery(node, name, list);
            if (query) {
                return query;
            }
        }
        if (type?.library?.isEnum) {
            return this.enumCall(node, type, name, list);
        }
        const library = type && (type.library ?? this.program.library.get(type.key));
        const members = library?.methods.get(name.toLowerCase())?.filter((each) => each.isStatic);
        if (!members?.length) {
            throw this.wrong(
                node,
                `Method does not exist or incorrect signature: ${type?.name ?? namespace}.${name}`
            );
        }
        return this.platformCall(node, { type, members, name, args: this.args(list) });
    }

    enumCall(node, type, name, list) {
        const key = name.toLowerCase();
        const args = this.args(list);
        if (key === 'values' && args.length === 0) {
            const listType = this.types.collection('list', [type]);
            return {
                c: `ctx.program.enumValues(ctx, ${this.type(type)})`,
                t: listType,
                isPresent: true
            };
        }
        if (key === 'valueof' && args.length === 1) {
            const text = this.convert(node, args[0], this.types.of('String'));
            return {
                c: `ctx.program.enumOf(ctx, ${this.type(type)}, ${text})`,
                t: type,
                isPresent: true
            };
        }
        throw this.wrong(node, `Method does not exist or incorrect signature: ${type}.${name}`);
    }

    platformCall(node, { type, members, name, args, self = null }) {
        const bindings = this.bindings(type);
        const paramsOf = (each) => each.params.map((param) => this.signatureType(param, bindings));
        const { each, params } = this.best(node, members, args, paramsOf, `${type}.${name}`);
        const returns = this.signatureType(each.returns, bindings);
        const code = `L[${this.emitter.library(each.run)}](ctx${self ? `, ${self}` : ''}${this.converted(args, params)})`;
        const awaited = each.isAsync ? `(await ${code})` : code;
        return {
            c: returns.kind === 'library' ? `R.made(${awaited}, ${this.type(returns)})` : awaited,
            t: returns
        };
    }

    bindings(type) {
        const names = type.library?.typeParams ?? [];
        return new Map(names.map((name, at) => [name, type.args[at]]));
    }

    signatureType(text, bindings) {
        if (text === 'void') {
            return this.types.void;
        }
        const bound = bindings.get(text);
        if (bound) {
            return bound;
        }
        const generic = /^(\w+)<(.+)>$/.exec(text);
        if (!generic) {
            return this.types.of(text);
        }
        const args = this.emitter
            .split(generic[2])
            .map((each) => this.signatureType(each, bindings));
        return this.types.generic(this.program.library.get(generic[1].toLowerCase()), args);
    }

    instanceCall(node, receiver, name, list) {
        const { t } = receiver;
        if (t.kind === 'class') {
            const candidates = t.decl.findMethods(name, false);
            if (candidates.length) {
                return this.methodCall(node, candidates, this.args(list), receiver);
            }
        }
        if (t.kind === 'enum' || t.library?.isEnum) {
            return this.enumValueCall(node, receiver, name);
        }
        const [type, members] = this.platformMembers(t, name);
        if (!members?.length) {
            throw this.wrong(node, `Method does not exist or incorrect signature: ${t}.${name}`);
        }
        const self = receiver.isSuper ? 'this' : this.present(receiver);
        return this.platformCall(node, { type, members, name, args: this.args(list), self });
    }

    enumValueCall(node, receiver, name) {
        const code = {
            name: [`${this.present(receiver)}.name`, 'String'],
            tostring: [`${this.present(receiver)}.name`, 'String'],
            ordinal: [`${this.present(receiver)}.ordinal`, 'Integer']
        }[name.toLowerCase()];
        if (!code) {
            throw this.wrong(node, `Method does not exist or incorrect signature: ${name}`);
        }
        return { c: code[0], t: this.types.of(code[1]), isPresent: true };
    }

    /** The platform's methods of a type: of its library class, or of what is above it. */
    platformMembers(type, name) {
        const key = name.toLowerCase();
        const lineage = [type];
        for (let at = type; at?.decl; at = at.decl.superType) {
            lineage.push(at.decl.superType, ...at.decl.interfaces);
        }
        if (type.kind === 'sobject') {
            lineage.push(this.types.sobject);
        }
        if (type.isException) {
            lineage.push(this.types.of('Exception'));
        }
        lineage.push(this.types.any);
        for (const each of lineage.filter(Boolean)) {
            const library = each.library ?? this.program.library.get(each.key);
            const members = library?.methods.get(key)?.filter((member) => !member.isStatic);
            if (members?.length && key !== 'new') {
                return [each, members];
            }
        }
        return [type, null];
    }

    databaseQuery(node, name, list) {
        const key = name.toLowerCase();
        const isCount = key.startsWith('countquery');
        if (!['query', 'countquery', 'querywithbinds', 'countquerywithbinds'].includes(key)) {
            return null;
        }
        const args = this.args(list);
        const wanted = ['String', ...(key.endsWith('withbinds') ? ['Map<String,Object>'] : [])];
        const params = wanted.map((each) => this.signatureType(each, new Map()));
        const level = args.slice(params.length);
        const isMode = level.length === 1 && level[0].t.key === 'accesslevel';
        if (args.length < params.length || (level.length > 0 && !isMode)) {
            throw this.wrong(
                node,
                `Method does not exist or incorrect signature: Database.${name}`
            );
        }
        const [text, map] = params.map((type, at) => this.convert(node, args[at], type));
        const mode = level.length ? level[0].c : 'null';
        const c = `(await R.dynamicQuery(ctx, ${text}, ${map ?? this.visibleValues()}, ${isCount}, ${mode}))`;
        return {
            c,
            t: isCount
                ? this.types.of('Integer')
                : this.types.collection('list', [this.types.sobject]),
            isRows: !isCount,
            isPresent: true
        };
    }

    /** What a dynamic query may bind by name: local variables and this object's fields. */
    visibleValues() {
        const values = [];
        for (const field of this.decl.fields.filter((each) => !each.getterName)) {
            const holder = field.isStatic ? `ctx.statics[${this.decl.id}]` : 'this';
            if (field.isStatic || !this.isStatic) {
                values.push(`"${field.lname}": () => ${holder}?.${field.jsName} ?? null`);
            }
        }
        // Later names win in an object, and a variable hides a field.
        for (const scope of this.scopes) {
            for (const [name, local] of scope) {
                values.push(`"${name}": () => ${local.js}`);
            }
        }
        return `{ ${values.join(', ')} }`;
    }

    constructorCall(node, isSuper, args) {
        const decl = isSuper ? this.decl.superDecl : this.decl;
        const constructors = decl?.constructors ?? [];
        if (constructors.length) {
            try {
                const paramsOf = (each) => each.params.map((param) => param.type);
                const { each, params } = this.best(node, constructors, args, paramsOf, decl.name);
                const code = `(await this.${each.jsName}(ctx${this.converted(args, params)}))`;
                return { c: code, t: this.types.void };
            } catch (error) {
                if (!this.decl.type.isException) {
                    throw error;
                }
            }
        }
        if (this.decl.type.isException) {
            return {
                c: `R.fillException(this, ${this.exceptionArgs(node, args)})`,
                t: this.types.void
            };
        }
        if (args.length) {
            throw this.wrong(node, `Constructor not defined: ${decl?.name ?? 'Object'}`);
        }
        return { c: 'null', t: this.types.void };
    }

    /** Code of message and cause, from one of the shapes in which every exception can be made. */
    exceptionArgs(node, args) {
        const paramsOf = (shape) => shape.map((each) => this.types.of(each));
        const { each } = this.best(node, EXCEPTION_SHAPES, args, paramsOf, 'Exception');
        const message = each.indexOf('String');
        const cause = each.indexOf('Exception');
        return `${message < 0 ? 'null' : args[message].c}, ${cause < 0 ? 'null' : args[cause].c}`;
    }

    // ---------------------------------------------------------------------------- new

    compileNewExpression(node) {
        const creator = node.creator();
        const parts = creator
            .createdName()
            .idCreatedNamePair_list()
            .map((each) => ({
                name: each.anyId().getText(),
                args: each.typeList()?.typeRef_list() ?? null
            }));
        const type = this.program.declarations.resolveParts(parts, node, this.decl);
        if (creator.classCreatorRest()) {
            return this.newObject(
                node,
                type,
                creator.classCreatorRest().arguments().expressionList()
            );
        }
        if (creator.arrayCreatorRest()) {
            return this.newArray(creator.arrayCreatorRest(), type);
        }
        if (creator.mapCreatorRest()) {
            return this.newMap(creator.mapCreatorRest(), type);
        }
        const items = creator.setCreatorRest()?.expression_list() ?? [];
        return this.newCollection(node, type, items);
    }

    newCollection(node, type, items) {
        if (type.kind === 'map' && items.length === 0) {
            return this.created(`new R.ApexMap(${this.type(type)})`, type);
        }
        if (!['list', 'set'].includes(type.kind)) {
            throw this.wrong(node, `Invalid initializer type: ${type}`);
        }
        const values = items.map((each) => this.as(each, type.args[0])).join(', ');
        const kind = type.kind === 'list' ? 'ApexList' : 'ApexSet';
        return this.created(`new R.${kind}(${this.type(type)}, [${values}])`, type);
    }

    created(c, t) {
        return { c: `(${c})`, t, isPresent: true };
    }

    newArray(rest, element) {
        const type = this.types.collection('list', [element]);
        if (rest.expression()) {
            const size = this.as(rest.expression(), this.types.of('Integer'));
            return this.created(`R.emptyArray(${this.type(type)}, ctx.nn(${size}))`, type);
        }
        return this.newCollection(rest, type, rest.arrayInitializer().expression_list());
    }

    newMap(rest, type) {
        if (type.kind !== 'map') {
            throw this.wrong(rest, `Invalid initializer type: ${type}`);
        }
        const pairs = rest.mapCreatorRestPair_list().map((each) => {
            const [key, value] = each.expression_list();
            return `[${this.as(key, type.args[0])}, ${this.as(value, type.args[1])}]`;
        });
        return this.created(`new R.ApexMap(${this.type(type)}, [${pairs.join(', ')}])`, type);
    }

    newObject(node, type, list) {
        if (type.kind === 'sobject' && type.sobject) {
            return this.newRecord(node, type, list);
        }
        const args = this.args(list);
        if (type.isException) {
            return this.newException(node, type, args);
        }
        if (type.kind === 'class') {
            return this.newInstance(node, type, args);
        }
        const members = type.library?.methods.get('new');
        if (!members) {
            throw this.wrong(node, `Type cannot be constructed: ${type}`);
        }
        const { c } = this.platformCall(node, { type, members, name: 'new', args });
        const kinds = { list: 'ApexList', set: 'ApexSet', map: 'ApexMap' };
        return kinds[type.kind]
            ? this.created(`new R.${kinds[type.kind]}(${this.type(type)}, ${c})`, type)
            : this.created(`R.made(${c}, ${this.type(type)})`, type);
    }

    newInstance(node, type, args) {
        const { decl } = type;
        if (decl.isAbstract) {
            throw this.wrong(node, `Abstract classes cannot be constructed: ${type}`);
        }
        if (decl.constructors.length === 0 && args.length === 0) {
            return this.created(`await R.newObject(ctx, K[${decl.id}])`, type);
        }
        const paramsOf = (each) => each.params.map((param) => param.type);
        const { each, params } = this.best(node, decl.constructors, args, paramsOf, `new ${type}`);
        this.checkAccess(node, each, each.access, 'Constructor');
        const passed = this.converted(args, params);
        return this.created(
            `await R.newObject(ctx, K[${decl.id}], "${each.jsName}"${passed})`,
            type
        );
    }

    newException(node, type, args) {
        const constructors = type.decl?.constructors ?? [];
        const isOwn = constructors.some(
            (each) =>
                each.params.length === args.length &&
                args.every((arg, at) => this.types.fits(arg.t, each.params[at].type))
        );
        if (isOwn) {
            return this.newInstance(node, type, args);
        }
        const parts = this.exceptionArgs(node, args);
        return type.decl
            ? this.created(`await R.newException(ctx, K[${type.decl.id}], ${parts})`, type)
            : this.created(`ctx.exception("${type.name}", ${parts})`, type);
    }

    newRecord(node, type, list) {
        const pairs = (list?.expression_list() ?? []).map((each) => {
            if (kindOf(each) !== 'AssignExpression' || !each.ASSIGN()) {
                throw this.wrong(each, `Invalid field initializer: ${each.getText()}`);
            }
            const [left, right] = each.expression_list();
            const name = left.getText();
            const field = type.sobject.field(name);
            const lookup = field ? null : type.sobject.relationship(name);
            if (!field && !lookup) {
                throw this.wrong(each, `Field does not exist: ${name} on ${type}`);
            }
            const target = this.types.of(field ? field.apexType : lookup.target);
            return `${field?.name ?? lookup.relationship}: ${this.as(right, target)}`;
        });
        return this.created(`ctx.newRecord(${this.type(type)}, { ${pairs.join(', ')} })`, type);
    }
}
