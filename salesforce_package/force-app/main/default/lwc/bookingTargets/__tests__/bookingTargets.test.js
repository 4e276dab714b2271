import { detailOf, keyOf, lookOf, stateOf } from 'c/bookingTargets';

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

    describe('what follows', () => {
        const AT = '2026-11-24T15:33:00Z';
        const SLOWER = 'Google asked us to slow down; next try at 15:33 UTC.';
        const LOOKING = 'It is not there yet; we keep looking.';

        it.each([
            ['Europe/Berlin', SLOWER, AT, `${SLOWER} That is 4:33 PM your time.`],
            ['Europe/London', SLOWER, AT, SLOWER],
            ['Europe/Berlin', LOOKING, AT, LOOKING],
            ['Europe/Berlin', SLOWER, undefined, SLOWER]
        ])(
            'is told in %s with the organizer’s clock where that helps',
            (zone, detail, at, words) => {
                const told = detailOf({ detail, next_attempt_at: at }, zone, 'en-US');

                expect(told.replace(/\s/g, ' ')).toBe(words);
            }
        );
    });
});
