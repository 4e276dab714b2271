/**
 * Date, Datetime, Time and TimeZone.
 */
import { ApexDate, ApexDatetime, ApexTime } from '../run/values.mjs';
import { formatted, instantOf, wallClock } from '../run/zones.mjs';
import { platformClass } from './define.mjs';

const DAY_MS = 86400000;
const day = (value) => new Date(value.days * DAY_MS);
const gmt = (value) => new Date(value.ms);
const local = (ctx, value) => new Date(wallClock(value.ms, ctx.zone));
const dayOf = (ms) => new ApexDate(Math.floor(ms / DAY_MS));
const timeOf = (ms) => new ApexTime(((ms % DAY_MS) + DAY_MS) % DAY_MS);

function monthsOn(ms, months) {
    const at = new Date(ms);
    const wanted = at.getUTCDate();
    at.setUTCDate(1);
    at.setUTCMonth(at.getUTCMonth() + months);
    const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
    at.setUTCDate(Math.min(wanted, last));
    return at.getTime();
}

function wallOf(ctx, text, kind) {
    const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{2}):(\d{2}))?$/.exec(
        ctx.argument(text).trim()
    );
    if (!match) {
        ctx.fault('TypeException', `Invalid ${kind}: ${text}`);
    }
    const [year, month, date, hour = 0, minute = 0, second = 0] = match
        .slice(1)
        .map((each) => (each === undefined ? undefined : Number(each)));
    if (month < 1 || month > 12 || date < 1 || date > 31 || hour > 23 || minute > 59) {
        ctx.fault('TypeException', `Invalid ${kind}: ${text}`);
    }
    return Date.UTC(year, month - 1, date, hour, minute, second);
}

function patterned(ctx, value, pattern, zone) {
    return formatted(value.ms, ctx.argument(pattern), zone);
}

const DateClass = platformClass('Date', {
    'static Date newInstance(Integer,Integer,Integer)': (ctx, year, month, date) =>
        ApexDate.of(ctx.nn(year), ctx.nn(month), ctx.nn(date)),
    'static Date today()': (ctx) => dayOf(wallClock(Date.now(), ctx.zone)),
    'static Date valueOf(String)': (ctx, text) => dayOf(wallOf(ctx, text, 'date')),
    'static Date valueOf(Object)': (ctx, value) =>
        typeof value === 'string'
            ? dayOf(wallOf(ctx, value, 'date'))
            : ctx.cast(value, ctx.types.of('Date')),
    'static Boolean isLeapYear(Integer)': (ctx, year) =>
        new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1,
    'static Integer daysInMonth(Integer,Integer)': (ctx, year, month) =>
        new Date(Date.UTC(year, month, 0)).getUTCDate(),
    'Date addDays(Integer)': (ctx, self, count) => new ApexDate(self.days + ctx.nn(count)),
    'Date addMonths(Integer)': (ctx, self, count) =>
        dayOf(monthsOn(self.days * DAY_MS, ctx.nn(count))),
    'Date addYears(Integer)': (ctx, self, count) =>
        dayOf(monthsOn(self.days * DAY_MS, 12 * ctx.nn(count))),
    'Integer day()': (ctx, self) => day(self).getUTCDate(),
    'Integer month()': (ctx, self) => day(self).getUTCMonth() + 1,
    'Integer year()': (ctx, self) => day(self).getUTCFullYear(),
    'Integer dayOfYear()': (ctx, self) =>
        self.days - ApexDate.of(day(self).getUTCFullYear(), 1, 1).days + 1,
    'Integer daysBetween(Date)': (ctx, self, other) => ctx.nn(other).days - self.days,
    'Boolean isSameDay(Date)': (ctx, self, other) => ctx.nn(other).days === self.days,
    'Date toStartOfMonth()': (ctx, self) => new ApexDate(self.days - day(self).getUTCDate() + 1),
    'String format()': (ctx, self) => formatted(self.days * DAY_MS, 'M/d/yyyy', 'UTC')
});

