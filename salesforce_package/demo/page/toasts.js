import Toast from 'lightning/toast';
import ToastContainer from 'lightning/toastContainer';

/** Shows what components announce, as Lightning Experience does at the top of the page. */
export function showToasts() {
    const container = ToastContainer.instance();
    container.maxToasts = 3;
    container.toastPosition = 'top-center';
    document.addEventListener('lightning__showtoast', (event) => {
        const { title, message, variant, mode } = event.detail;
        Toast.show({ label: title ?? message, message: title ? message : '', variant, mode });
    });
}
