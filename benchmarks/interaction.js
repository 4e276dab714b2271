/**
 * Measures on the page itself, from a click to what the click brings being painted. Runs before the
 * page's own scripts: LWC's synthetic shadow changes what `querySelector` finds, not what was kept
 * of it here.
 *
 * The page's clock stands at `wantedNow` at first, so that every run shows a whole week.
 */
(wantedNow) => {
    const find = Document.prototype.querySelector;
    const clock = performance.now.bind(performance);
    const RealDate = Date;
    const ahead = wantedNow - RealDate.now();
    window.Date = class extends RealDate {
        constructor(...given) {
            super(...(given.length ? given : [RealDate.now() + ahead]));
        }
        static now() {
            return RealDate.now() + ahead;
        }
    };

    const calls = [];
    const send = window.fetch.bind(window);
    window.fetch = (address, options) => {
        if (String(address).includes('/outside.json')) {
            // The sandbox's own pictures beside the component are no part of it.
            return new Promise(() => {});
        }
        const [, method] = /\/apex\/\w+\/(\w+)$/.exec(String(address)) ?? [];
        if (method) {
            calls.push({ method, began: clock(), params: JSON.parse(options.body).params });
        }
        return send(address, options);
    };

    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

    /** When what a selector finds is there, and two frames later. */
    async function painted(selector) {
        while (!find.call(document, selector)) {
            await frame();
        }
        const there = clock();
        await frame();
        await frame();
        return { there, painted: clock() };
    }

    /** From now on: the next click, and when the selector finds something after it. */
    function watch(selector) {
        const clicked = new Promise((resolve) => {
            window.addEventListener('click', (event) => resolve(event.timeStamp), {
                capture: true,
                once: true
            });
        });
        window.meter.seen = clicked.then(async (began) => ({ began, ...(await painted(selector)) }));
    }

    /** The calls so far, in the order in which they were sent, with what the browser knows of each. */
    function sent() {
        const known = performance
            .getEntriesByType('resource')
            .filter((entry) => entry.name.includes('/apex/'));
        return calls.map((call) => {
            const index = known.findIndex((each) => {
                return each.name.endsWith(`/${call.method}`) && each.startTime >= call.began - 1;
            });
            const [entry] = index < 0 ? [] : known.splice(index, 1);
            const [timing] = entry?.serverTiming ?? [];
            return {
                ...call,
                ended: entry ? entry.responseEnd : null,
                bytes: entry ? entry.decodedBodySize : null,
                apex: timing ? timing.duration : null
            };
        });
    }

    window.meter = { watch, sent, seen: null };
};
