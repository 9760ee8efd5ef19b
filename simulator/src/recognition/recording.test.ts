import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readAudioFile } from '../audio/audio-file.ts';
import { makeRecording } from '../google/testing/recordings.ts';
import type { RecordingRequest } from '../google/testing/recordings.ts';
import { createVoices } from '../voices/espeak-voices.ts';
import type { EspeakVoices } from '../voices/espeak-voices.ts';
import type { RecordingRecognizer } from './contract.ts';
import { createRecordingRecognizer } from './recording.ts';
import { seededRandom } from './testing/made-up-speech.ts';

const CLERK = 'es-419+f3';
const CALLER = 'es-419+m3';
const TURNS = [
  { voice: CLERK, text: 'Taller El Roble, buenos días. ¿En qué le puedo ayudar?' },
  { voice: CALLER, text: 'Quiero una hora para la revisión de los frenos.' },
  { voice: CLERK, text: 'Sí. ¿Mañana a las diez y media?' },
  { voice: CALLER, text: 'Sí, gracias.' },
];

let voices: EspeakVoices;
let recognizer: RecordingRecognizer;
before(async () => {
  voices = await createVoices();
  recognizer = createRecordingRecognizer(voices.lexicon);
});
after(() => voices.close());

async function hear(request: RecordingRequest) {
  const recording = await makeRecording(voices, request);
  const { channels } = await readAudioFile(recording.file);
  return { recording, heard: await recognizer.recognize(channels[0]!) };
}

describe('a recording is understood', () => {
  const compressions = [
    { format: 'wav', sampleRateHz: 8_000 },
    { format: 'wav', sampleRateHz: 44_100 },
    { format: 'mulaw-wav', sampleRateHz: 8_000 },
    { format: 'flac', sampleRateHz: 16_000 },
    { format: 'mp3', sampleRateHz: 8_000 },
    { format: 'mp3', sampleRateHz: 16_000 },
    { format: 'ogg-opus', sampleRateHz: 8_000 },
    { format: 'ogg-opus', sampleRateHz: 48_000 },
  ] as const;
  for (const { format, sampleRateHz } of compressions) {
    it(`as ${format} at ${sampleRateHz} Hz, with who spoke and when`, async () => {
      const { recording, heard } = await hear({ turns: TURNS, format, sampleRateHz });
      assert.deepEqual(
        heard.map(({ text, voice }) => ({ text, voice })),
        TURNS.map(({ text, voice }) => ({ text, voice })),
      );
      // MP3 begins later by the delay of the encoder and the decoder.
      const shift = format === 'mp3' ? 150 : 2;
      for (const [i, speech] of heard.entries()) {
        for (const [j, word] of speech.words.entries()) {
          const truth = recording.turns[i]!.words[j]!;
          assert.ok(Math.abs(word.startMs - truth.startMs) <= shift, word.word);
          assert.ok(word.confidence > 0.7 && word.confidence <= 1);
        }
      }
    });
  }

  it('wherever it is cut, without the words that are cut', async () => {
    const recording = await makeRecording(voices, { turns: TURNS.slice(1, 2), leadMs: 0 });
    const { channels } = await readAudioFile(recording.file);
    const { words } = recording.turns[0]!;
    const cutAt = (words[4]!.startMs + words[4]!.endMs) / 2;
    const cut = Math.round(cutAt * 8);
    const texts = async (pcm: Int16Array) =>
      (await recognizer.recognize(pcm)).map(({ text }) => text).join(' ');
    assert.equal(await texts(channels[0]!.subarray(0, cut)), 'Quiero una hora para');
    assert.equal(await texts(channels[0]!.subarray(cut)), 'revisión de los frenos.');
  });

  it('in a long recording with pauses and many utterances', async () => {
    const turns = Array.from({ length: 24 }, (_, i) => ({
      voice: i % 2 === 0 ? CLERK : CALLER,
      text: `Número ${i}, ${TURNS[i % TURNS.length]!.text}`,
    }));
    const { recording, heard } = await hear({ turns, format: 'mp3', pausesMs: 1_500 });
    assert.ok(recording.durationMs > 90_000);
    assert.equal(heard.map(({ text }) => text).join(' '), turns.map(({ text }) => text).join(' '));
  });

  it('at a low volume and with noise behind it', async () => {
    const recording = await makeRecording(voices, { turns: TURNS });
    const { channels } = await readAudioFile(recording.file);
    const random = seededRandom(3);
    const noisy = channels[0]!.map((sample) => sample * 0.1 + (random() - 0.5) * 60);
    const heard = await recognizer.recognize(noisy);
    assert.deepEqual(
      heard.map(({ text }) => text),
      TURNS.map(({ text }) => text),
    );
  });

  it('not at all when nobody known speaks: noise, silence, a voice from elsewhere', async () => {
    const random = seededRandom(9);
    const noise = Int16Array.from({ length: 40_000 }, () => (random() - 0.5) * 12_000);
    const elsewhere = await createVoices();
    const unknown = await makeRecording(elsewhere, {
      turns: [{ voice: 'es-419+m7', text: 'Nadie conoce estas palabras de otra parte.' }],
    });
    await elsewhere.close();
    const { channels } = await readAudioFile(unknown.file);
    for (const pcm of [noise, new Int16Array(40_000), new Int16Array(0), channels[0]!]) {
      assert.deepEqual(await recognizer.recognize(pcm), []);
    }
  });
});
