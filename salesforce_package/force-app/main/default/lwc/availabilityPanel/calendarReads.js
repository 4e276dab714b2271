/** Free times are out of date soon; booking looks at the calendars again anyway. */
const KEPT_MS = 60000;
const MOST_KEPT = 40;

/**
 * Answers about times, each kept for a minute; the same question asked twice at once is asked once.
 */
export class CalendarReads {
    constructor() {
        this.kept = new Map();
    }

    /**
     * @param {string} key what is asked, whole
     * @param {() => Promise<object>} ask
     * @returns {Promise<object>} the answer
     */
    read(key, ask) {
        const known = this.kept.get(key);
        if (known && !known.isOver(Date.now())) {
            return known.answer;
        }
        const entry = newEntry(ask());
        this.kept.set(key, entry);
        // What failed is asked again the next time; the caller hears of it by the answer itself.
        entry.answer.catch(() => this.forget(key, entry));
        this.dropOldest();
        return entry.answer;
    }

    /**
     * @param {string} key
     * @returns {boolean} whether the answer is there already
     */
    has(key) {
        const known = this.kept.get(key);
        return Boolean(known) && known.isThere() && !known.isOver(Date.now());
    }

    /** Forgets everything: the calendars are read again. */
    clear() {
        this.kept.clear();
    }

    forget(key, entry) {
        if (this.kept.get(key) === entry) {
            this.kept.delete(key);
        }
    }

    dropOldest() {
        if (this.kept.size > MOST_KEPT) {
            this.kept.delete(this.kept.keys().next().value);
        }
    }
}

function newEntry(answer) {
    let answeredAt = 0;
    answer.then(
        () => {
            answeredAt = Date.now();
        },
        () => {}
    );
    return {
        answer,
        isThere: () => answeredAt > 0,
        isOver: (now) => answeredAt > 0 && now - answeredAt >= KEPT_MS
    };
}
