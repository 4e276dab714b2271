/**
 * Tell the page that records have changed.
 *
 * @param {Array<{recordId: string}>} records
 * @returns {Promise<void>}
 */
export async function notifyRecordUpdateAvailable(records) {
    document.dispatchEvent(new CustomEvent('recordschanged', { detail: { records } }));
}
