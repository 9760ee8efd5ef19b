// @ts-check
/** @import { CallState, PhoneNumber } from '../messages.ts' */
import { byId } from './dom.js';
import { clock, milliseconds } from './turns.js';

const TITLES = { dialing: 'Dialing…', ringing: 'Ringing…', answered: 'On the call' };

/** Numbers, state of the call and what was measured. */
export class CallPanel {
  #panel = byId('call', HTMLDivElement);
  #title = byId('call-title', HTMLParagraphElement);
  #detail = byId('call-detail', HTMLParagraphElement);
  #sid = byId('call-sid', HTMLParagraphElement);
  #time = byId('call-time', HTMLElement);
  #dial = byId('dial', HTMLButtonElement);
  #form = byId('dial-form', HTMLFormElement);
  #hangUp = byId('hang-up', HTMLButtonElement);
  #numbers = byId('numbers', HTMLDivElement);
  #to = byId('to', HTMLInputElement);
  /** @type {readonly PhoneNumber[]} */
  #known = [];
  /** @type {number | undefined} */
  #answeredAtMs;

  constructor() {
    this.#to.addEventListener('input', () => this.#markChosen());
    setInterval(() => this.#showTime(), 250);
  }

  /** @param {readonly PhoneNumber[]} numbers */
  offer(numbers) {
    this.#known = numbers;
    this.#numbers.replaceChildren(
      ...numbers.map(({ phoneNumber, friendlyName }) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'number';
        button.dataset.number = phoneNumber;
        const name = document.createElement('b');
        name.textContent = friendlyName;
        const digits = document.createElement('span');
        digits.textContent = phoneNumber;
        button.append(name, digits);
        button.addEventListener('click', () => {
          this.#to.value = phoneNumber;
          this.#markChosen();
        });
        return button;
      }),
    );
    if (!this.#to.value) this.#to.value = numbers[0]?.phoneNumber ?? '';
    this.#markChosen();
  }

  /** @param {CallState} call */
  show(call) {
    const over = call.state === 'ended';
    const failed = over && call.ending?.status !== 'completed';
    this.#panel.dataset.state = failed || call.ending?.errorCode ? 'failed' : call.state;
    this.#title.textContent =
      call.state === 'ended' ? (call.ending?.title ?? 'The call ended') : TITLES[call.state];
    this.#detail.textContent = over ? this.#endingDetail(call) : this.#nameOf(call.to);
    if (call.state === 'dialing') this.#time.textContent = clock(0);
    if (call.state === 'answered') this.#answeredAtMs = performance.now();
    if (over) this.#answeredAtMs = undefined;
    this.#sid.textContent = call.callSid;
    this.#switchTo(over ? 'dial' : 'hang-up');
  }

  /** @param {boolean} on  whether a call can be placed */
  enable(on) {
    this.#dial.disabled = !on;
  }

  /** The connection is gone, and the call with it. */
  disconnect() {
    this.#answeredAtMs = undefined;
    this.#panel.dataset.state = 'failed';
    this.#title.textContent = 'Not connected';
    this.#detail.textContent = '';
    this.#switchTo('dial');
    this.enable(false);
  }

  /** @param {{ responseMs: number | undefined, silenceMs: number | undefined }} medians */
  measured({ responseMs, silenceMs }) {
    const show = (/** @type {number | undefined} */ ms) =>
      ms === undefined ? '–' : milliseconds(ms);
    byId('median-response', HTMLElement).textContent = show(responseMs);
    byId('median-silence', HTMLElement).textContent = show(silenceMs);
  }

  /** @param {'dial' | 'hang-up'} what  the one button that there is to be */
  #switchTo(what) {
    const focused = document.activeElement;
    const lostFocus =
      focused instanceof HTMLElement && (focused === this.#hangUp || this.#form.contains(focused));
    const changed = this.#form.hidden !== (what === 'hang-up');
    this.#form.hidden = what === 'hang-up';
    this.#hangUp.hidden = what === 'dial';
    // Focus on something that disappears would start over at the top of the page.
    if (changed && lostFocus) (what === 'dial' ? this.#dial : this.#hangUp).focus();
  }

  #showTime() {
    if (this.#answeredAtMs === undefined) return;
    this.#time.textContent = clock(performance.now() - this.#answeredAtMs);
  }

  /** @param {string} number */
  #nameOf(number) {
    const known = this.#known.find(({ phoneNumber }) => phoneNumber === number);
    return known ? `${known.friendlyName} · ${number}` : number;
  }

  /** @param {CallState} call */
  #endingDetail({ ending }) {
    if (!ending) return '';
    const code = ending.errorCode === undefined ? '' : `Twilio error ${ending.errorCode}.`;
    // The advice for a code that has no words of its own names the code already.
    const codeOnce = ending.detail.includes(String(ending.errorCode)) ? '' : code;
    return [codeOnce, ending.detail].filter(Boolean).join(' ');
  }

  #markChosen() {
    for (const button of this.#numbers.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.number === this.#to.value.trim()));
    }
  }
}
