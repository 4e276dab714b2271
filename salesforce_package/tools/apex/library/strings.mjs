/**
 * String and Id, and what turns text into other text: EncodingUtil, Blob, UUID, Pattern.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { ApexBlob, ApexList, ApexSet, wholeId } from '../run/values.mjs';
import { toId } from '../run/conversions.mjs';
import { platformClass } from './define.mjs';

const blank = (text) => text === null || text.trim() === '';
const same = (a, b) => a.toLowerCase() === b.toLowerCase();

function pieces(ctx, text, pattern, limit) {
    const expression = regex(ctx, pattern, '');
    const parts = [];
    let rest = text;
    while (!limit || parts.length < limit - 1) {
        const match = expression.exec(rest);
        if (!match || (match[0] === '' && rest.length <= 1)) {
            break;
        }
        const end = match[0] === '' ? 1 : match.index;
        parts.push(rest.slice(0, end));
        rest = rest.slice(match[0] === '' ? 1 : end + match[0].length);
    }
    parts.push(rest);
    if (limit === 0) {
        while (parts.length > 1 && parts.at(-1) === '') {
            parts.pop();
        }
    }
    return ctx.list(ctx.types.of('String'), parts);
}

function regex(ctx, pattern, flags) {
    try {
        return new RegExp(ctx.argument(pattern), flags);
    } catch {
        return ctx.fault('StringException', `Invalid regex: ${pattern}`);
    }
}

function replacement(text) {
    return text.replace(/\\(.)/g, '$1').replace(/\$(\d)/g, '$$$1');
}

function slice(ctx, text, from, to) {
    if (from < 0 || to > text.length || from > to) {
        ctx.fault('StringException', 'Ending position out of bounds: ' + to);
    }
    return text.slice(from, to);
}

const HTML = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** {0} and '' as Java's MessageFormat has them. */
export function messageFormatted(pattern, values) {
    let text = '';
    let isQuoted = false;
    for (let at = 0; at < pattern.length; at += 1) {
        if (pattern[at] === "'") {
            if (pattern[at + 1] === "'") {
                text += "'";
                at += 1;
            } else {
                isQuoted = !isQuoted;
            }
            continue;
        }
        const hole = isQuoted ? null : /^\{(\d+)\}/.exec(pattern.slice(at));
        if (hole) {
            text += hole[1] in values ? values[hole[1]] : hole[0];
            at += hole[0].length - 1;
        } else {
            text += pattern[at];
        }
    }
    return text;
}

function abbreviated(ctx, text, width) {
    if (width < 4) {
        ctx.fault('IllegalArgumentException', 'Minimum abbreviation width is 4');
    }
    return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}

function between(text, open, close) {
    const from = text.indexOf(open);
    const to = from < 0 ? -1 : text.indexOf(close, from + open.length);
    return to < 0 ? null : text.slice(from + open.length, to);
}

function joined(ctx, parts, separator) {
    if (!(parts instanceof ApexList || parts instanceof ApexSet)) {
        ctx.fault('IllegalArgumentException', 'String.join needs a list or a set');
    }
    return parts
        .walk()
        .map((each) => (each === null ? '' : ctx.show(each)))
        .join(separator);
}

const isAscii = (pattern) => (ctx, text) => pattern.test(text);

const before = (text, at) => (at < 0 ? text : text.slice(0, at));
const after = (text, at, length) => (at < 0 ? '' : text.slice(at + length));

