import { keyOf, lookOf, stateOf } from 'c/bookingTargets';

describe('c/bookingTargets', () => {
    it.each([
        [{ is_done: true }, 'done', 'Done', 'utility:success'],
        [{ needs_attention: true }, 'attention', 'To do', 'utility:warning'],
        [{}, 'waiting', 'Under way', 'utility:clock']
    ])('shows %j as %s, in a word and by an icon', (target, state, word, icon) => {
        expect(stateOf(target)).toBe(state);
        expect(lookOf(target)).toMatchObject({ word, icon });
    });

    it('tells the targets of several co-hosts apart', () => {
        const one = keyOf({ target: 'co_host_calendar', subject_id: '005A' });

        expect(one).not.toBe(keyOf({ target: 'co_host_calendar', subject_id: '005B' }));
        expect(one).not.toBe(keyOf({ target: 'co_host_calendar' }));
    });
});
