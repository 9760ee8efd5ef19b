// @ts-check
import { takesText } from './dom.js';

const KEYS = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];
const NAMES = /** @type {Record<string, string>} */ ({ '*': 'star', '#': 'hash' });

/**
 * The keys of the telephone, on the screen and on the keyboard.
 *
 * @param {HTMLElement} container
 * @param {(digit: string) => void} press
 */
export function openKeypad(container, press) {
  const buttons = new Map(
    KEYS.map(([digit = '', letters = '']) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'key';
      button.disabled = true;
      button.setAttribute('aria-label', `Press ${NAMES[digit] ?? digit}`);
      const small = document.createElement('small');
      small.textContent = letters;
      button.append(digit, small);
      button.addEventListener('click', () => press(digit));
      return [digit, button];
    }),
  );
  container.replaceChildren(...buttons.values());

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
    const button = buttons.get(event.key);
    if (!button || button.disabled) return;
    press(event.key);
    button.classList.add('pressed');
    setTimeout(() => button.classList.remove('pressed'), 120);
  });

  return {
    /** @param {boolean} on */
    enable(on) {
      for (const button of buttons.values()) button.disabled = !on;
    },
  };
}
