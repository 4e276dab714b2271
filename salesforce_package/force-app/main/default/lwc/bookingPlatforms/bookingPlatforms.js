/** Where meetings take place, in words and pictures. */
import googleMeet from '@salesforce/label/c.Booking_Platform_Google_Meet';
import microsoftTeams from '@salesforce/label/c.Booking_Platform_Microsoft_Teams';
import zoom from '@salesforce/label/c.Booking_Platform_Zoom';
import none from '@salesforce/label/c.Booking_Platform_None';

/** The service's word for a meeting without one. */
export const NO_PLATFORM = 'none';

const NAMES = {
    google_meet: googleMeet,
    microsoft_teams: microsoftTeams,
    zoom,
    [NO_PLATFORM]: none
};

/**
 * What people call a platform.
 *
 * @param {string} platform The service's word for it.
 * @returns {string} A platform that is newer than this package is called as the service does.
 */
export function platformName(platform) {
    return NAMES[platform] || platform || none;
}

/**
 * The icon that stands before its name.
 *
 * @param {string} platform The service's word for it.
 * @returns {string} An icon's name.
 */
export function platformIcon(platform) {
    return !platform || platform === NO_PLATFORM ? 'utility:checkin' : 'utility:video';
}
