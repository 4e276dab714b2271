import { createElement } from 'lwc';
import BookingDetails from 'c/bookingDetails';

const SLOT = {
    start_at: '2026-11-24T10:00:00Z',
    end_at: '2026-11-24T10:30:00Z',
    host_ids: ['id-Ada']
};
const LATER = {
    start_at: '2026-11-24T11:00:00Z',
    end_at: '2026-11-24T11:30:00Z',
    host_ids: ['id-Ada']
};

const TYPE = {
    booking_type_id: 'type-1',
    host_rule: 'choice',
    platform_rule: 'organizer_choice',
    invites_guests: true
};

const ADA = {
    host_id: 'id-Ada',
    name: 'Ada',
    platforms: ['google_meet', 'zoom', 'none'],
    default_platform: 'google_meet'
};

const DRAFT = {
    guestEmail: 'guest@x.example',
    guestName: 'Gil Guest',
    moreGuests: ['one@x.example', 'two@x.example'],
    platform: '',
    place: '',
    notes: '',
    answers: {},
    hasConsent: false
};

const problemOf = (more) => ({
    message: 'This cannot be.',
    code: 'invalid',
    field: '',
    retryable: false,
    alternatives: [],
    ...more
});

const TAKEN = problemOf({
    code: 'slot_taken',
    message: 'Somebody else has just booked this time. Choose another one.',
    field: 'start_at',
    alternatives: [LATER]
});

const flush = async () => {
    await Promise.resolve();
    await Promise.resolve();
};

