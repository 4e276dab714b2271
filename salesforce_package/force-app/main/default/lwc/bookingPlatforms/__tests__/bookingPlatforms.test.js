import { platformIcon, platformName } from 'c/bookingPlatforms';

describe('c-booking-platforms', () => {
    it.each([
        ['google_meet', 'Google Meet'],
        ['microsoft_teams', 'Microsoft Teams'],
        ['zoom', 'Zoom'],
        ['none', 'No platform'],
        ['', 'No platform']
    ])('calls %j %s', (platform, name) => {
        expect(platformName(platform)).toBe(name);
    });

    it('calls a platform that it does not know as the service does', () => {
        expect(platformName('webex')).toBe('webex');
    });

    it('shows a place for a meeting without a platform, and a camera otherwise', () => {
        expect(platformIcon('none')).toBe('utility:checkin');
        expect(platformIcon('zoom')).toBe('utility:video');
    });
});
