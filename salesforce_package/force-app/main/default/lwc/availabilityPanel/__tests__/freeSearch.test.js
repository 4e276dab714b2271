import { ANY_TIME } from 'c/bookingTimes';
import { FreeSearch } from '../freeSearch';

const SLOT = { start_at: '2027-03-02T09:00:00Z', end_at: '2027-03-02T09:30:00Z' };
const WANTED = { from: 0, until: 86400000, narrowing: ANY_TIME, zone: 'Europe/Berlin' };

describe('the search for a free time', () => {
    it('finds the first one, or none', async () => {
        const search = new FreeSearch();

        expect(await search.find(WANTED, async () => ({ slots: [SLOT] }))).toBe(SLOT);
        expect(await search.find(WANTED, async () => ({ slots: [] }))).toBeNull();
    });

    it('ends when another one begins, or when nobody wants it any more', async () => {
        const search = new FreeSearch();
        const first = search.find(WANTED, async () => ({ slots: [SLOT] }));
        const second = search.find(WANTED, async () => ({ slots: [SLOT] }));
        expect(await first).toBeUndefined();
        expect(await second).toBe(SLOT);

        const third = search.find(WANTED, async () => ({ slots: [SLOT] }));
        search.end();
        expect(await third).toBeUndefined();
    });

    it('tells what failed, but not after it was ended', async () => {
        const problem = { code: 'service_unreachable' };
        const search = new FreeSearch();
        await expect(search.find(WANTED, () => Promise.reject(problem))).rejects.toBe(problem);

        const ended = search.find(WANTED, () => Promise.reject(problem));
        search.end();
        expect(await ended).toBeUndefined();
    });
});
