import { slotAt, whoIsFree, withHosts } from 'c/bookingTimes';
import { fastestOf } from './answers';

const NINE = '2027-03-01T09:00:00Z';
const NINE_FIVE = '2027-03-01T09:05:00Z';
const NINE_FORTY = '2027-03-01T09:40:00Z';
const TEN = '2027-03-01T10:00:00Z';

const base64 = (...bytes) => btoa(String.fromCharCode(...bytes));

/** Anna at 9:00 and 9:40, Ben at 9:40: bit 8 is the first of the second byte. */
const ANSWER = {
    cells: { first_at: NINE, minutes: 5 },
    slots: [
        { start_at: NINE, end_at: TEN },
        { start_at: '2027-03-01T10:40:00+01:00', end_at: TEN }
    ],
    people: [
        { host_id: 'anna', free: base64(1, 1) },
        { host_id: 'ben', free: base64(0, 1) },
        { host_id: 'cy', free: '' },
        { host_id: 'co-host' }
    ]
};

describe('who is free', () => {
    const free = whoIsFree(ANSWER);

    it.each([
        [NINE, ['anna']],
        [NINE_FIVE, []],
        [NINE_FORTY, ['anna', 'ben']],
        ['2027-03-01T10:40:00+01:00', ['anna', 'ben']]
    ])('at %s is read from the bits, the first cell first', (startAt, hostIds) => {
        expect(free.at(startAt)).toEqual(hostIds);
        expect(free.countAt(startAt)).toBe(hostIds.length);
    });

    it.each([
        ['before the first cell', '2027-03-01T08:55:00Z'],
        ['beyond the last one', '2027-03-09T09:00:00Z'],
        ['between two cells', '2027-03-01T09:02:00Z']
    ])('is nobody %s', (where, startAt) => {
        expect(free.at(startAt)).toEqual([]);
    });

    it('is nobody when the answer has no times', () => {
        expect(whoIsFree({ slots: [], people: ANSWER.people }).at(NINE)).toEqual([]);
        expect(whoIsFree({}).countAt(NINE)).toBe(0);
    });

    it('reads every bit of a byte', () => {
        const all = { ...ANSWER, people: [{ host_id: 'anna', free: base64(0b10101010) }] };
        const read = whoIsFree(all);
        const starts = Array.from({ length: 8 }, (_, cell) => Date.parse(NINE) + cell * 300000);

        expect(starts.map(read.countAt)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    });

    it('goes with a time that is kept, without anything else of it', () => {
        const slot = { ...ANSWER.slots[0], other: 1 };

        expect(withHosts(slot, free)).toEqual({ start_at: NINE, end_at: TEN, host_ids: ['anna'] });
    });

    it('is found with a time of the answer, however its instant is written', () => {
        expect(slotAt(ANSWER, NINE_FORTY).host_ids).toEqual(['anna', 'ben']);
        expect(slotAt(ANSWER, TEN)).toBeNull();
        expect(slotAt({}, TEN)).toBeNull();
    });

    it('is told of 200 people for each start of a week in less than 50 ms', () => {
        const bits = base64(...new Array(252).fill(255));
        const people = Array.from({ length: 200 }, (_, id) => ({ host_id: `h${id}`, free: bits }));
        const starts = Array.from({ length: 672 }, (_, cell) => Date.parse(NINE) + cell * 900000);
        const countAll = () => {
            const pool = whoIsFree({ ...ANSWER, people });
            return starts.map(pool.countAt);
        };
        expect(fastestOf(5, countAll)).toBeLessThan(50);
        expect(countAll()[671]).toBe(200);
    });
});
