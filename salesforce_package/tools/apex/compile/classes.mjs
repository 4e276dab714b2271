/**
 * Classes to JavaScript: one text of code for all of them.
 */
import { splitTypes } from '../library/define.mjs';
import { Statements } from './statements.mjs';

/** Collects what generated code refers to by number: types, library functions, queries, … */
export class Emitter {
    constructor(program) {
        this.program = program;
        this.types = program.types;
        this.tables = { types: [], library: [], queries: [], enums: [], coverage: [] };
        this.split = splitTypes;
    }

    index(table, value) {
        const list = this.tables[table];
        const at = list.indexOf(value);
        return at >= 0 ? at : list.push(value) - 1;
    }

    type(type) {
        return `T[${this.index('types', type)}]`;
    }

    library(run) {
        return this.index('library', run);
    }

    query(prepared) {
        return this.tables.queries.push(prepared) - 1;
    }

    enumValue(type, value) {
        return `E[${this.index('enums', value)}]`;
    }

    /** Code that notes that a line has run. */
    covered(line) {
        this.file.lines.add(line);
        return `C[${this.file.index}][${line}] = 1`;
    }

    // -------------------------------------------------------------------------- classes

    /** @returns {string} code of one class; LoadErrors are handed to `refuse` */
    classCode(decl, refuse) {
        this.file = this.program.fileOf(decl);
        const parts = [];
        const attempt = (run) => {
            try {
                parts.push(run());
            } catch (error) {
                refuse(error);
            }
        };
        attempt(() => this.construction(decl));
        attempt(() => this.initialisers(decl, true));
        attempt(() => this.initialisers(decl, false));
        for (const each of decl.constructors) {
            attempt(() => this.constructorCode(decl, each));
        }
        for (const each of decl.fields) {
            attempt(() => this.accessors(decl, each));
        }
        for (const each of decl.methods.filter((method) => method.body)) {
            attempt(() => this.methodCode(decl, each));
        }
        const above = decl.superDecl ? `K[${decl.superDecl.id}]` : this.root(decl);
        return (
            `K[${decl.id}] = class extends ${above} {\n${parts.join('\n')}\n};\n` +
            `K[${decl.id}].prototype.apexType = ${this.type(decl.type)};\n`
        );
    }

    root(decl) {
        return decl.type.isException ? 'R.ApexException' : 'R.ApexObject';
    }

    construction(decl) {
        const own = (isStatic) => decl.fields.filter((each) => each.isStatic === isStatic);
        const instance = own(false)
            .map((each) => `this.${each.jsName} = null;`)
            .join(' ');
        const statics = own(true)
            .map((each) => `${each.jsName}: null`)
            .join(', ');
        return (
            `constructor() { super(); ${instance} }\n` +
            `static newStatics() { return { ${statics} }; }`
        );
    }

    /** Field initialisers and blocks, in the order of the source. */
    initialisers(decl, isStatic) {
        const body = new Statements(this, decl, { isStatic });
        body.isInitialising = true;
        const fields = decl.fields
            .filter((each) => each.isStatic === isStatic && each.initial)
            .map((each) => ({ at: each.node.start.start, run: () => fieldCode(body, each) }));
        const blocks = decl.blocks
            .filter((each) => each.isStatic === isStatic)
            .map((each) => ({
                at: each.node.start.start,
                run: () => `{ ${body.block(each.node)} }`
            }));
        const steps = [...fields, ...blocks].sort((a, b) => a.at - b.at);
        if (steps.length === 0 && isStatic) {
            return '';
        }
        const code = steps.map((each) => each.run()).join('\n');
        const name = isStatic ? 'static async clinit' : `async init${decl.id}`;
        const where = `${decl.name}.${isStatic ? '<clinit>' : '<init>'}`;
        return steps.length ? this.framed(`${name}(ctx)`, where, body, code) : `${name}(ctx) {}`;
    }

    framed(head, where, body, code) {
        const temps = body.temps.length ? `let ${body.temps.join(', ')};` : '';
        return (
            `${head} {\nconst F = ctx.enter(${JSON.stringify(where)}); ${temps}\n` +
            `try {\n${code}\n} finally { ctx.leave(); }\n}`
        );
    }

    params(body, node, params) {
        return params
            .map((each) => `, ${body.declare(node, each.name, each.type, each).js}`)
            .join('');
    }

    ready(decl) {
        const { id } = decl.outermost;
        return `if (!ctx.statics[${id}]) { await ctx.initialise(${id}); }`;
    }

    methodCode(decl, method) {
        const { isStatic, returns } = method;
        const body = new Statements(this, decl, { isStatic, returns });
        const params = this.params(body, method.node, method.params);
        const head = `${isStatic ? 'static ' : ''}async ${method.jsName}(ctx${params})`;
        const code = body.block(method.body);
        // A method that ends without a return gives null, so that no undefined goes round.
        const ready = isStatic ? this.ready(decl) : '';
        return this.framed(
            head,
            `${decl.name}.${method.name}`,
            body,
            `${ready}\n${code}\nreturn null;`
        );
    }

    constructorCode(decl, method) {
        const body = new Statements(this, decl, { isStatic: false, returns: this.types.void });
        body.isInitialising = true;
        const params = this.params(body, method.node, method.params);
        const statements = method.body.statement_list();
        const first = chained(statements[0]);
        const code = body.inScope(() => {
            const start = first ? body.statement(statements[0]) : '';
            const rest = body.statements(first ? statements.slice(1) : statements);
            const above =
                first || !decl.superDecl
                    ? ''
                    : `await R.construct(ctx, this, K[${decl.superDecl.id}]);`;
            const fields = first === 'this' ? '' : `await this.init${decl.id}(ctx);`;
            return `${above}\n${start}\n${fields}\n${rest}`;
        });
        const where = `${decl.name}.<init>`;
        return this.framed(`async ${method.jsName}(ctx${params})`, where, body, code);
    }

    accessors(decl, field) {
        if (!field.isProperty) {
            return '';
        }
        const { isStatic } = field;
        const head = isStatic ? 'static async' : 'async';
        const parts = [];
        if (field.getterName) {
            const body = new Statements(this, decl, {
                isStatic,
                accessorOf: field,
                returns: field.type
            });
            const code = body.block(field.getter.body);
            const name = `${head} ${field.getterName}(ctx)`;
            const ready = isStatic ? this.ready(decl) : '';
            parts.push(
                this.framed(
                    name,
                    `${decl.name}.${field.name}`,
                    body,
                    `${ready}\n${code}\nreturn null;`
                )
            );
        }
        if (field.setterName) {
            const options = { isStatic, accessorOf: field, returns: this.types.void };
            const body = new Statements(this, decl, options);
            const { js } = body.declare(field.node, 'value', field.type);
            const code = body.block(field.setter.body);
            const name = `${head} ${field.setterName}(ctx, ${js})`;
            const ready = isStatic ? this.ready(decl) : '';
            parts.push(this.framed(name, `${decl.name}.${field.name}`, body, `${ready}\n${code}`));
        }
        return parts.join('\n');
    }
}

function fieldCode(body, field) {
    const value = body.as(field.initial, field.type);
    const holder = field.isStatic ? `ctx.statics[${field.owner.id}]` : 'this';
    return `${body.mark(field.node)} ${holder}.${field.jsName} = ${value};`;
}

/** Whether a constructor's first statement is this(…) or super(…). */
function chained(statement) {
    const call = statement?.expressionStatement?.()?.expression()?.methodCall?.();
    if (!call) {
        return null;
    }
    return call.THIS() ? 'this' : call.SUPER() ? 'super' : null;
}
