import { nextFree } from './lookingAhead';

/** One search for a free time at a time: whoever wants something else meanwhile ends it. */
export class FreeSearch {
    turn = 0;

    /**
     * @param {object} wanted as `nextFree` takes it
     * @param {(times: object) => Promise<object>} ask
     * @returns {Promise<object|null|undefined>} the slot; null when there is none; undefined when
     *     the search was ended. What failed after it was ended is nobody's problem.
     */
    async find(wanted, ask) {
        this.turn += 1;
        const { turn } = this;
        const isEnded = () => turn !== this.turn;
        try {
            const slot = await nextFree(wanted, ask, isEnded);
            return isEnded() ? undefined : slot;
        } catch (problem) {
            if (isEnded()) {
                return undefined;
            }
            throw problem;
        }
    }

    /** Ends the one that goes on, if there is any. */
    end() {
        this.turn += 1;
    }
}
