import { createElement } from 'lwc';
import CopyableText from 'c/copyableText';

const flush = async () => {
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
};

describe('c-copyable-text', () => {
    let element;

    async function show(properties) {
        element = createElement('c-copyable-text', { is: CopyableText });
        Object.assign(element, properties);
        document.body.appendChild(element);
        await flush();
    }

    afterEach(() => {
        element.remove();
        delete navigator.clipboard;
        window.getSelection().removeAllRanges();
    });

    const said = () => element.shadowRoot.querySelector('[role="status"]').textContent;

    function browserCopies(writeText) {
        Object.defineProperty(navigator, 'clipboard', {
            value: { writeText },
            configurable: true
        });
    }

    async function copy() {
        element.shadowRoot
            .querySelector('lightning-button')
            .dispatchEvent(new CustomEvent('click'));
        await flush();
    }

    it('copies the text and confirms it', async () => {
        const writeText = jest.fn().mockResolvedValue();
        browserCopies(writeText);
        await show({ text: 'Tuesday at ten' });

        await copy();

        expect(writeText).toHaveBeenCalledWith('Tuesday at ten');
        expect(said()).toBe('Copied.');
    });

    it.each([
        ['has no clipboard', undefined],
        ['refuses', jest.fn().mockRejectedValue(new Error('not allowed'))]
    ])('marks the text and says how to go on when the browser %s', async (how, writeText) => {
        if (writeText) {
            browserCopies(writeText);
        }
        await show({ text: 'Tuesday at ten' });

        await copy();

        expect(window.getSelection().toString().trim()).toBe('Tuesday at ten');
        expect(said()).toContain('press Ctrl+C');
    });

    it('renders a link when it leads somewhere', async () => {
        await show({
            text: 'https://meet.example/x',
            href: 'https://meet.example/x',
            label: 'Copy link'
        });

        const link = element.shadowRoot.querySelector('a');
        expect(link.href).toBe('https://meet.example/x');
        expect(link.rel).toBe('noopener noreferrer');
        await expect(element).toBeAccessible();
    });
});
