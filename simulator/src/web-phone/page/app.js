// @ts-check
/** @import { ServerMessage } from '../messages.ts' */
import { CallPanel } from './call-panel.js';
import { openDictation } from './dictation.js';
import { byId, takesText } from './dom.js';
import { openKeypad } from './keypad.js';
import { showLevels } from './levels.js';
import { openLine } from './line.js';
import { Speaker } from './speaker.js';
import { TurnList } from './turns.js';

/** What callers of the sample contact center ask. */
const SAMPLES = [
  '¿A qué hora abren mañana?',
  '¿Dónde están ubicados?',
  '¿Cuánto cuesta el cambio de aceite?',
  'Cuéntame sobre los servicios que ofrecen',
  'Perdón, otra pregunta',
  'Muchas gracias, adiós',
];

const text = byId('text', HTMLTextAreaElement);
const voice = byId('voice', HTMLSelectElement);
const problem = byId('problem', HTMLParagraphElement);
const connection = byId('connection', HTMLParagraphElement);
const dictateButton = byId('dictate', HTMLButtonElement);
const dictationLanguage = byId('dictation-language', HTMLSelectElement);
const stopButton = byId('stop-talking', HTMLButtonElement);

const speaker = new Speaker();
const panel = new CallPanel();
const turns = new TurnList(byId('turns', HTMLOListElement), (words) => {
  byId('announcer', HTMLParagraphElement).textContent = words;
});
const keypad = openKeypad(byId('keys', HTMLDivElement), (digits) =>
  line.send({ type: 'press', digits }),
);

const dictation = openDictation({
  language: () => dictationLanguage.value,
  said: say,
  interim: (words) => (text.placeholder = words || 'Type what to say'),
  changed(on) {
    dictateButton.setAttribute('aria-pressed', String(on));
    dictateButton.textContent = on ? 'Stop listening' : 'Speak';
  },
  problem: complain,
});

const line = openLine(new URLSearchParams(location.search).get('key') ?? '', {
  message: receive,
  agentAudio: (mulaw) => speaker.agent?.play(mulaw),
  ownAudio: (mulaw) => speaker.own?.play(mulaw),
  closed(reason) {
    connection.textContent = 'Not connected';
    connection.dataset.state = 'off';
    panel.disconnect();
    talkable(false);
    complain(`${reason} Reload the page to connect again.`);
  },
});

/** @param {ServerMessage} message */
function receive(message) {
  switch (message.type) {
    case 'ready':
      connection.textContent = 'Connected';
      connection.dataset.state = 'on';
      text.maxLength = message.maxTextLength;
      voice.replaceChildren(...message.voices.map(({ id, name }) => new Option(name, id)));
      panel.offer(message.numbers);
      panel.enable(true);
      return;
    case 'call':
      if (message.state === 'dialing') startOver();
      panel.show(message);
      talkable(message.state === 'answered');
      if (message.state === 'answered') text.focus();
      if (message.state === 'ended') silence();
      return;
    case 'turn':
      turns.show(message.turn);
      byId('empty', HTMLDivElement).hidden = turns.size > 0;
      panel.measured(turns.medians);
      return;
    case 'own-voice-stopped':
      speaker.own?.clear();
      return;
    case 'error':
      complain(message.message);
  }
}

function startOver() {
  problem.hidden = true;
  turns.clear();
  byId('empty', HTMLDivElement).hidden = false;
  panel.measured(turns.medians);
}

/** @param {boolean} on */
function talkable(on) {
  for (const control of [text, byId('say', HTMLButtonElement), stopButton]) control.disabled = !on;
  for (const sample of byId('samples', HTMLDivElement).querySelectorAll('button')) {
    sample.disabled = !on;
  }
  keypad.enable(on);
  dictateButton.disabled = !on;
  if (!on && dictation?.on) dictation.stop();
}

function silence() {
  speaker.own?.clear();
  speaker.agent?.clear();
}

/** @param {string} words */
function complain(words) {
  problem.textContent = words;
  problem.hidden = false;
}

/** @param {string} words */
function say(words) {
  const trimmed = words.trim();
  if (!trimmed || text.disabled) return;
  problem.hidden = true;
  line.send({ type: 'say', text: trimmed, voice: /** @type {any} */ (voice.value) });
}

function sayTyped() {
  say(text.value);
  text.value = '';
}

byId('dial-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  // Twilio's own spelling: no blanks, brackets or dashes.
  const number = (/** @type {string} */ id) =>
    byId(id, HTMLInputElement).value.replaceAll(/[\s().-]/g, '');
  problem.hidden = true;
  // Without sound there is still a call: the turns show what is said.
  speaker.start().then(applyVolumes, (error) => complain(`There is no sound. ${error.message}`));
  line.send({ type: 'dial', from: number('from'), to: number('to') });
});

byId('hang-up', HTMLButtonElement).addEventListener('click', () => line.send({ type: 'hang-up' }));

byId('say-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  sayTyped();
});
text.addEventListener('keydown', (event) => {
  // While an input method composes a character, Enter belongs to it.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sayTyped();
});

stopButton.addEventListener('click', () => line.send({ type: 'stop-talking' }));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || stopButton.disabled) return;
  if (takesText(event.target) && event.target !== text) return;
  line.send({ type: 'stop-talking' });
});

byId('samples', HTMLDivElement).replaceChildren(
  ...SAMPLES.map((phrase) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sample';
    button.lang = 'es';
    button.disabled = true;
    button.textContent = phrase;
    button.addEventListener('click', () => say(phrase));
    return button;
  }),
);

function applyVolumes() {
  speaker.agent?.setAudible(byId('hear-agent', HTMLInputElement).checked);
  speaker.own?.setAudible(byId('hear-self', HTMLInputElement).checked);
}
byId('hear-agent', HTMLInputElement).addEventListener('change', applyVolumes);
byId('hear-self', HTMLInputElement).addEventListener('change', applyVolumes);

const dictationNote = byId('dictation-note', HTMLParagraphElement);
if (dictation) {
  dictateButton.addEventListener('click', () =>
    dictation.on ? dictation.stop() : dictation.start(),
  );
  dictationNote.textContent =
    '“Speak” uses this browser’s speech recognition; the chosen voice says your words. Use headphones.';
} else {
  dictateButton.hidden = true;
  dictationLanguage.hidden = true;
  dictationNote.textContent =
    'This browser has no speech recognition, so you can type only. Chrome, Edge and Safari have it.';
}

// On a small screen the conversation comes first.
byId('keypad', HTMLDetailsElement).open = matchMedia('(width >= 780px)').matches;
showLevels(speaker);
// For somebody who looks at the page from its console, and for the browser test.
Object.assign(window, { webPhone: { speaker, turns } });
