import backToTypesLabel from '@salesforce/label/c.Booking_Change_Type';
import bookAgainLabel from '@salesforce/label/c.Booking_Book_Again';
import bookingTypeLoading from '@salesforce/label/c.Booking_Types_Loading';
import changeSomethingLabel from '@salesforce/label/c.Booking_Change_Something';
import detailsRegion from '@salesforce/label/c.Booking_Details_Region';
import hostsRegion from '@salesforce/label/c.Booking_Hosts_Region';
import leaveAnyway from '@salesforce/label/c.Booking_Leave_Unknown';
import lookAgainLabel from '@salesforce/label/c.Booking_Look_Again';
import panelRegion from '@salesforce/label/c.Booking_Create';
import seeTimes from '@salesforce/label/c.Booking_See_Times';
import timesRegion from '@salesforce/label/c.Booking_Times_Region';

/** The panel's words, as its template names them. */
export const labels = {
    backToTypes: backToTypesLabel,
    bookAgain: bookAgainLabel,
    bookingTypeLoading,
    changeSomething: changeSomethingLabel,
    detailsRegion,
    hostsRegion,
    leaveAnyway,
    lookAgain: lookAgainLabel,
    panelRegion,
    seeTimes,
    timesRegion
};
