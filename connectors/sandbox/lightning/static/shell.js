// The switch of user works by itself; the button is for browsers without scripts.
const form = document.querySelector('.sb-running-user');
form.querySelector('button').hidden = true;
form.querySelector('select').addEventListener('change', () => form.requestSubmit());