const DatetimeClass = platformClass('Datetime', {
    'static Datetime now()': () => new ApexDatetime(Date.now()),
    'static Datetime newInstance(Long)': (ctx, ms) => new ApexDatetime(Number(ctx.nn(ms))),
    'static Datetime newInstance(Date,Time)': (ctx, date, time) =>
        new ApexDatetime(instantOf(ctx.nn(date).days * DAY_MS + ctx.nn(time).ms, ctx.zone)),
    'static Datetime newInstance(Integer,Integer,Integer)': (ctx, ...parts) =>
        new ApexDatetime(instantOf(utc(ctx, parts), ctx.zone)),
    'static Datetime newInstance(Integer,Integer,Integer,Integer,Integer,Integer)': (
        ctx,
        ...parts
    ) => new ApexDatetime(instantOf(utc(ctx, parts), ctx.zone)),
    'static Datetime newInstanceGmt(Date,Time)': (ctx, date, time) =>
        new ApexDatetime(ctx.nn(date).days * DAY_MS + ctx.nn(time).ms),
    'static Datetime newInstanceGmt(Integer,Integer,Integer)': (ctx, ...parts) =>
        new ApexDatetime(utc(ctx, parts)),
    'static Datetime newInstanceGmt(Integer,Integer,Integer,Integer,Integer,Integer)': (
        ctx,
        ...parts
    ) => new ApexDatetime(utc(ctx, parts)),
    'static Datetime valueOf(String)': (ctx, text) =>
        new ApexDatetime(instantOf(wallOf(ctx, text, 'date/time'), ctx.zone)),
    'static Datetime valueOf(Object)': (ctx, value) =>
        typeof value === 'string'
            ? new ApexDatetime(instantOf(wallOf(ctx, value, 'date/time'), ctx.zone))
            : ctx.cast(value, ctx.types.of('Datetime')),
    'static Datetime valueOfGmt(String)': (ctx, text) =>
        new ApexDatetime(wallOf(ctx, text, 'date/time')),
    'Datetime addSeconds(Integer)': (ctx, self, count) =>
        new ApexDatetime(self.ms + ctx.nn(count) * 1000),
    'Datetime addMinutes(Integer)': (ctx, self, count) =>
        new ApexDatetime(self.ms + ctx.nn(count) * 60000),
    'Datetime addHours(Integer)': (ctx, self, count) =>
        new ApexDatetime(self.ms + ctx.nn(count) * 3600000),
    'Datetime addDays(Integer)': (ctx, self, count) =>
        new ApexDatetime(self.ms + ctx.nn(count) * DAY_MS),
    'Datetime addMonths(Integer)': (ctx, self, count) =>
        new ApexDatetime(monthsOn(self.ms, ctx.nn(count))),
    'Datetime addYears(Integer)': (ctx, self, count) =>
        new ApexDatetime(monthsOn(self.ms, 12 * ctx.nn(count))),
    'Long getTime()': (ctx, self) => BigInt(self.ms),
    'Date date()': (ctx, self) => dayOf(local(ctx, self).getTime()),
    'Date dateGmt()': (ctx, self) => dayOf(self.ms),
    'Time time()': (ctx, self) => timeOf(local(ctx, self).getTime()),
    'Time timeGmt()': (ctx, self) => timeOf(self.ms),
    'Integer year()': (ctx, self) => local(ctx, self).getUTCFullYear(),
    'Integer month()': (ctx, self) => local(ctx, self).getUTCMonth() + 1,
    'Integer day()': (ctx, self) => local(ctx, self).getUTCDate(),
    'Integer hour()': (ctx, self) => local(ctx, self).getUTCHours(),
    'Integer minute()': (ctx, self) => local(ctx, self).getUTCMinutes(),
    'Integer second()': (ctx, self) => local(ctx, self).getUTCSeconds(),
    'Integer millisecond()': (ctx, self) => local(ctx, self).getUTCMilliseconds(),
    'Integer yearGmt()': (ctx, self) => gmt(self).getUTCFullYear(),
    'Integer monthGmt()': (ctx, self) => gmt(self).getUTCMonth() + 1,
    'Integer dayGmt()': (ctx, self) => gmt(self).getUTCDate(),
    'Integer hourGmt()': (ctx, self) => gmt(self).getUTCHours(),
    'Integer minuteGmt()': (ctx, self) => gmt(self).getUTCMinutes(),
    'Integer secondGmt()': (ctx, self) => gmt(self).getUTCSeconds(),
    'Boolean isSameDay(Datetime)': (ctx, self, other) =>
        dayOf(local(ctx, self).getTime()).days === dayOf(local(ctx, ctx.nn(other)).getTime()).days,
    'String format()': (ctx, self) => formatted(self.ms, 'M/d/yyyy, h:mm a', ctx.zone),
    'String format(String)': (ctx, self, pattern) => patterned(ctx, self, pattern, ctx.zone),
    'String format(String,String)': (ctx, self, pattern, zone) =>
        patterned(ctx, self, pattern, ctx.argument(zone)),
    'String formatGmt(String)': (ctx, self, pattern) => patterned(ctx, self, pattern, 'UTC')
});

function utc(ctx, [year, month, date, hour = 0, minute = 0, second = 0]) {
    const parts = [year, month, date, hour, minute, second].map((each) => ctx.nn(each));
    parts[1] -= 1;
    return Date.UTC(...parts);
}

const TimeClass = platformClass('Time', {
    'static Time newInstance(Integer,Integer,Integer,Integer)': (ctx, hour, minute, second, ms) =>
        timeOf(((hour * 60 + minute) * 60 + second) * 1000 + ms),
    'Integer hour()': (ctx, self) => Math.floor(self.ms / 3600000),
    'Integer minute()': (ctx, self) => Math.floor(self.ms / 60000) % 60,
    'Integer second()': (ctx, self) => Math.floor(self.ms / 1000) % 60,
    'Time addMinutes(Integer)': (ctx, self, count) => timeOf(self.ms + count * 60000),
    'Time addHours(Integer)': (ctx, self, count) => timeOf(self.ms + count * 3600000)
});

const TimeZone = platformClass('TimeZone', {
    'static TimeZone getTimeZone(String)': (ctx, zone) => ({ zone: ctx.argument(zone) }),
    'String getID()': (ctx, self) => self.zone,
    'String toString()': (ctx, self) => self.zone,
    'Integer getOffset(Datetime)': (ctx, self, at) => wallClock(at.ms, self.zone) - at.ms
});

export const times = [DateClass, DatetimeClass, TimeClass, TimeZone];
