/** What is drawn of the times that are known: a week, one day of it, and times to propose. */
import { dateIn, dayText, weekOf, addDays } from 'c/bookingTime';
import { freeCountWords, gridOf, suggest } from 'c/bookingTimes';

/**
 * @param {object} times what `readTimes` made of the answer
 * @param {object} look
 * @param {string} look.monday of the week that is shown
 * @param {boolean} look.isDay only one day of it is drawn
 * @param {string} look.wishedDay the day that was wished for; empty: the first with a choice
 * @param {string} look.chosenStartAt the start that was chosen; may be empty
 * @param {string} look.zone the organizer's
 * @param {string} look.guestZone empty when it is not known
 * @param {string} look.locale
 * @param {number} look.now milliseconds
 * @param {object} look.narrowing what the guest says
 * @returns {{weekModel: object, model: object, shownDay: string, suggestions: object[]}} model is
 *     the week's or the day's
 */
export function arranged(times, look) {
    const { monday, zone, guestZone, locale, now, narrowing } = look;
    const { dates } = weekOf(monday, zone);
    const gridLook = { guestZone, locale, now, narrowing };
    const weekModel = gridOf(times, { ...gridLook, dates });
    const shownDay = dayIn(weekModel, look);
    const ofWeek = times.starts.filter(({ date, slot }) => slot && dates.includes(date));
    return {
        weekModel,
        shownDay,
        model: look.isDay ? gridOf(times, { ...gridLook, dates: [shownDay] }) : weekModel,
        suggestions: suggest(
            ofWeek.map((start) => start.slot),
            { zone: guestZone || zone, now, narrowing }
        )
    };
}

/** The day that was wished for; else the first on which there is something to choose. */
function dayIn({ days }, { monday, wishedDay, chosenStartAt, zone, now }) {
    const dates = days.map((day) => day.date);
    if (wishedDay >= monday && wishedDay <= addDays(monday, 6)) {
        return wishedDay;
    }
    const chosen = chosenStartAt ? dateIn(chosenStartAt, zone) : '';
    if (dates.includes(chosen)) {
        return chosen;
    }
    const best = days.find((day) => day.matching) || days.find((day) => day.offered);
    const today = dateIn(now, zone);
    return (best && best.date) || (dates.includes(today) ? today : dates[0]);
}

/**
 * The days of a week as buttons: each with how much there is to choose.
 *
 * @param {object[]} days of the week's grid
 * @param {string} shownDay
 * @param {string} locale
 * @returns {object[]}
 */
export function stripOf(days, shownDay, locale) {
    return days.map((day) => ({
        date: day.date,
        weekday: dayText(day.date, locale, 'weekdayShort'),
        number: String(Number(day.date.slice(8))),
        matching: day.matching,
        freeWords: freeCountWords(day.matching),
        pressed: String(day.date === shownDay),
        buttonClass: stripClass(day, shownDay)
    }));
}

function stripClass(day, shownDay) {
    const classes = ['strip-button'];
    if (day.date === shownDay) {
        classes.push('strip-button_pressed');
    }
    if (!day.matching) {
        classes.push('strip-button_none');
    }
    return classes.join(' ');
}
