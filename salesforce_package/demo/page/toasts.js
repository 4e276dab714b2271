import Toast from 'lightning/toast';
import ToastContainer from 'lightning/toastContainer';

/** Shows what components announce, as Lightning Experience does at the top of the page. */
export function showToasts() {
    const container = ToastContainer.instance();
    container.maxToasts = 3;
    container.toastPosition = 'top-center';
    // The base components' own toasts go by the same event's name, and bring their class along.
    window.addEventListener(
        'lightning__showtoast',
        (event) => {
            const { toast, title, message, variant, mode } = event.detail;
            if (toast === undefined) {
                event.stopPropagation();
                const texts = title ? { label: title, message } : { label: message };
                Toast.show({ ...texts, variant, mode });
            }
        },
        { capture: true }
    );
}