describe('c-booking-details', () => {
    let element;
    let told;

    async function show(properties = {}) {
        element = createElement('c-booking-details', { is: BookingDetails });
        Object.assign(
            element,
            {
                bookingType: TYPE,
                chosenSlot: SLOT,
                host: ADA,
                draft: DRAFT,
                timeZone: 'Europe/London',
                guestTimeZone: 'America/New_York'
            },
            properties
        );
        told = [];
        const note = (event) => told.push([event.type, event.detail]);
        ['draftchange', 'book', 'close', 'alternativechoose'].forEach((name) =>
            element.addEventListener(name, note)
        );
        document.body.appendChild(element);
        await flush();
    }

    it('brings a field that takes the focus out from behind the button', async () => {
        await show();
        const focusAt = (bottom) => {
            const notes = field('notes');
            notes.scrollIntoView = jest.fn();
            notes.getBoundingClientRect = () => ({ bottom });
            find('.footer').getBoundingClientRect = () => ({ top: 500 });
            notes.dispatchEvent(new CustomEvent('focusin', { bubbles: true }));
            return notes.scrollIntoView.mock.calls.length;
        };

        expect(focusAt(520)).toBe(1);
        expect(focusAt(480)).toBe(0);
    });

    describe('takes out of what is pasted', () => {
        const leave = async (name, value) => {
            field(name).dispatchEvent(new CustomEvent('change', { detail: { value } }));
            field(name).dispatchEvent(new CustomEvent('blur'));
            await flush();
        };
        const draft = () => eventsOf('draftchange').pop().draft;
        const withName = (guestName) => show({ draft: { ...DRAFT, guestName } });

        it.each(['Ada Berg <ada@x.example>', '"Ada Berg" <ada@x.example> '])(
            'the address, and the name where none stands: %s',
            async (pasted) => {
                await withName('');
                watch('guestEmail');
                await leave('guestEmail', pasted);

                expect(draft().guestEmail).toBe('ada@x.example');
                expect(draft().guestName).toBe('Ada Berg');
                expect(field('guestEmail').value).toBe('ada@x.example');
            }
        );

        it('no name where one stands', async () => {
            await withName('Gil Guest');
            await leave('guestEmail', 'Ada Berg <ada@x.example>');

            expect(draft().guestName).toBe('Gil Guest');
        });

        it('nothing that cannot be seen', async () => {
            await withName('');
            watch('guestEmail');
            await leave('guestEmail', '\u200b\tada@x\u2060.example\ufeff ');
            await leave('guestName', ' \u202aAda\u202c ');

            expect(draft().guestEmail).toBe('ada@x.example');
            expect(draft().guestName).toBe('Ada');
        });
    });

    afterEach(() => {
        element.remove();
        jest.useRealTimers();
    });

    const find = (selector) => element.shadowRoot.querySelector(selector);
    const all = (selector) => [...element.shadowRoot.querySelectorAll(selector)];
    const text = () => plain(element.shadowRoot);
    const heading = () => find('.heading');
    // Intl sets narrow blanks, and London's offset differs between its releases.
    const plain = (node) =>
        node.textContent
            .replace(/\s/g, ' ')
            .replace(/\u2060/g, '')
            .replaceAll('(GMT+0)', '(GMT)');
    const focused = () => element.shadowRoot.activeElement;
    const field = (name) => find(`[data-field="${name}"]`);
    const emails = () => find('c-guest-emails');
    const problem = () => find('c-booking-problem');
    const button = (label) => all('lightning-button').find((each) => each.label === label);
    const eventsOf = (name) => told.filter(([type]) => type === name).map(([, detail]) => detail);

    /** What a field was told to be wrong, last; base components do not draw themselves in tests. */
    function watch(...names) {
        const faults = {};
        names.forEach((name) => {
            field(name).setCustomValidity = (words) => {
                faults[name] = words;
            };
            field(name).focus = () => {
                faults.focused = faults.focused || name;
            };
        });
        return faults;
    }

    async function enter(name, value) {
        field(name).dispatchEvent(new CustomEvent('change', { detail: { value } }));
        await flush();
    }

    async function book() {
        find('footer lightning-button').dispatchEvent(new CustomEvent('click'));
        await flush();
    }

    describe('the time', () => {
        it('renders it on the organizer’s and the guest’s clock', async () => {
            await show();

            expect(plain(heading())).toBe('Tuesday, November 24, 10:00 – 10:30 AM');
            expect(heading().textContent).toContain('10:00\u00a0–\u2060\u00a010:30\u00a0AM');
            expect(text()).toContain('Your clock: London (GMT)');
            expect(text()).toContain('Guest’s clock: 5:00 – 5:30 AM, New York (GMT-5)');
        });

        it('renders the guest’s day when it is another one', async () => {
            await show({ guestTimeZone: 'Pacific/Auckland' });

            expect(text()).toContain('Guest’s clock: 11:00 – 11:30 PM, Auckland');
            element.chosenSlot = LATER;
            await flush();
            expect(text()).toContain('Guest’s clock: Wed, Nov 25, 12:00 – 12:30 AM, Auckland');
        });

        it.each([
            ['nobody knows it', ''],
            ['it is the organizer’s', 'Europe/London'],
            ['it is no zone', 'Nowhere/Else']
        ])('renders no clock of the guest when %s', async (why, guestTimeZone) => {
            await show({ guestTimeZone });

            expect(text()).not.toContain('Guest’s clock');
        });

        it('says that the guest’s clock shows the same when it does', async () => {
            await show({ guestTimeZone: 'Europe/Lisbon' });

            expect(text()).toContain('Guest’s clock: the same, Lisbon (GMT)');
        });

        it('has the focus when it is given', async () => {
            await show();

            element.focus();

            expect(focused()).toBe(heading());
        });

        it('tells that it is to be closed', async () => {
            await show();

            button('Close').dispatchEvent(new CustomEvent('click'));

            expect(eventsOf('close')).toHaveLength(1);
        });
    });

    describe('who', () => {
        it('renders host and co-hosts', async () => {
            await show({ coHosts: [{ host_id: 'id-Cy', name: 'Cy' }] });

            const people = all('.person').map((each) => each.textContent);
            expect(people).toEqual(['AdaHost', 'CyCo-host']);
        });

        it('says that the first in line takes it when the time came first', async () => {
            await show({ bookingType: { ...TYPE, host_rule: 'time_first' } });

            expect(find('.person').textContent).toContain('First in line');
        });

        it('asks who takes it instead of booking when nobody was chosen', async () => {
            await show({ host: null });
            expect(text()).toContain('No host yet');

            await book();

            expect(eventsOf('book')).toEqual([]);
            expect(problem().heading).toBe('Who takes it?');
        });
    });

    describe('the guest’s email', () => {
        it('renders it from the draft, needed when guests are invited', async () => {
            await show();
            expect(field('guestEmail').value).toBe('guest@x.example');
            expect(field('guestEmail').required).toBe(true);

            element.bookingType = { ...TYPE, invites_guests: false };
            await flush();

            expect(field('guestEmail').required).toBe(false);
        });

        it('tells what is typed, and leaves the rest of the draft as it is', async () => {
            await show();

            await enter('guestEmail', 'other@x.example');

            expect(eventsOf('draftchange')).toEqual([
                { draft: { ...DRAFT, guestEmail: 'other@x.example' } }
            ]);
        });

        it('says what is wrong when the field is left', async () => {
            await show({ draft: { ...DRAFT, guestEmail: 'guest@x' } });
            const faults = watch('guestEmail');

            field('guestEmail').dispatchEvent(new CustomEvent('blur'));

            expect(faults.guestEmail).toBe(
                'guest@x needs a dot after the @, as in name@example.com.'
            );
        });

        it.each([
            ['', 'Enter the guest’s email address: the invitation goes there.'],
            ['guest', 'guest needs one @, as in name@example.com.']
        ])('is asked for instead of booking when it is %j', async (guestEmail, fault) => {
            await show({ draft: { ...DRAFT, guestEmail } });
            const faults = watch('guestEmail', 'guestName');

            await book();

            expect(eventsOf('book')).toEqual([]);
            expect(faults.guestEmail).toBe(fault);
            expect(faults.focused).toBe('guestEmail');
        });

        it('may be empty when nobody is invited', async () => {
            await show({
                bookingType: { ...TYPE, invites_guests: false },
                draft: { ...DRAFT, guestEmail: '', moreGuests: [] }
            });

            await book();

            expect(eventsOf('book')).toHaveLength(1);
        });
    });

    describe('more guests', () => {
        it('leaves room for the primary guest, and knows their address', async () => {
            await show();

            expect(emails().most).toBe(19);
            expect(emails().elsewhere).toEqual(['guest@x.example']);
            expect(emails().addresses).toEqual(DRAFT.moreGuests);
        });

        it('tells them', async () => {
            await show();

            emails().dispatchEvent(
                new CustomEvent('addresseschange', {
                    detail: { addresses: ['one@x.example'], invalid: [] }
                })
            );

            expect(eventsOf('draftchange')[0].draft.moreGuests).toEqual(['one@x.example']);
        });

        it('books an address that was typed and not finished with Enter', async () => {
            await show({ draft: { ...DRAFT, moreGuests: [] } });
            const input = emails().shadowRoot.querySelector('input');
            input.value = 'late@x.example';
            input.dispatchEvent(new InputEvent('input'));
            await flush();

            await book();

            expect(eventsOf('book')[0].draft.moreGuests).toEqual(['late@x.example']);
        });

        it('does not book while one is wrong, and shows which', async () => {
            await show();
            const input = emails().shadowRoot.querySelector('input');
            input.value = 'late';
            input.dispatchEvent(new InputEvent('input'));
            await flush();

            await book();

            expect(eventsOf('book')).toEqual([]);
            expect(emails().shadowRoot.activeElement).toBe(input);
            expect(emails().shadowRoot.textContent).toContain('late needs one @');
        });
    });

    describe('the platform', () => {
        it('renders what the host has connected, in words, the host’s own chosen', async () => {
            await show();

            expect(field('platform').options.map((each) => each.label)).toEqual([
                'Google Meet',
                'Zoom',
                'No platform'
            ]);
            expect(field('platform').value).toBe('google_meet');
        });

        it('follows the host until another one is chosen', async () => {
            await show();
            await enter('platform', 'google_meet');
            element.host = { ...ADA, default_platform: 'zoom' };
            await flush();
            expect(field('platform').value).toBe('zoom');

            await enter('platform', 'none');

            expect(eventsOf('draftchange').map(({ draft }) => draft.platform)).toEqual([
                '',
                'none'
            ]);
            expect(field('platform').value).toBe('none');
        });

        it('goes back to the host’s own, and says so, when the next host lacks the choice', async () => {
            await show({ draft: { ...DRAFT, platform: 'zoom' } });
            element.host = {
                ...ADA,
                name: 'Bo',
                platforms: ['microsoft_teams', 'none'],
                default_platform: 'microsoft_teams'
            };
            await flush();

            expect(field('platform').value).toBe('microsoft_teams');
            expect(text()).toContain('Bo has not connected Zoom');
            await book();
            expect(eventsOf('book')[0].draft.platform).toBe('');
        });

        it('renders a fixed one as text with the reason', async () => {
            await show({ bookingType: { ...TYPE, platform_rule: 'fixed', platform: 'zoom' } });

            expect(field('platform')).toBeNull();
            expect(find('.fixed').textContent).toContain('Zoom');
            expect(text()).toContain('This booking type always takes place there.');
        });

        it.each([
            [
                'the host’s own',
                { platform_rule: 'host_default' },
                'Google Meet',
                'Ada’s own platform: with this booking type it cannot be changed.'
            ],
            [
                'none',
                { platform_rule: 'none', platform: 'none' },
                'No platform',
                'This booking type always takes place without a platform.'
            ]
        ])(
            'renders %s as text with the reason, and asks for no other',
            async (_, rule, name, why) => {
                await show({
                    bookingType: { ...TYPE, ...rule },
                    draft: { ...DRAFT, platform: 'zoom' }
                });

                expect(field('platform')).toBeNull();
                expect(find('.fixed').textContent).toContain(name);
                expect(text()).toContain(why);
                expect(Boolean(field('place'))).toBe(name === 'No platform');
                await book();
                expect(eventsOf('book')[0].draft.platform).toBe('');
            }
        );

        it('is not known before the host where it is the host’s own', async () => {
            await show({ host: null, bookingType: { ...TYPE, platform_rule: 'host_default' } });

            expect(find('.fixed').textContent).toContain('The host’s own');
        });

        it('renders the only one as text with the reason', async () => {
            await show({ host: { ...ADA, platforms: ['none'], default_platform: 'none' } });

            expect(field('platform')).toBeNull();
            expect(text()).toContain('Ada has connected nothing else.');
        });

        it('asks where only when there is none', async () => {
            await show();
            expect(field('place')).toBeNull();

            await enter('platform', 'none');

            expect(field('place').label).toBe('Where?');
        });
    });

    describe('notes', () => {
        it('counts the characters only when they get many', async () => {
            await show();
            await enter('notes', 'x'.repeat(25600));
            expect(text()).not.toContain('characters');

            await enter('notes', 'x'.repeat(25601));

            expect(text()).toContain('25,601 of 32,000 characters');
        });

        it('are not booked when they are too long', async () => {
            await show({ draft: { ...DRAFT, notes: 'x'.repeat(32001) } });
            const faults = watch('notes');

            await book();

            expect(eventsOf('book')).toEqual([]);
            expect(faults.notes).toContain('32,001 characters; 32,000 are the most');
        });
    });

    describe('Book', () => {
        it('tells the whole draft', async () => {
            await show({ draft: { ...DRAFT, platform: 'zoom', notes: 'Be kind' } });

            await book();

            expect(eventsOf('book')).toEqual([
                { draft: { ...DRAFT, platform: 'zoom', notes: 'Be kind' } }
            ]);
        });

        it('books once when it is clicked twice', async () => {
            await show();

            await book();
            await book();

            expect(eventsOf('book')).toHaveLength(1);
        });

        it('books once when the second click comes while it is being booked', async () => {
            jest.useFakeTimers();
            await show();
            await book();
            element.isBooking = true;
            jest.advanceTimersByTime(5000);
            await flush();

            await book();

            expect(eventsOf('book')).toHaveLength(1);
        });

        it('can be tried again at once after a problem', async () => {
            await show();
            await book();
            element.isBooking = true;
            await flush();
            element.isBooking = false;
            element.problem = problemOf({ retryable: true });
            await flush();

            problem().dispatchEvent(new CustomEvent('retry'));

            expect(eventsOf('book')).toHaveLength(2);
        });

        it('says that it is booking, and lets nothing be changed meanwhile', async () => {
            await show({ isBooking: true });

            const [last] = all('footer lightning-button');
            expect(last.label).toBe('Booking…');
            expect(last.disabled).toBe(true);
            expect(button('Close').disabled).toBe(true);
            expect(find('.fields').inert).toBe(true);
        });
    });

    describe('a slot that was lost meanwhile', () => {
        const alternative = () => find('.alternatives button');

        it('renders the alternatives on both clocks', async () => {
            await show({ problem: TAKEN });

            expect(problem().heading).toBe('This time has just been taken');
            expect(problem().problem.message).toBe(TAKEN.message);
            expect(plain(alternative())).toBe('Tue, Nov 24, 11:00 AM6:00 AM for the guest');
            expect(text()).toContain('Everything you entered stays.');
        });

        it('tells the alternative that is taken, and keeps what was typed', async () => {
            await show({ problem: TAKEN });
            await enter('notes', 'Be kind');

            alternative().dispatchEvent(new CustomEvent('click'));
            element.chosenSlot = LATER;
            element.problem = null;
            await flush();

            expect(eventsOf('alternativechoose')).toEqual([{ slot: LATER }]);
            expect(field('notes').value).toBe('Be kind');
            expect(focused()).toBe(heading());
        });

        it('says how to go on when there is no other time', async () => {
            await show({ problem: { ...TAKEN, alternatives: [] } });

            expect(text()).toContain('Close this and choose another time.');
        });
    });

    describe('what the booking type asks for', () => {
        const FORM = [
            { key: 'company', label: 'Company', kind: 'text', is_required: true },
            { key: 'budget', label: 'Budget', kind: 'number', is_required: false }
        ];
        const ASKING = { ...TYPE, form: FORM, consent_text: 'May we record this?' };
        const FILLED = { ...DRAFT, answers: { company: 'Acme' }, hasConsent: true };
        const form = () => find('c-booking-form');
        const consent = () => find('c-guest-consent');

        /** What was called of the parts, in order; whether they are fine is as said. */
        function watchParts({ isFormFine = true, isConsentGiven = true } = {}) {
            const calls = [];
            form().check = () => isFormFine;
            form().focus = () => calls.push('form focused');
            form().refuse = (key, words) => calls.push(`form ${key}: ${words}`);
            consent().check = () => isConsentGiven;
            consent().focus = () => calls.push('consent focused');
            consent().refuse = (words) => calls.push(`consent: ${words}`);
            return calls;
        }

        it('renders neither form nor consent where it asks for nothing', async () => {
            await show();

            expect(form()).toBeNull();
            expect(consent()).toBeNull();
        });

        it('renders its form with what was typed, and its consent', async () => {
            await show({ bookingType: ASKING, draft: FILLED });

            expect(form().fields).toEqual(FORM);
            expect(form().answers).toEqual({ company: 'Acme' });
            expect(consent().text).toBe('May we record this?');
            expect(consent().hasConsent).toBe(true);
            await expect(element).toBeAccessible();
        });

        it('tells what is answered, and leaves the rest of the draft as it is', async () => {
            await show({ bookingType: ASKING });
            const answers = { company: 'Acme' };
            form().dispatchEvent(new CustomEvent('answerschange', { detail: { answers } }));
            const detail = { hasConsent: true };
            consent().dispatchEvent(new CustomEvent('consentchange', { detail }));

            expect(eventsOf('draftchange').map((each) => each.draft)).toEqual([
                { ...DRAFT, answers },
                { ...DRAFT, answers, hasConsent: true }
            ]);
        });

        it('books the answers and the consent', async () => {
            await show({ bookingType: ASKING, draft: FILLED });
            await book();

            expect(eventsOf('book')).toEqual([{ draft: FILLED }]);
        });

        it.each([
            ['an answer', { isFormFine: false }, 'form focused'],
            ['the consent', { isConsentGiven: false }, 'consent focused'],
            ['both', { isFormFine: false, isConsentGiven: false }, 'form focused']
        ])('does not book without %s, and leads there', async (_, missing, leadsTo) => {
            await show({ bookingType: ASKING, draft: FILLED });
            const calls = watchParts(missing);
            await book();

            expect(eventsOf('book')).toEqual([]);
            expect(calls).toEqual([leadsTo]);
        });

        it('shows a problem of the service at the answer', async () => {
            await show({ bookingType: ASKING, draft: FILLED });
            const calls = watchParts();
            element.problem = problemOf({ code: 'answer_invalid', field: 'answers.budget' });
            await flush();

            expect(problem()).toBeNull();
            expect(calls).toEqual(['form budget: This cannot be.', 'form focused']);
        });

        it.each([{ field: 'consent' }, { field: 'consent_text' }, { code: 'consent_changed' }])(
            'shows a problem of the service at the consent: %p',
            async (of) => {
                await show({ bookingType: ASKING, draft: FILLED });
                const calls = watchParts();
                element.problem = problemOf(of);
                await flush();

                expect(problem()).toBeNull();
                expect(calls).toEqual(['consent: This cannot be.', 'consent focused']);
            }
        );

        it.each(['answers.unknown', 'consent'])(
            'shows a problem of %s at the top when nothing of that kind is asked',
            async (name) => {
                await show({ bookingType: { ...TYPE, form: FORM } });
                element.problem = problemOf({ field: name });
                await flush();

                expect(problem().problem.message).toBe('This cannot be.');
            }
        );

        it('keeps what was typed when a time is lost', async () => {
            await show({ bookingType: ASKING, draft: FILLED });
            element.problem = TAKEN;
            await flush();

            expect(form().answers).toEqual({ company: 'Acme' });
            expect(consent().hasConsent).toBe(true);
        });

        it('renders the parts that whoever is free takes', async () => {
            const roles = [{ key: 'se', name: 'Solution engineer' }];
            await show({ bookingType: { ...TYPE, panel_roles: roles } });

            expect(all('.person').map((each) => plain(each))).toEqual([
                'AdaHost',
                'Solution engineerWhoever is free then'
            ]);
        });

        it('follows who decides on the host for this record, not for the type', async () => {
            const lookup = { ...TYPE, host_rule: 'lookup' };
            await show({ bookingType: lookup, host: null, hostRule: 'choice' });
            await book();
            expect(problem().problem.code).toBe('host_required');

            element.hostRule = 'time_first';
            element.host = ADA;
            await flush();
            expect(text()).toContain('First in line');
        });
    });

    describe('a problem', () => {
        const focusedPart = () => element.shadowRoot.activeElement;

        it('of no field is rendered at the top and has the focus', async () => {
            await show();

            element.problem = problemOf({ retryable: true });
            await flush();

            expect(problem().problem.message).toBe('This cannot be.');
            expect(focusedPart()).toBe(problem());
        });

        it.each([
            ['guests[0].email', 'guestEmail'],
            ['guests', 'guestEmail'],
            ['guests[0].name', 'guestName'],
            ['notes', 'notes'],
            ['platform', 'platform']
        ])('of %s is rendered at that field, which has the focus', async (name, at) => {
            await show();
            const faults = watch(at);

            element.problem = problemOf({ field: name });
            await flush();

            expect(problem()).toBeNull();
            expect(faults[at]).toBe('This cannot be.');
            expect(faults.focused).toBe(at);
        });

        it('of another guest is rendered at that address', async () => {
            await show();

            element.problem = problemOf({ field: 'guests[2].email' });
            await flush();

            expect(problem()).toBeNull();
            expect(emails().refused).toBe('two@x.example');
            expect(emails().refusedBecause).toBe('This cannot be.');
            expect(focusedPart()).toBe(emails());
        });

        it('counts the other guests from the first when there is no primary guest', async () => {
            await show({ draft: { ...DRAFT, guestEmail: '' } });

            element.problem = problemOf({ field: 'guests[0].email' });
            await flush();

            expect(emails().refused).toBe('one@x.example');
        });

        it('of all guests is rendered at the address that it names', async () => {
            await show();

            element.problem = problemOf({
                field: 'guests',
                message: 'one@x.example is a host of this meeting.'
            });
            await flush();

            expect(emails().refused).toBe('one@x.example');
        });

        it.each([
            ['place', {}],
            ['platform', { bookingType: { ...TYPE, platform_rule: 'fixed', platform: 'zoom' } }]
        ])('of %s is rendered at the top when the field is not there', async (name, properties) => {
            await show(properties);

            element.problem = problemOf({ field: name });
            await flush();

            expect(problem().problem.message).toBe('This cannot be.');
        });

        it('of the guest’s email stays when the field is left as it is', async () => {
            await show();
            const faults = watch('guestEmail');
            element.problem = problemOf({ field: 'guests[0].email' });
            await flush();

            field('guestEmail').dispatchEvent(new CustomEvent('blur'));
            expect(faults.guestEmail).toBe('This cannot be.');
            await enter('guestEmail', 'other@x.example');
            field('guestEmail').dispatchEvent(new CustomEvent('blur'));

            expect(faults.guestEmail).toBe('');
        });

        it('that offers other times is rendered at the top, whatever its field', async () => {
            await show();

            element.problem = problemOf({ field: 'platform', alternatives: [LATER] });
            await flush();

            expect(problem().problem.message).toBe('This cannot be.');
            expect(find('.alternatives button')).not.toBeNull();
        });

        it('goes from the field as soon as something is typed there', async () => {
            await show();
            const faults = watch('notes');
            element.problem = problemOf({ field: 'notes' });
            await flush();

            await enter('notes', 'shorter');

            expect(faults.notes).toBe('');
        });
    });

    it('is accessible, also with a problem', async () => {
        await show({ coHosts: [{ host_id: 'id-Cy', name: 'Cy' }] });
        await expect(element).toBeAccessible();
        element.problem = TAKEN;
        await flush();
        await expect(element).toBeAccessible();
    });
});
