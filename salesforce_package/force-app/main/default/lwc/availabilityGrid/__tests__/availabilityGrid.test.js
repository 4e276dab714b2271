import { createElement } from 'lwc';
import AvailabilityGrid from 'c/availabilityGrid';
import { gridOf, readTimes, ANY_TIME } from 'c/bookingTimes';
import { toMs, weekOf } from 'c/bookingTime';
import { answerOf, away, busy, past, person } from '../../bookingTimes/__tests__/answers';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const ANNA = person('anna', 'Anna Berg');
const BEN = person('ben', 'Ben Cole');
const MONDAY = '2027-03-01';

/** Monday is over, Wednesday is not worked, ten o'clock is taken everywhere. */
function anyWeek(date, minutes) {
    const isWorked =
        minutes >= 540 && minutes < 720 && date !== '2027-03-03' && date < '2027-03-06';
    if (!isWorked) {
        return { reasons: [away('anna')] };
    }
    if (date === MONDAY) {
        return { reasons: [past()] };
    }
    return minutes === 600 ? { reasons: [busy('anna')] } : { free: ['anna'] };
}

function modelFrom(said = {}, look = {}) {
    const answer = answerOf({ from: MONDAY, at: anyWeek, people: [ANNA], ...said });
    const times = readTimes(answer, { zone: BERLIN });
    const model = gridOf(times, {
        dates: weekOf(said.from || MONDAY, BERLIN).dates,
        guestZone: '',
        locale: 'en-US',
        now: toMs('2027-03-02T06:00:00Z'),
        narrowing: ANY_TIME,
        ...look
    });
    return { times, model };
}

function draw(properties = {}) {
    const element = createElement('c-availability-grid', { is: AvailabilityGrid });
    Object.assign(element, modelFrom(), properties);
    document.body.appendChild(element);
    return element;
}

function drawn() {
    return Promise.resolve().then(() => Promise.resolve());
}

function cells(element) {
    return [...element.shadowRoot.querySelectorAll('td')];
}

function cellAt(element, startAt) {
    return element.shadowRoot.querySelector(`td[data-start="${startAt}"]`);
}

function descriptionOf(element, cell) {
    const id = cell.getAttribute('aria-describedby');
    return plain(element.shadowRoot.querySelector(`[id="${id}"]`).textContent);
}

/** What is left of it for somebody who does not see it. */
function readOut(element, selector) {
    const copy = element.shadowRoot.querySelector(selector).cloneNode(true);
    copy.querySelectorAll('[aria-hidden="true"]').forEach((hidden) => hidden.remove());
    return plain(copy.textContent);
}

function plain(text) {
    return text.replace(/[\u00a0\u2009\u202f]/g, ' ');
}

async function press(element, key, more = {}) {
    const target = element.shadowRoot.activeElement;
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    target.dispatchEvent(event);
    await drawn();
    return event;
}

function focused(element) {
    return element.shadowRoot.activeElement;
}

function nameOf(cell) {
    return plain(cell.getAttribute('aria-label'));
}

function listen(element, name) {
    const handler = jest.fn();
    element.addEventListener(name, handler);
    return handler;
}

const TUESDAY_NINE = '2027-03-02T08:00:00Z';
const TUESDAY_TEN = '2027-03-02T09:00:00Z';

