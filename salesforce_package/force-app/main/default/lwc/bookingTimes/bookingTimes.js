/**
 * Times as a screen needs them, made from the service's answer: the grid of a week or a day, why a
 * time is not offered, which times suit what the guest says, and which to propose aloud.
 *
 * Pure: nothing here asks the service, reads a clock or knows the browser's zone. Whether a time can
 * be booked was decided by the service; this only arranges it.
 */
export { readTimes } from './readTimes';
export { slotAt, whoIsFree, withHosts } from './whoIsFree';
export { gridOf, isOver, MOST_CELLS } from './grid';
export {
    dayWords,
    freeCountWords,
    freeWords,
    holidayWords,
    saysMore,
    unavailableWords,
    whyWords
} from './reasons';
export { ANY_TIME, isNarrowed, matches } from './narrowing';
export { capitalised, spokenTime, speak, suggest } from './suggestions';
