import asOf from '@salesforce/label/c.Booking_Times_As_Of';
import days from '@salesforce/label/c.Booking_Times_Days';
import duration from '@salesforce/label/c.Booking_Times_Duration';
import found from '@salesforce/label/c.Booking_Times_Found';
import goThere from '@salesforce/label/c.Booking_Times_Go_There';
import goTo from '@salesforce/label/c.Booking_Times_Go_To';
import minutes from '@salesforce/label/c.Booking_Times_Minutes';
import nextFree from '@salesforce/label/c.Booking_Times_Next_Free';
import nextMatching from '@salesforce/label/c.Booking_Times_Next_Matching';
import nextThatSuits from '@salesforce/label/c.Booking_Times_Next_That_Suits';
import nobodyBookable from '@salesforce/label/c.Booking_Times_Nobody_Bookable';
import nobodyBookableNext from '@salesforce/label/c.Booking_Times_Nobody_Bookable_Next';
import nobodyBookableSaid from '@salesforce/label/c.Booking_Times_Nobody_Bookable_Said';
import nobodyWorks from '@salesforce/label/c.Booking_Times_Nobody_Works';
import nobodyWorksDay from '@salesforce/label/c.Booking_Times_Nobody_Works_Day';
import noneInDay from '@salesforce/label/c.Booking_Times_None_In_Day';
import noneInWeek from '@salesforce/label/c.Booking_Times_None_In_Week';
import noneLeft from '@salesforce/label/c.Booking_Times_None_Left';
import noneSuits from '@salesforce/label/c.Booking_Times_None_Suits';
import noneSuitsUntil from '@salesforce/label/c.Booking_Times_None_Suits_Until';
import noneUntil from '@salesforce/label/c.Booking_Times_None_Until';
import notReady from '@salesforce/label/c.Booking_Times_Not_Ready';
import reading from '@salesforce/label/c.Booking_Times_Reading';
import readingMany from '@salesforce/label/c.Booking_Times_Reading_Many';
import readingOne from '@salesforce/label/c.Booking_Times_Reading_One';
import refresh from '@salesforce/label/c.Booking_Times_Refresh';
import searching from '@salesforce/label/c.Booking_Times_Searching';
import showNextWeek from '@salesforce/label/c.Booking_Times_Show_Next_Week';
import thinned from '@salesforce/label/c.Booking_Times_Thinned';
import title from '@salesforce/label/c.Booking_Times_Title';
import twoSentences from '@salesforce/label/c.Booking_Times_Two_Sentences';
import unavailable from '@salesforce/label/c.Booking_Times_Unavailable_Title';
import unavailableMore from '@salesforce/label/c.Booking_Times_Unavailable_More';
import weekOver from '@salesforce/label/c.Booking_Times_Week_Over';
import weekOverNext from '@salesforce/label/c.Booking_Times_Week_Over_Next';

/** The panel's words. */
export const labels = {
    asOf,
    days,
    duration,
    found,
    goThere,
    goTo,
    minutes,
    nextFree,
    nextMatching,
    nextThatSuits,
    nobodyBookable,
    nobodyBookableNext,
    nobodyBookableSaid,
    nobodyWorks,
    nobodyWorksDay,
    noneInDay,
    noneInWeek,
    noneLeft,
    noneSuits,
    noneSuitsUntil,
    noneUntil,
    notReady,
    reading,
    readingMany,
    readingOne,
    refresh,
    searching,
    showNextWeek,
    thinned,
    title,
    twoSentences,
    unavailable,
    unavailableMore,
    weekOver,
    weekOverNext
};