describe('c-availability-grid', () => {
    afterEach(() => {
        document.body.replaceChildren();
    });

    it('renders a grid with row and column headers when it has times', async () => {
        const element = draw();
        const root = element.shadowRoot;

        expect(root.querySelector('table').getAttribute('role')).toBe('grid');
        expect(root.querySelectorAll('th[role="columnheader"]')).toHaveLength(6);
        expect(root.querySelectorAll('th[role="rowheader"]')).toHaveLength(6);
        expect(readOut(element, 'th.corner')).toBe('You, Berlin');
        expect(readOut(element, 'th.start')).toBe('9:00 AM');
        expect(cells(element)).toHaveLength(30);
        expect(root.querySelectorAll('.day')[1].textContent).toContain('Mar 2');
        await expect(element).toBeAccessible();
    });

    it('renders a button with the time when the time is offered', () => {
        const cell = cellAt(draw(), TUESDAY_NINE);

        expect(plain(cell.textContent)).toBe('9:00 AM');
        expect(cell.getAttribute('aria-disabled')).toBeNull();
        expect(cell.getAttribute('aria-selected')).toBe('false');
        expect(nameOf(cell)).toBe('Tuesday, March 2, 9:00 AM');
    });

    it('renders a day greyed as a whole when it is over or nobody works then', () => {
        const element = draw();
        const heads = element.shadowRoot.querySelectorAll('.day');

        expect(heads[0].textContent).toContain('Over');
        expect(heads[2].textContent).toContain('No hours');
        expect(element.shadowRoot.querySelectorAll('.cell_whole')).toHaveLength(12);
    });

    it('renders the chosen time as selected when there is one', () => {
        const element = draw({ chosenStartAt: TUESDAY_NINE });

        expect(cellAt(element, TUESDAY_NINE).getAttribute('aria-selected')).toBe('true');
        expect(element.shadowRoot.querySelectorAll('[aria-selected="true"]')).toHaveLength(1);
        expect(cellAt(element, TUESDAY_NINE).tabIndex).toBe(0);
    });

    it('renders how many are free, and names them, when several could be the host', async () => {
        const at = (date, minutes) => {
            const { free, reasons } = anyWeek(date, minutes);
            return free ? { free: ['anna', 'ben'] } : { reasons };
        };
        const element = draw({ ...modelFrom({ at, people: [ANNA, BEN] }), isCounted: true });
        const cell = cellAt(element, TUESDAY_NINE);
        cell.focus();
        await drawn();

        expect(cell.textContent).toBe('2 free');
        expect(nameOf(cell)).toBe('Tuesday, March 2, 9:00 AM, 2 free');
        expect(descriptionOf(element, cell)).toBe('Free: Anna Berg, Ben Cole');
    });

    it('renders the guest’s clock beside the organizer’s when they differ', () => {
        const guestZone = NEW_YORK;
        const element = draw({ ...modelFrom({}, { guestZone }), guestZone });

        expect(plain(element.shadowRoot.querySelector('th.start').textContent)).toContain(
            '3:00 AM'
        );
        expect(readOut(element, 'th.corner')).toBe('You, Berlin, Guest, New York');
        expect(readOut(element, 'th.start')).toBe('9:00 AM, 3:00 AM for the guest');
        expect(nameOf(cellAt(element, TUESDAY_NINE))).toBe(
            'Tuesday, March 2, 9:00 AM, 3:00 AM for the guest'
        );
    });

    it('renders the other day when it is one for the guest', () => {
        const guestZone = 'Pacific/Auckland';
        const element = draw({ ...modelFrom({}, { guestZone }), guestZone });
        const last = [...element.shadowRoot.querySelectorAll('th.start')].pop();

        expect(last.textContent).toContain('11:30');
        const early = draw({
            ...modelFrom({}, { guestZone: 'Pacific/Honolulu' }),
            guestZone: 'Pacific/Honolulu'
        });
        expect(early.shadowRoot.querySelector('.shift').textContent).toBe('−1 day');
    });

    it('renders words in place of a grid when there are no rows', async () => {
        const element = draw({
            ...modelFrom({ at: () => ({ reasons: [away('anna')] }) }),
            emptyText: 'Nobody works this week.'
        });

        expect(element.shadowRoot.querySelector('table')).toBeNull();
        expect(element.shadowRoot.querySelector('.empty').textContent).toBe(
            'Nobody works this week.'
        );
        await expect(element).toBeAccessible();
    });

    it('scrolls to the first time that suits when what suits is something else', async () => {
        const element = draw();
        const rows = [...element.shadowRoot.querySelectorAll('tbody tr')];
        rows.forEach((row, index) => {
            Object.defineProperty(row, 'offsetTop', { value: 100 * index });
        });
        const narrowing = { ...ANY_TIME, dayPart: 'morning', weekdays: [], notBefore: '' };
        const model = modelFrom({}, { narrowing }).model;
        model.rows[0].cells.forEach((cell) => Object.assign(cell, { isMatch: false }));
        element.model = model;
        await drawn();

        expect(element.shadowRoot.querySelector('.scroller').scrollTop).toBe(100);
    });

    describe('when a week is first shown', () => {
        const NIGHT = '2027-03-06';
        /** One start at midnight; what is usual on the other days, or nothing. */
        const withNight = (usual) =>
            modelFrom({
                at: (date, minutes) =>
                    date === NIGHT && minutes === 0 ? { free: ['anna'] } : usual(date, minutes)
            });
        const scrolledTo = (element) => element.shadowRoot.querySelector('.scroller').scrollTop;

        /** jsdom draws nothing: each row is as high as a hundred pixels, three are in sight. */
        function heights() {
            const indexOf = (row) => [...row.parentNode.children].indexOf(row);
            jest.spyOn(HTMLElement.prototype, 'offsetTop', 'get').mockImplementation(
                function top() {
                    return this.tagName === 'TR' ? 100 * indexOf(this) : 0;
                }
            );
            jest.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(
                function box() {
                    if (this.tagName !== 'TR') {
                        return { top: 0, bottom: 300 };
                    }
                    const top = 100 * indexOf(this) - this.closest('div').scrollTop;
                    return { top, bottom: top + 100 };
                }
            );
        }

        beforeEach(heights);
        afterEach(() => jest.restoreAllMocks());

        it('stands at the first time by day, not at one at night', () => {
            const element = draw(withNight(anyWeek));
            const index = element.model.rows.findIndex((row) => row.minutes === 540);

            expect(index).toBeGreaterThan(0);
            expect(scrolledTo(element)).toBe(100 * index);
        });

        it('stands at the night when nothing else is offered', () => {
            const { times, model } = withNight(() => ({ reasons: [busy('anna')] }));
            const element = draw({ times, model });

            expect(scrolledTo(element)).toBe(0);
        });

        it('has the chosen time in sight', () => {
            const element = draw({ ...withNight(anyWeek), chosenStartAt: TUESDAY_NINE });
            const late = draw({
                ...withNight(anyWeek),
                chosenStartAt: '2027-03-02T10:30:00Z'
            });
            const index = late.model.rows.findIndex((row) => row.minutes === 690);

            expect(scrolledTo(element)).toBe(scrolledTo(draw(withNight(anyWeek))));
            expect(scrolledTo(late)).toBe(100 * index);
        });

        it('stays where it was scrolled to when the same week comes again', async () => {
            const element = draw(withNight(anyWeek));
            element.shadowRoot.querySelector('.scroller').scrollTop = 33;
            Object.assign(element, withNight(anyWeek));
            await drawn();

            expect(scrolledTo(element)).toBe(33);
        });

        it('stands at the first time once there is one', async () => {
            const element = draw(modelFrom({ at: () => ({ reasons: [busy('anna')] }) }));
            Object.assign(element, withNight(anyWeek));
            await drawn();

            expect(scrolledTo(element)).toBeGreaterThan(0);
        });
    });

    it('gives two clocks more room than one', () => {
        const tableOf = (look) => draw(modelFrom({}, look)).shadowRoot.querySelector('table');

        expect(tableOf({ guestZone: NEW_YORK }).classList).toContain('grid_two-clocks');
        expect(tableOf({}).classList).not.toContain('grid_two-clocks');
    });

    describe('tells why not', () => {
        it('until Escape, wherever the focus is', async () => {
            const element = draw();
            const tip = () => element.shadowRoot.querySelector('[role="tooltip"]');
            const escape = () =>
                new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
            const hover = new MouseEvent('mouseover', { bubbles: true });
            cellAt(element, TUESDAY_TEN).dispatchEvent(hover);
            await drawn();
            expect(tip()).not.toBeNull();

            const first = escape();
            document.body.dispatchEvent(first);
            await drawn();
            const second = escape();
            document.body.dispatchEvent(second);

            expect(tip()).toBeNull();
            expect([first.defaultPrevented, second.defaultPrevented]).toEqual([true, false]);
        });

        it('on hover', async () => {
            const element = draw();
            const cell = cellAt(element, TUESDAY_TEN);
            cell.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
            await drawn();

            expect(element.shadowRoot.querySelector('[role="tooltip"]').textContent).toBe(
                'Anna Berg is busy then with something in the calendar.'
            );
            expect(cell.getAttribute('title')).toBeNull();
        });

        it('not where a click moved the page below the pointer', async () => {
            const element = draw();
            const at = { bubbles: true, clientX: 40, clientY: 80 };
            cellAt(element, TUESDAY_NINE).dispatchEvent(new MouseEvent('click', at));
            await drawn();
            cellAt(element, TUESDAY_TEN).dispatchEvent(new MouseEvent('mouseover', at));
            await drawn();
            expect(element.shadowRoot.querySelector('[role="tooltip"]')).toBeNull();

            const moved = new MouseEvent('mouseover', { ...at, clientX: 41 });
            cellAt(element, TUESDAY_TEN).dispatchEvent(moved);
            await drawn();
            expect(element.shadowRoot.querySelector('[role="tooltip"]')).not.toBeNull();
        });

        it('on focus, as the accessible description too', async () => {
            const element = draw();
            cellAt(element, TUESDAY_NINE).focus();
            await press(element, 'ArrowDown');
            await press(element, 'ArrowDown');

            const cell = focused(element);
            expect(cell).toBe(cellAt(element, TUESDAY_TEN));
            expect(cell.getAttribute('aria-disabled')).toBe('true');
            const words = 'Anna Berg is busy then with something in the calendar.';
            expect(element.shadowRoot.querySelector('[role="tooltip"]').textContent).toBe(words);
            expect(descriptionOf(element, cell)).toBe(words);
        });

        it('of a whole day', async () => {
            const element = draw();
            cellAt(element, '2027-03-03T08:00:00Z').focus();
            await drawn();

            expect(descriptionOf(element, focused(element))).toBe('Nobody works on this day.');
        });

        it('until Escape, which goes no further the first time', async () => {
            const element = draw();
            const outside = listen(element, 'keydown');
            cellAt(element, TUESDAY_TEN).focus();
            await drawn();
            await press(element, 'Escape', { composed: true });

            expect(element.shadowRoot.querySelector('[role="tooltip"]')).toBeNull();
            expect(outside).not.toHaveBeenCalled();
            await press(element, 'Escape', { composed: true });
            expect(outside).toHaveBeenCalledTimes(1);
        });

        it('without a tip where the focus is led to, so that Escape is free', async () => {
            const element = draw();
            const outside = listen(element, 'keydown');
            element.focusStart(TUESDAY_TEN);
            await drawn();

            expect(focused(element)).toBe(cellAt(element, TUESDAY_TEN));
            expect(element.shadowRoot.querySelector('[role="tooltip"]')).toBeNull();
            expect(descriptionOf(element, focused(element))).toContain('is busy then');
            await press(element, 'Escape', { composed: true });
            expect(outside).toHaveBeenCalledTimes(1);
            await press(element, 'ArrowDown');
            await press(element, 'ArrowUp');
            expect(element.shadowRoot.querySelector('[role="tooltip"]')).not.toBeNull();
        });
    });

    describe('by keyboard', () => {
        it('is one stop of the Tab key, on the first time that can be chosen', () => {
            const element = draw();
            const stops = cells(element).filter((cell) => cell.tabIndex === 0);

            expect(stops).toEqual([cellAt(element, TUESDAY_NINE)]);
        });

        it.each([
            ['ArrowRight', {}, 'Wednesday, March 3, 9:30 AM'],
            ['ArrowLeft', {}, 'Monday, March 1, 9:30 AM'],
            ['ArrowDown', {}, 'Tuesday, March 2, 10:00 AM'],
            ['ArrowUp', {}, 'Tuesday, March 2, 9:00 AM'],
            ['Home', {}, 'Monday, March 1, 9:30 AM'],
            ['End', {}, 'Friday, March 5, 9:30 AM'],
            ['Home', { ctrlKey: true }, 'Tuesday, March 2, 9:00 AM'],
            ['End', { ctrlKey: true }, 'Tuesday, March 2, 11:30 AM']
        ])('walks with %s %j to %s', async (key, more, name) => {
            const element = draw();
            cellAt(element, '2027-03-02T08:30:00Z').focus();
            const event = await press(element, key, more);

            expect(nameOf(focused(element))).toBe(name);
            expect(focused(element).tabIndex).toBe(0);
            expect(event.defaultPrevented).toBe(true);
            expect(cells(element).filter((cell) => cell.tabIndex === 0)).toHaveLength(1);
        });

        it.each(['Enter', ' '])('chooses with the key "%s"', async (key) => {
            const element = draw();
            const handler = listen(element, 'timechoose');
            cellAt(element, TUESDAY_NINE).focus();
            await press(element, key);

            expect(handler.mock.calls[0][0].detail.slot.start_at).toBe(TUESDAY_NINE);
        });

        it('does not choose a time that is not offered', async () => {
            const element = draw();
            const handler = listen(element, 'timechoose');
            cellAt(element, TUESDAY_TEN).focus();
            await press(element, 'Enter');

            expect(handler).not.toHaveBeenCalled();
        });

        it.each([
            ['PageUp', -1],
            ['PageDown', 1]
        ])('asks with %s for another week', async (key, steps) => {
            const element = draw();
            const handler = listen(element, 'periodstep');
            cellAt(element, TUESDAY_NINE).focus();
            await press(element, key);

            expect(handler.mock.calls[0][0].detail).toEqual({ steps });
        });
    });

    it('chooses by a click, and nothing while what is shown is being replaced', async () => {
        const element = draw();
        const handler = listen(element, 'timechoose');
        cellAt(element, TUESDAY_NINE).click();
        expect(handler).toHaveBeenCalledTimes(1);

        element.isStale = true;
        await drawn();
        cellAt(element, TUESDAY_NINE).click();
        expect(handler).toHaveBeenCalledTimes(1);
        expect(element.shadowRoot.querySelector('table').getAttribute('aria-busy')).toBe('true');
    });

    describe('keeps the focus when other times come', () => {
        it('on the same time of the same weekday of another week', async () => {
            const element = draw();
            cellAt(element, '2027-03-04T10:00:00Z').focus();
            const shifted = (date, minutes) =>
                minutes < 540 ? {} : anyWeek('2027-03-04', minutes);
            Object.assign(element, modelFrom({ from: '2027-03-08', at: shifted }));
            await drawn();

            expect(nameOf(focused(element))).toBe('Thursday, March 11, 11:00 AM');
        });

        it('on the nearest row when its own is gone', async () => {
            const element = draw();
            cellAt(element, '2027-03-04T10:30:00Z').focus();
            const early = (date, minutes) => {
                return minutes < 660 ? anyWeek(date, minutes) : { reasons: [away('anna')] };
            };
            Object.assign(element, modelFrom({ at: early }));
            await drawn();

            expect(nameOf(focused(element))).toBe('Thursday, March 4, 10:30 AM');
        });

        it('on the words when no row is left', async () => {
            const element = draw({ emptyText: 'Nobody works this week.' });
            cellAt(element, TUESDAY_NINE).focus();
            Object.assign(element, modelFrom({ at: () => ({ reasons: [away('anna')] }) }));
            await drawn();

            expect(focused(element).textContent).toBe('Nobody works this week.');
        });

        it('and does not take it when it was elsewhere', async () => {
            const element = draw();
            Object.assign(
                element,
                modelFrom({ from: '2027-03-08', at: () => ({ free: ['anna'] }) })
            );
            await drawn();

            expect(focused(element)).toBeNull();
        });
    });

    it('moves the focus to a start when it is asked to', async () => {
        const element = draw();
        element.focusStart('2027-03-05T08:30:00Z');
        await drawn();

        expect(nameOf(focused(element))).toBe('Friday, March 5, 9:30 AM');
    });

    it('says of a time that does not suit the guest that it is free all the same', async () => {
        const narrowing = { ...ANY_TIME, weekdays: [5] };
        const element = draw(modelFrom({}, { narrowing }));
        const cell = cellAt(element, TUESDAY_NINE);
        cell.focus();
        await drawn();

        expect(cell.className).toContain('cell_unasked');
        expect(descriptionOf(element, cell)).toBe('Free, but not what the guest says.');
        expect(cell.getAttribute('aria-disabled')).toBeNull();
    });
});
