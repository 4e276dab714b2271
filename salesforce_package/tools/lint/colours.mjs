/**
 * Finds colours that are fixed in a component's style sheet. An org's theme, dark mode among them,
 * changes the design system's hooks and nothing else; so a colour may stand only as what a hook
 * falls back to: var(--slds-g-color-surface-1, #ffffff).
 */

const NO_VALUES = /\/\*.*?\*\/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|url\([^)]*\)/gs;
/** In a block, up to the end of the declaration; what goes on with a brace is a selector. */
const DECLARATION = /[{};]\s*[\w-]+\s*:([^;{}]*)(?=[;}])/g;
const HOOK = /var\(\s*--slds-[\w-]+\s*,/gi;
const COLOUR =
    /#[\da-f]{3,8}\b|(?<![\w-])(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|device-cmyk)\(|(?<![\w-])[a-z]+(?![\w(-])/gi;

/** Source: CSS Color Module Level 4, "Named Colors". What follows from the context is none. */
const NAMES = new Set(
    `aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet
    brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue
    darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange
    darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise
    darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia
    gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo
    ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
    lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue
    lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon
    mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
    mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
    navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
    paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red
    rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue
    slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
    whitesmoke yellow yellowgreen`.split(/\s+/)
);

/**
 * @param {string} text a style sheet
 * @returns {Array<{line: number, colour: string}>} each colour that no hook can change
 */
export function fixedColours(text) {
    const values = blanked(text, NO_VALUES);
    const found = [];
    for (const declaration of values.matchAll(DECLARATION)) {
        const [whole, value] = declaration;
        const at = declaration.index + whole.length - value.length;
        for (const { 0: colour, index } of withoutFallbacks(value).matchAll(COLOUR)) {
            const isName = /^[a-z]+$/i.test(colour);
            if (!isName || NAMES.has(colour.toLowerCase())) {
                const line = values.slice(0, at + index).split('\n').length;
                found.push({ line, colour: colour.replace(/\($/, '(…)') });
            }
        }
    }
    return found;
}

/** The same text with these parts empty, so that everything stays where it is. */
function blanked(text, parts) {
    return text.replace(parts, (part) => part.replace(/[^\n]/g, ' '));
}

function withoutFallbacks(value) {
    let rest = value;
    for (const { 0: opening, index } of value.matchAll(HOOK)) {
        const end = closing(value, index + opening.length);
        rest = rest.slice(0, index) + blanked(value.slice(index, end), /.+/gs) + rest.slice(end);
    }
    return rest;
}

/** Where the parenthesis ends in which this place is. */
function closing(value, place) {
    let depth = 1;
    let end = place;
    while (depth > 0 && end < value.length) {
        if (value[end] === '(') depth += 1;
        if (value[end] === ')') depth -= 1;
        end += 1;
    }
    return end;
}
