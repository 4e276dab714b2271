// Names that the platform keeps for itself: the parser takes some of them, the org's compiler none.

import { walk } from '../model.mjs';

/**
 * Apex's reserved words, without those that are names of types, which it does take for members.
 * Source: Apex Developer Guide, "Reserved Keywords".
 */
const RESERVED = new Set(
    `abstract activate and any array as asc autonomous begin bigdecimal break bulk by byte case cast
    catch char class collect commit const continue default delete desc do else end enum exit export
    extends false final finally float for from global goto group having hint if implements import in
    inner insert instanceof int interface into join like limit loop merge new not null nulls number
    of on or outer override package parallel pragma private protected public retrieve return
    rollback search select short sort stat static super switch synchronized testmethod then this
    throw transaction trigger true try undelete update upsert using virtual void webservice when
    where while`.split(/\s+/)
);
const DECLARING = new Set([
    'VariableDeclarator',
    'FormalParameter',
    'MethodDeclaration',
    'PropertyDeclaration',
    'InterfaceMethodDeclaration',
    'ClassDeclaration',
    'EnumDeclaration',
    'InterfaceDeclaration',
    'EnhancedForControl',
    'CatchClause'
]);
const LONGEST = 255;
const LONGEST_CLASS = 40;

/** @returns {number} how many names were looked at */
export function holdNames(model, tell) {
    let count = 0;
    for (const { file, tree, type } of model.files) {
        if (type.name.length > LONGEST_CLASS) {
            tell(
                file,
                type.line,
                `is a class with a name of ${type.name.length} characters; ${LONGEST_CLASS} are the most.`
            );
        }
        walk(tree, (node, kind) => {
            if (!DECLARING.has(kind)) return;
            const id = node.id();
            count++;
            if (RESERVED.has(id.getText().toLowerCase())) {
                tell(
                    file,
                    id.start.line,
                    `is named ${id.getText()}, a reserved word of Apex. Give it another name.`
                );
            } else if (id.getText().length > LONGEST) {
                tell(
                    file,
                    id.start.line,
                    `has a name of ${id.getText().length} characters; ${LONGEST} are the most.`
                );
            }
        });
    }
    return count;
}
