/**
 * Guests' mail addresses as people type and paste them. What is checked here is what can be said
 * at once; whether an address can be invited is the service's to decide.
 */
import { fill } from 'c/bookingWords';
import wrong from '@salesforce/label/c.Booking_Email_Wrong';
import hasBlank from '@salesforce/label/c.Booking_Email_Blank';
import needsOneAt from '@salesforce/label/c.Booking_Email_One_At';
import nothingBefore from '@salesforce/label/c.Booking_Email_Nothing_Before';
import nothingAfter from '@salesforce/label/c.Booking_Email_Nothing_After';
import oddCharacter from '@salesforce/label/c.Booking_Email_Odd_Character';
import dotTooMany from '@salesforce/label/c.Booking_Email_Dot_Too_Many';
import domainNeedsDot from '@salesforce/label/c.Booking_Email_Domain_Dot';
import domainWrong from '@salesforce/label/c.Booking_Email_Domain';
import tooLong from '@salesforce/label/c.Booking_Email_Long';

/** RFC 5321 4.5.3.1: before the @, and altogether. */
const LOCAL_MOST = 64;
const MOST = 254;

/** What may stand before the @, one character (RFC 5322 3.2.3, as the service takes it). */
const ODD_IN_LOCAL = /[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/u;
const ODD_IN_DOMAIN = /[^\p{L}\p{M}\p{N}.-]/u;
const DOTS_ASTRAY = /^\.|\.$|\.\./;
const HYPHENS_ASTRAY = /(^|\.)-|-(\.|$)/;

/** Marks of direction and joiners that come along when one copies; nobody sees or means them. */
const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/g;

const NAME_BEFORE = /^([^<>]*)<([^<>]+)>$/;

/**
 * A text without what cannot be seen, and without blanks around it.
 *
 * @param {string} text What was typed or pasted.
 * @returns {string}
 */
export function visible(text) {
    return text.replace(INVISIBLE, '').trim();
}

/**
 * An address that may stand behind a name: `Ada Berg <ada@example.com>`.
 *
 * @param {string} text What was typed or pasted.
 * @returns {{name: string, address: string}} The name is empty where there is none.
 */
export function nameAndAddressIn(text) {
    const whole = visible(text);
    const [, quoted, address] = NAME_BEFORE.exec(whole) || [];
    return address
        ? { name: visible(quoted.replace(/^\s*"(.*)"\s*$/, '$1')), address: bare(address) }
        : { name: '', address: whole };
}

/**
 * What is wrong with an address, as a clause that goes on from it.
 *
 * @param {string} address Without blanks around it.
 * @returns {string} Like `needs one @`; empty when nothing is seen to be wrong.
 */
export function faultOf(address) {
    if (/\s/.test(address)) {
        return hasBlank;
    }
    const parts = address.split('@');
    if (parts.length !== 2) {
        return needsOneAt;
    }
    const [local, domain] = parts;
    if (!local) {
        return nothingBefore;
    }
    if (!domain) {
        return nothingAfter;
    }
    return faultOfLocal(local) || faultOfDomain(domain) || faultOfLength(address, local);
}

function faultOfLocal(local) {
    const odd = ODD_IN_LOCAL.exec(local);
    if (odd) {
        return fill(oddCharacter, odd[0]);
    }
    return DOTS_ASTRAY.test(local) ? dotTooMany : '';
}

function faultOfDomain(domain) {
    const odd = ODD_IN_DOMAIN.exec(domain);
    if (odd) {
        return fill(oddCharacter, odd[0]);
    }
    if (DOTS_ASTRAY.test(domain)) {
        return dotTooMany;
    }
    if (!domain.includes('.')) {
        return domainNeedsDot;
    }
    return HYPHENS_ASTRAY.test(domain) ? domainWrong : '';
}

function faultOfLength(address, local) {
    return local.length > LOCAL_MOST || address.length > MOST ? tooLong : '';
}

/**
 * The same as a sentence that names the address.
 *
 * @param {string} address What was typed.
 * @returns {string} Like `bob needs one @, as in name@example.com.`; empty when nothing is wrong.
 */
export function faultText(address) {
    const fault = faultOf(address);
    return fault ? fill(wrong, address, fault) : '';
}

/**
 * Whether two addresses are the same mailbox for us, upper case or not.
 *
 * @param {string} one
 * @param {string} other
 * @returns {boolean}
 */
export function isSameAddress(one, other) {
    return one.toLowerCase() === other.toLowerCase();
}

/**
 * The addresses of a typed or pasted list: separated by commas, semicolons, blanks or line ends,
 * with or without names (`Ada <one@example.com>`). Names are left out.
 *
 * @param {string} text
 * @returns {string[]} In their order, right and wrong ones; a wrong one as it stood there.
 */
export function addressesIn(text) {
    return text
        .replace(INVISIBLE, '')
        .replace(/"[^"]*"/g, ' ')
        .split(/[;\n\r\t]/)
        .flatMap(addressesOfPart)
        .filter(Boolean);
}

/** Outlook separates by semicolons and writes `Guest, One <one@…>`: a comma within a name. */
const NAMED_ALONE = /^[^<>@]*<([^<>]*)>$/;

function addressesOfPart(part) {
    const alone = NAMED_ALONE.exec(part.trim());
    return alone ? [bare(alone[1])] : part.split(',').flatMap(addressesOfPiece);
}

function addressesOfPiece(piece) {
    const trimmed = piece.trim();
    const named = NAMED_ALONE.exec(trimmed);
    if (named) {
        return [bare(named[1])];
    }
    // Only where blanks separate addresses; `Guest One` is one wrong piece, not two.
    const words = trimmed.split(/\s+/);
    return words.every((word) => word.includes('@')) ? words.map(bare) : [trimmed];
}

function bare(address) {
    return address
        .trim()
        .replace(/^mailto:/i, '')
        .replace(/^<(.*)>$/, '$1');
}
