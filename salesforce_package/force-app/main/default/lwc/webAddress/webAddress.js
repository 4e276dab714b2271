/**
 * What may become a link: addresses come from vendors, and a browser does more than open pages.
 *
 * @param {string} [url] An address.
 * @returns {string} The same where it is a secure web page's; else empty, to be shown as text.
 */
export function webAddress(url) {
    return /^https:\/\//i.test(url || '') ? url : '';
}
