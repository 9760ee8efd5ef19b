// @ts-check

/**
 * Speech of the person at the page, through the browser's own recognizer where it has one. Its text
 * is said on the line by the simulated voice: the line knows only voices it can recognize again.
 */
const PROBLEMS = /** @type {Record<string, string>} */ ({
  'not-allowed': 'The browser may not use the microphone.',
  'service-not-allowed': 'The browser does not allow speech recognition here.',
  'audio-capture': 'There is no microphone.',
  network: 'The browser’s speech recognition needs an internet connection.',
  'language-not-supported': 'The browser does not recognize this language.',
});

/**
 * @param {{ language(): string, said(text: string): void, interim(text: string): void,
 *   changed(on: boolean): void, problem(words: string): void }} events
 * @returns {{ readonly on: boolean, start(): void, stop(): void } | undefined} undefined where the browser has no recognizer
 */
export function openDictation(events) {
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recognition) return undefined;
  /** @type {Dictation | undefined} */
  let active;

  const stop = () => {
    const recognition = active;
    active = undefined;
    recognition?.abort();
    events.interim('');
    events.changed(false);
  };

  const start = () => {
    if (active) return;
    const recognition = new Recognition();
    recognition.lang = events.language();
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.onresult = ({ resultIndex, results }) => {
      let interim = '';
      for (let index = resultIndex; index < results.length; index += 1) {
        const result = results[index];
        if (!result) continue;
        const text = result[0].transcript.trim();
        if (!result.isFinal) interim += `${text} `;
        else if (text) events.said(text);
      }
      events.interim(interim.trim());
    };
    recognition.onerror = ({ error }) => {
      // Nobody spoke, or we stopped it: not a problem.
      if (error === 'no-speech' || error === 'aborted') return;
      events.problem(PROBLEMS[error] ?? `Speech recognition failed: ${error}`);
      if (active === recognition) stop();
    };
    // Browsers end it by themselves after a while; it goes on until the person switches it off.
    recognition.onend = () => {
      if (active === recognition) recognition.start();
    };
    active = recognition;
    recognition.start();
    events.changed(true);
  };

  return {
    get on() {
      return active !== undefined;
    },
    start,
    stop,
  };
}
