/** Finding people by what somebody types of their name. */

/**
 * Whether a name goes with what was typed; accents and upper case do not matter, so that `jose`
 * finds José.
 *
 * @param {string} name A person's.
 * @param {string} typed May be empty, which goes with every name.
 * @returns {boolean}
 */
export function isNameLike(name, typed) {
    return plain(name).includes(plain(typed));
}

function plain(text) {
    return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
