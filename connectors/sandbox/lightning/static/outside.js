/**
 * Shows beside the component what its bookings make elsewhere, and places the component as chosen.
 * It asks every one and a half seconds, while somebody looks.
 */
const { outsideUrl, user } = JSON.parse(document.getElementById('platform').textContent);
const EVERY = 1500;
const shown = new Map();
const known = new Map();
let showsAll = false;

/** An element with a class, a text and children; text stays text. */
function element(name, className, content = '') {
    const made = document.createElement(name);
    made.className = className;
    made.append(...[content].flat());
    return made;
}

function link(href, text) {
    const made = element('a', '', text);
    made.href = href;
    return made;
}

/** What is there for the first time since the page was opened is pointed out. */
function markNew(section, key, made) {
    const keys = known.get(section);
    if (keys && !keys.has(key)) {
        made.classList.add('sb-arrived');
    }
    return made;
}

/** Draw a part of the page if what it shows has changed. */
function draw(section, data, make, keysOf) {
    const text = JSON.stringify(data);
    if (shown.get(section) === text) {
        return;
    }
    shown.set(section, text);
    document.getElementById(section).replaceChildren(...[make(data)].flat());
    known.set(section, new Set([...(known.get(section) ?? []), ...keysOf(data)]));
}

// ------------------------------------------------------------------------- calendars

const keyOfEntry = (calendar, entry) => `${calendar.name} ${entry.words} ${entry.title}`;

function calendarKeys(calendars) {
    return calendars.flatMap((calendar) => calendar.days
        .flatMap((day) => day.entries.map((entry) => keyOfEntry(calendar, entry))));
}

function calendarPicture(calendar) {
    const heading = element('h4', '', calendar.href ? link(calendar.href, calendar.name) : calendar.name);
    const where = element('p', 'sb-quiet', calendar.where);
    const figure = element('div', `sb-calendar${calendar.attends ? ' sb-attends' : ''}`, [heading, where]);
    if (calendar.days.length > 0) {
        figure.append(week(calendar));
    }
    return figure;
}

function week(calendar) {
    const hours = calendar.last_hour - calendar.first_hour;
    const grid = element('div', 'sb-week');
    grid.style.setProperty('--days', calendar.days.length);
    grid.append(element('span', 'corner'));
    for (const day of calendar.days) {
        grid.append(element('span', `sb-day-name${day.is_today ? ' sb-today' : ''}`, day.words));
    }
    const scale = element('div', 'sb-scale');
    for (let hour = calendar.first_hour; hour < calendar.last_hour; hour += 2) {
        const mark = element('span', '', `${hour}`);
        mark.style.top = `${((hour - calendar.first_hour) / hours) * 100}%`;
        scale.append(mark);
    }
    grid.append(scale);
    for (const day of calendar.days) {
        const column = element('ul', 'sb-day');
        column.setAttribute('aria-label', day.words);
        column.style.setProperty('--hours', hours);
        column.append(...day.entries.map((entry) => block(calendar, entry, hours)).filter(Boolean));
        grid.append(column);
    }
    return grid;
}

/** A busy block; nothing for what lies outside the hours shown. */
function block(calendar, entry, hours) {
    const from = Math.max(entry.from, calendar.first_hour);
    const to = Math.min(entry.to, calendar.last_hour);
    if (to <= from) {
        return null;
    }
    const kinds = [
        entry.is_new && 'sb-new',
        entry.kind && `sb-${entry.kind}`,
        entry.is_all_day && 'sb-all-day'
    ].filter(Boolean);
    const made = element('li', ['sb-block', ...kinds].join(' '), element('span', '', entry.title));
    made.style.top = `${((from - calendar.first_hour) / hours) * 100}%`;
    made.style.height = `${((to - from) / hours) * 100}%`;
    made.title = [`${entry.words}: ${entry.title}`, ...entry.details].join('\n');
    return markNew('calendars', keyOfEntry(calendar, entry), made);
}

// --------------------------------------------------------------- mail and Salesforce