const StringClass = platformClass('String', {
    'static Boolean isBlank(String)': (ctx, text) => blank(text),
    'static Boolean isNotBlank(String)': (ctx, text) => !blank(text),
    'static Boolean isEmpty(String)': (ctx, text) => text === null || text === '',
    'static Boolean isNotEmpty(String)': (ctx, text) => text !== null && text !== '',
    'static String join(Object,String)': (ctx, parts, separator) =>
        joined(ctx, ctx.nn(parts), ctx.nn(separator)),
    'static String format(String,List<Object>)': (ctx, pattern, values) =>
        messageFormatted(
            ctx.nn(pattern),
            ctx.nn(values).items.map((each) => ctx.show(each))
        ),
    'async static String valueOf(Object)': (ctx, value) =>
        value === null ? null : ctx.textOf(value),
    'static String valueOfGmt(Datetime)': (ctx, at) =>
        ctx.nn(at).toIso().slice(0, 19).replace('T', ' '),
    'static String escapeSingleQuotes(String)': (ctx, text) =>
        ctx.nn(text).replace(/([\\'])/g, '\\$1'),
    'static String fromCharArray(List<Integer>)': (ctx, codes) =>
        String.fromCharCode(...ctx.nn(codes).items),
    'String abbreviate(Integer)': (ctx, text, width) => abbreviated(ctx, text, width),
    'String capitalize()': (ctx, text) => text.charAt(0).toUpperCase() + text.slice(1),
    'String center(Integer)': (ctx, text, width) => {
        const left = Math.floor(Math.max(0, width - text.length) / 2);
        return text.padStart(text.length + left).padEnd(width);
    },
    'Integer charAt(Integer)': (ctx, text, at) => {
        if (at < 0 || at >= text.length) {
            ctx.fault('StringException', `String index out of range: ${at}`);
        }
        return text.charCodeAt(at);
    },
    'Integer compareTo(String)': (ctx, text, other) => (text < other ? -1 : Number(text > other)),
    'Boolean contains(String)': (ctx, text, part) => text.includes(ctx.argument(part)),
    'Boolean containsIgnoreCase(String)': (ctx, text, part) =>
        text.toLowerCase().includes(ctx.argument(part).toLowerCase()),
    'Boolean containsAny(String)': (ctx, text, letters) =>
        letters !== null && [...letters].some((each) => text.includes(each)),
    'Boolean containsNone(String)': (ctx, text, letters) =>
        letters === null || ![...letters].some((each) => text.includes(each)),
    'Boolean containsOnly(String)': (ctx, text, letters) =>
        letters !== null && [...text].every((each) => letters.includes(each)),
    'Boolean containsWhitespace()': isAscii(/\s/),
    'Integer countMatches(String)': (ctx, text, part) => (part ? text.split(part).length - 1 : 0),
    'String deleteWhitespace()': (ctx, text) => text.replace(/\s+/g, ''),
    'Boolean endsWith(String)': (ctx, text, end) => text.endsWith(ctx.argument(end)),
    'Boolean endsWithIgnoreCase(String)': (ctx, text, end) =>
        text.toLowerCase().endsWith(ctx.argument(end).toLowerCase()),
    'Boolean equals(Object)': (ctx, text, other) => text === other,
    'Boolean equalsIgnoreCase(String)': (ctx, text, other) => other !== null && same(text, other),
    'String escapeHtml4()': (ctx, text) => text.replace(/[&<>"]/g, (each) => HTML[each]),
    'String escapeXml()': (ctx, text) =>
        text.replace(/[&<>"']/g, (each) => (each === "'" ? '&apos;' : HTML[each])),
    'String escapeJava()': (ctx, text) => JSON.stringify(text).slice(1, -1),
    'String escapeEcmaScript()': (ctx, text) =>
        JSON.stringify(text).slice(1, -1).replace(/'/g, "\\'").replace(/\//g, '\\/'),
    'String escapeCsv()': (ctx, text) =>
        /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
    'Integer hashCode()': (ctx, text) => {
        let hash = 0;
        for (let at = 0; at < text.length; at += 1) {
            hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
        }
        return hash;
    },
    'Integer indexOf(String)': (ctx, text, part) => text.indexOf(ctx.argument(part)),
    'Integer indexOf(String,Integer)': (ctx, text, part, from) =>
        text.indexOf(ctx.argument(part), from),
    'Integer indexOfIgnoreCase(String)': (ctx, text, part) =>
        text.toLowerCase().indexOf(ctx.argument(part).toLowerCase()),
    'Boolean isAsciiPrintable()': isAscii(/^[\x20-\x7e]*$/),
    'Boolean isAllLowerCase()': isAscii(/^\p{Ll}+$/u),
    'Boolean isAllUpperCase()': isAscii(/^\p{Lu}+$/u),
    'Boolean isAlpha()': isAscii(/^\p{L}+$/u),
    'Boolean isAlphanumeric()': isAscii(/^[\p{L}\p{N}]+$/u),
    'Boolean isNumeric()': isAscii(/^\p{N}+$/u),
    'Boolean isWhitespace()': isAscii(/^\s*$/),
    'Integer lastIndexOf(String)': (ctx, text, part) => text.lastIndexOf(ctx.argument(part)),
    'String left(Integer)': (ctx, text, length) => text.slice(0, Math.max(0, length)),
    'String leftPad(Integer)': (ctx, text, width) => text.padStart(width),
    'String leftPad(Integer,String)': (ctx, text, width, pad) => text.padStart(width, pad),
    'Integer length()': (ctx, text) => text.length,
    'String mid(Integer,Integer)': (ctx, text, from, length) =>
        text.slice(from, from + Math.max(0, length)),
    'String normalizeSpace()': (ctx, text) => text.trim().replace(/\s+/g, ' '),
    'String remove(String)': (ctx, text, part) => (part ? text.replaceAll(part, '') : text),
    'String removeEnd(String)': (ctx, text, end) =>
        end && text.endsWith(end) ? text.slice(0, -end.length) : text,
    'String removeStart(String)': (ctx, text, start) =>
        start && text.startsWith(start) ? text.slice(start.length) : text,
    'String repeat(Integer)': (ctx, text, times) => text.repeat(Math.max(0, times)),
    'String replace(String,String)': (ctx, text, part, other) =>
        text.replaceAll(ctx.argument(part), () => ctx.argument(other)),
    'String replaceAll(String,String)': (ctx, text, pattern, other) =>
        text.replace(regex(ctx, pattern, 'g'), replacement(ctx.argument(other))),
    'String replaceFirst(String,String)': (ctx, text, pattern, other) =>
        text.replace(regex(ctx, pattern, ''), replacement(ctx.argument(other))),
    'String reverse()': (ctx, text) => [...text].reverse().join(''),
    'String right(Integer)': (ctx, text, length) => (length <= 0 ? '' : text.slice(-length)),
    'String rightPad(Integer)': (ctx, text, width) => text.padEnd(width),
    'String rightPad(Integer,String)': (ctx, text, width, pad) => text.padEnd(width, pad),
    'List<String> split(String)': (ctx, text, pattern) => pieces(ctx, text, pattern, 0),
    'List<String> split(String,Integer)': (ctx, text, pattern, limit) =>
        pieces(ctx, text, pattern, limit < 0 ? undefined : limit),
    'Boolean startsWith(String)': (ctx, text, start) => text.startsWith(ctx.argument(start)),
    'Boolean startsWithIgnoreCase(String)': (ctx, text, start) =>
        text.toLowerCase().startsWith(ctx.argument(start).toLowerCase()),
    'String stripHtmlTags()': (ctx, text) => text.replace(/<[^>]*>/g, ''),
    'String substring(Integer)': (ctx, text, from) => slice(ctx, text, from, text.length),
    'String substring(Integer,Integer)': (ctx, text, from, to) => slice(ctx, text, from, to),
    'String substringAfter(String)': (ctx, text, mark) =>
        after(text, text.indexOf(mark), mark.length),
    'String substringAfterLast(String)': (ctx, text, mark) =>
        after(text, text.lastIndexOf(mark), mark.length),
    'String substringBefore(String)': (ctx, text, mark) => before(text, text.indexOf(mark)),
    'String substringBeforeLast(String)': (ctx, text, mark) => before(text, text.lastIndexOf(mark)),
    'String substringBetween(String)': (ctx, text, mark) => between(text, mark, mark),
    'String substringBetween(String,String)': (ctx, text, open, close) =>
        between(text, open, close),
    'String swapCase()': (ctx, text) =>
        text.replace(/\p{L}/gu, (each) =>
            each === each.toUpperCase() ? each.toLowerCase() : each.toUpperCase()
        ),
    'String toLowerCase()': (ctx, text) => text.toLowerCase(),
    'String toUpperCase()': (ctx, text) => text.toUpperCase(),
    'String trim()': (ctx, text) => text.trim(),
    'String uncapitalize()': (ctx, text) => text.charAt(0).toLowerCase() + text.slice(1),
    'String unescapeHtml4()': (ctx, text) =>
        Object.entries(HTML).reduceRight(
            (done, [plain, code]) => done.replaceAll(code, plain),
            text
        )
});

const IdClass = platformClass('Id', {
    'static Id valueOf(String)': (ctx, text) => toId(ctx, ctx.nn(text)),
    'static Id valueOf(String,Boolean)': (ctx, text) => toId(ctx, ctx.nn(text)),
    'String to15()': (ctx, id) => id.slice(0, 15),
    'Boolean equals(Object)': (ctx, id, other) => id === other,
    'async Schema.SObjectType getSobjectType()': async (ctx, id) => {
        const name = await ctx.data.objectNameOfId(ctx, id);
        return name
            ? ctx.program.sobjectType(name)
            : ctx.fault('SObjectException', `Cannot locate Apex Type for ID: ${id}`);
    }
});

const EncodingUtil = platformClass('EncodingUtil', {
    'static String urlEncode(String,String)': (ctx, text) =>
        encodeURIComponent(ctx.argument(text))
            .replace(/[!'()~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
            .replace(/%20/g, '+'),
    'static String urlDecode(String,String)': (ctx, text) =>
        decodeURIComponent(ctx.argument(text).replace(/\+/g, ' ')),
    'static String base64Encode(Blob)': (ctx, blob) => ctx.nn(blob).bytes.toString('base64'),
    'static Blob base64Decode(String)': (ctx, text) =>
        new ApexBlob(Buffer.from(ctx.nn(text), 'base64')),
    'static String convertToHex(Blob)': (ctx, blob) => ctx.nn(blob).bytes.toString('hex')
});

const BlobClass = platformClass('Blob', {
    'static Blob valueOf(String)': (ctx, text) => new ApexBlob(Buffer.from(ctx.argument(text))),
    'String toString()': (ctx, blob) => blob.bytes.toString('utf8'),
    'Integer size()': (ctx, blob) => blob.bytes.length
});

const Uuid = platformClass('UUID', {
    'static UUID randomUUID()': () => ({ uuid: randomUUID(), shown: () => null }),
    'static UUID fromString(String)': (ctx, text) => {
        if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(ctx.nn(text))) {
            ctx.fault('IllegalArgumentException', `Invalid UUID string: ${text}`);
        }
        return { uuid: text.toLowerCase() };
    },
    'String toString()': (ctx, self) => self.uuid,
    'Boolean equals(Object)': (ctx, self, other) => self.uuid === other?.uuid
});

const Crypto = platformClass('Crypto', {
    'static Integer getRandomInteger()': () => randomBytes(4).readInt32BE(),
    'static Long getRandomLong()': () => randomBytes(8).readBigInt64BE(),
    'static Blob generateAesKey(Integer)': (ctx, bits) => new ApexBlob(randomBytes(bits / 8))
});

const Pattern = platformClass('Pattern', {
    'static Boolean matches(String,String)': (ctx, pattern, text) =>
        regex(ctx, `^(?:${pattern})$`, '').test(ctx.nn(text)),
    'static Pattern compile(String)': (ctx, pattern) => ({ expression: regex(ctx, pattern, 'g') }),
    'static String quote(String)': (ctx, text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    'Matcher matcher(String)': (ctx, self, text) => ({
        expression: self.expression,
        text: ctx.argument(text),
        match: null,
        from: 0
    })
});

function found(ctx, self) {
    return self.match ?? ctx.fault('StringException', 'No match found');
}

const Matcher = platformClass('Matcher', {
    'Boolean matches()': (ctx, self) => {
        self.match = new RegExp(`^(?:${self.expression.source})$`).exec(self.text);
        return self.match !== null;
    },
    'Boolean find()': (ctx, self) => {
        self.expression.lastIndex = self.from;
        self.match = self.expression.exec(self.text);
        self.from = self.match ? self.expression.lastIndex + (self.match[0] ? 0 : 1) : self.from;
        return self.match !== null;
    },
    'String group()': (ctx, self) => found(ctx, self)[0],
    'String group(Integer)': (ctx, self, at) => found(ctx, self)[at] ?? null,
    'Integer groupCount()': (ctx, self) =>
        new RegExp(`${self.expression.source}|`).exec('').length - 1,
    'Integer start()': (ctx, self) => found(ctx, self).index
});

/** Whether text is an id; exported for the classes that take ids as text. */
export const isId = (text) => wholeId(text) !== null;

export const strings = [
    StringClass,
    IdClass,
    EncodingUtil,
    BlobClass,
    Uuid,
    Crypto,
    Pattern,
    Matcher
];
