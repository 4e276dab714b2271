/**
 * Decimal (exact, with a scale) and Double (binary), as values of their own: 1.50 stays 1.50, and
 * an Object that holds a Decimal is no Integer.
 */

const DIVISION_SCALE = 33;

/** A Decimal: `unscaled` / 10 ** `scale`. */
export class Decimal {
    constructor(unscaled, scale) {
        this.unscaled = unscaled;
        this.scale = scale;
    }

    /** @returns {Decimal} of a number, bigint, Double, Decimal or text */
    static of(value) {
        if (value instanceof Decimal) {
            return value;
        }
        if (typeof value === 'bigint') {
            return new Decimal(value, 0);
        }
        return Decimal.parse(value instanceof Double ? value.plain() : String(value));
    }

    /** @returns {Decimal|null} null if the text is no number */
    static parse(text) {
        const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
        if (!match || !(match[2] || match[3])) {
            return null;
        }
        const fraction = match[3] ?? '';
        const exponent = Number(match[4] ?? 0);
        const digits = BigInt(`${match[1] === '-' ? '-' : ''}${match[2] || '0'}${fraction}`);
        const scale = fraction.length - exponent;
        return scale < 0
            ? new Decimal(digits * 10n ** BigInt(-scale), 0)
            : new Decimal(digits, scale);
    }

    at(scale) {
        return this.unscaled * 10n ** BigInt(scale - this.scale);
    }

    plus(other) {
        const scale = Math.max(this.scale, other.scale);
        return new Decimal(this.at(scale) + other.at(scale), scale);
    }

    minus(other) {
        return this.plus(new Decimal(-other.unscaled, other.scale));
    }

    times(other) {
        return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale);
    }

    over(other) {
        const scale = Math.max(this.scale, other.scale);
        const shift = BigInt(DIVISION_SCALE);
        const whole = new Decimal(
            (this.at(scale) * 10n ** shift * 10n) / other.at(scale),
            DIVISION_SCALE + 1
        ).rounded(DIVISION_SCALE);
        return whole.stripped(scale);
    }

    stripped(least) {
        let { unscaled, scale } = this;
        while (scale > least && unscaled % 10n === 0n) {
            unscaled /= 10n;
            scale -= 1;
        }
        return new Decimal(unscaled, scale);
    }

    /** @returns {Decimal} with so many places; halves go away from zero, or to the even digit */
    rounded(scale, isHalfEven = false) {
        if (scale >= this.scale) {
            return new Decimal(this.at(scale), scale);
        }
        const divisor = 10n ** BigInt(this.scale - scale);
        const sign = this.unscaled < 0n ? -1n : 1n;
        const size = this.unscaled * sign;
        let whole = size / divisor;
        const twice = (size % divisor) * 2n;
        if (twice > divisor || (twice === divisor && !(isHalfEven && whole % 2n === 0n))) {
            whole += 1n;
        }
        return new Decimal(whole * sign, scale);
    }

    compare(other) {
        const scale = Math.max(this.scale, other.scale);
        const [mine, theirs] = [this.at(scale), other.at(scale)];
        return mine < theirs ? -1 : Number(mine > theirs);
    }

    /** @returns {bigint} without what stands behind the point */
    whole() {
        return this.unscaled / 10n ** BigInt(this.scale);
    }

    toNumber() {
        return Number(this.toString());
    }

    toString() {
        const negative = this.unscaled < 0n ? '-' : '';
        const digits = String(this.unscaled)
            .replace('-', '')
            .padStart(this.scale + 1, '0');
        const point = digits.length - this.scale;
        const fraction = this.scale ? `.${digits.slice(point)}` : '';
        return `${negative}${digits.slice(0, point)}${fraction}`;
    }
}

/** A Double. */
export class Double {
    constructor(number) {
        this.number = number;
    }

    plain() {
        return String(this.number);
    }

    toString() {
        return Number.isInteger(this.number) && Math.abs(this.number) < 1e7
            ? this.number.toFixed(1)
            : String(this.number);
    }
}