function none(words) {
    return element('p', 'sb-none', words);
}

function mailTable(mails) {
    if (mails.length === 0) {
        return none('Nobody has got a mail about a booking of this record yet.');
    }
    return element('ul', 'sb-lines', mails.map((mail) => markNew('mails', mail.number, element('li', '', [
        element('span', 'at', mail.at),
        element('span', 'sb-what', [link(mail.href, mail.subject)]),
        element('span', 'sb-quiet', `to ${mail.to}, ${[mail.kind, `via ${mail.via}`].filter(Boolean).join(' ')}`)
    ]))));
}

const keyOfLine = (line) => `${line.href} ${line.at} ${line.words}`;

function timeline(lines) {
    if (lines.length === 0) {
        return none('No booking and no event yet.');
    }
    return element('ul', 'sb-lines', lines.map((line) => markNew('timeline', keyOfLine(line), element('li', '', [
        element('span', 'at', line.at),
        element('span', 'sb-what', [element('span', 'sb-kind', line.kind), link(line.href, line.title)]),
        element('span', 'sb-quiet', line.words)
    ]))));
}

function fields(list) {
    return element('dl', 'sb-fields', list.map((field) => {
        const value = element('dd', '', field.text);
        if (field.is_changed) {
            value.append(element('span', 'sb-was', field.was ? `was: ${field.was}` : 'was empty'));
        }
        return element('div', field.is_changed ? 'sb-changed' : '', [element('dt', '', field.label), value]);
    }));
}

/** The header's fields follow the record. */
function updateHighlights(list) {
    for (const field of list) {
        const place = document.querySelector(`.sb-highlights [data-field="${field.name}"]`);
        if (place && place.textContent !== field.text) {
            place.textContent = field.text;
            place.classList.add('sb-arrived');
        }
    }
}

// ------------------------------------------------------------------------ the rounds

function show(answer) {
    if (answer.running_user !== user.userId) {
        // Another window of this browser has become somebody else.
        window.location.reload();
        return;
    }
    document.getElementById('week').textContent = answer.week.words;
    draw('calendars', answer.calendars, (list) => list.map(calendarPicture), calendarKeys);
    draw('mails', answer.mails, mailTable, (list) => list.map((mail) => mail.number));
    draw('timeline', answer.timeline, timeline, (list) => list.map(keyOfLine));
    draw('fields', answer.fields, fields, (list) => list.map((field) => field.name));
    updateHighlights(answer.fields);
    const button = document.getElementById('all-calendars');
    button.hidden = answer.calendars_left_out === 0 && !showsAll;
    button.textContent = showsAll ? 'Show fewer' : `Show all (${answer.calendars_left_out} more)`;
}

function say(words, isWrong = false) {
    const state = document.getElementById('outside-state');
    if (state.textContent !== words) {
        state.textContent = words;
    }
    state.classList.toggle('sb-wrong', isWrong);
}

async function look() {
    try {
        const response = await fetch(`${outsideUrl}${showsAll ? '?calendars=all' : ''}`);
        if (!response.ok) {
            throw new Error(`${response.status}`);
        }
        show(await response.json());
        say('Follows by itself.');
    } catch {
        say('The sandbox does not answer. Is the demo still running?', true);
    }
}

async function keepLooking() {
    if (!document.hidden) {
        await look();
    }
    window.setTimeout(keepLooking, EVERY);
}

document.getElementById('all-calendars').addEventListener('click', () => {
    showsAll = !showsAll;
    look();
});

document.querySelector('.sb-arrangement').addEventListener('change', (event) => {
    const { name, value } = event.target;
    if (name === 'layout') {
        document.getElementById('layout').dataset.layout = value;
    } else {
        document.getElementById('bookings').dataset.opens = value;
        const component = document.querySelector('#bookings > c-bookings');
        if (component) {
            component.opens = value;
        }
    }
    const address = new URL(window.location.href);
    address.searchParams.set(name, value);
    window.history.replaceState(null, '', address);
});

keepLooking();
