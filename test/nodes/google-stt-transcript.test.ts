import assert from 'node:assert/strict';
import { test } from 'node:test';

import type * as Output from '../../nodes/GoogleSTT/transcript/output.ts';
import type * as Segments from '../../nodes/GoogleSTT/transcript/segments.ts';
import type * as Subtitles from '../../nodes/GoogleSTT/transcript/subtitles.ts';
import type * as Turns from '../../nodes/GoogleSTT/transcript/turns.ts';
import { built } from './package.ts';

const { readRecognized } = built<typeof Segments>('nodes/GoogleSTT/transcript/segments');
const { turnsOf } = built<typeof Turns>('nodes/GoogleSTT/transcript/turns');
const { cuesOf, toSrt, toVtt } = built<typeof Subtitles>('nodes/GoogleSTT/transcript/subtitles');
const { transcriptOf } = built<typeof Output>('nodes/GoogleSTT/transcript/output');

const word = (text: string, from: number, to: number, more = {}) => ({
  word: text,
  startTime: `${from}s`,
  endTime: `${to}s`,
  ...more,
});

test('reads version 1, with times from the beginning of the whole recording', () => {
  const { segments, billedDurationMs } = readRecognized(
    {
      results: [
        {
          alternatives: [
            { transcript: 'hola', confidence: 0.91, words: [word('hola', 0.4, 1.1)] },
            { transcript: 'ola' },
          ],
          resultEndTime: '1.300s',
          languageCode: 'es-cl',
        },
        { alternatives: [{ transcript: ' buenas tardes', confidence: 0 }], resultEndTime: '3s' },
      ],
      totalBilledTime: '15s',
    },
    50_000,
  );
  assert.equal(billedDurationMs, 15_000);
  assert.deepEqual(segments[0], {
    text: 'hola',
    confidence: 0.91,
    language: 'es-cl',
    channel: null,
    startMs: 50_400,
    endMs: 51_300,
    words: [{ word: 'hola', startMs: 50_400, endMs: 51_100, confidence: null, speaker: null }],
    alternatives: ['ola'],
  });
  // Google's 0 means that it does not know; without word times a segment begins where the last ended.
  assert.deepEqual(
    [segments[1]?.confidence, segments[1]?.startMs, segments[1]?.endMs],
    [null, 51_300, 53_000],
  );
});

test('reads version 2', () => {
  const { segments, billedDurationMs } = readRecognized(
    {
      results: [
        {
          alternatives: [
            {
              transcript: 'sí',
              words: [{ word: 'sí', startOffset: '0.1s', endOffset: '0.5s', speakerLabel: '2' }],
            },
          ],
          resultEndOffset: '0.700s',
          channelTag: 2,
        },
      ],
      metadata: { totalBilledDuration: '1s' },
    },
    0,
  );
  assert.equal(billedDurationMs, 1000);
  assert.equal(segments[0]?.channel, 2);
  assert.equal(segments[0]?.words[0]?.speaker, '2');
});

test('silence gives no segments', () => {
  assert.deepEqual(readRecognized({}, 0), { segments: [], billedDurationMs: null });
  assert.deepEqual(readRecognized({ results: [{ resultEndTime: '5s' }] }, 0).segments, []);
});

test('with diarization, version 1 repeats all words at the end: nothing is said twice', () => {
  const said = [
    word('hola', 0, 0.5, { speakerTag: 1 }),
    word('buenas', 1, 1.5, { speakerTag: 2 }),
    word('adiós', 3, 3.5, { speakerTag: 1 }),
  ];
  const { segments } = readRecognized(
    {
      results: [
        {
          alternatives: [
            { transcript: 'hola buenas', words: [word('hola', 0, 0.5), word('buenas', 1, 1.5)] },
          ],
          resultEndTime: '2s',
        },
        {
          alternatives: [{ transcript: 'adiós', words: [word('adiós', 3, 3.5)] }],
          resultEndTime: '4s',
        },
        { alternatives: [{ words: said }], resultEndTime: '4s' },
      ],
    },
    0,
  );
  assert.deepEqual(
    turnsOf(segments, ['Cliente']).map(({ speaker, text }) => [speaker, text]),
    [
      ['Cliente', 'hola'],
      ['Speaker 2', 'buenas'],
      ['Cliente', 'adiós'],
    ],
  );
});

test('turns of two channels alternate by time, and one party that goes on stays one turn', () => {
  const segment = (channel: number, text: string, startMs: number, endMs: number) => ({
    text,
    channel,
    startMs,
    endMs,
    confidence: null,
    language: null,
    words: [],
    alternatives: [],
  });
  const turns = turnsOf(
    [
      segment(1, 'hola', 0, 900),
      segment(1, 'quiero una hora', 1000, 2000),
      segment(1, 'gracias', 5000, 5500),
      segment(2, 'claro que sí', 2500, 4000),
    ],
    ['Cliente', 'Agente'],
  );
  assert.deepEqual(
    turns.map(({ speaker, text, startMs, endMs }) => [speaker, text, startMs, endMs]),
    [
      ['Cliente', 'hola quiero una hora', 0, 2000],
      ['Agente', 'claro que sí', 2500, 4000],
      ['Cliente', 'gracias', 5000, 5500],
    ],
  );
});

test('the transcript has lines with names where parties are told apart, and means weighted by length', () => {
  const { segments } = readRecognized(
    {
      results: [
        {
          alternatives: [{ transcript: 'a'.repeat(30), confidence: 0.9 }],
          resultEndTime: '2s',
          channelTag: 1,
          languageCode: 'es-us',
        },
        {
          alternatives: [{ transcript: 'b'.repeat(10), confidence: 0.5 }],
          resultEndTime: '4s',
          channelTag: 2,
          languageCode: 'es-us',
        },
      ],
    },
    0,
  );
  const { json } = transcriptOf(
    { segments, billedDurationMs: 4000, language: 'es-CL', pieces: 1 },
    { words: false, turns: true, alternatives: false, names: [] },
  );
  assert.equal(json.text, `Channel 1: ${'a'.repeat(30)}\nChannel 2: ${'b'.repeat(10)}`);
  assert.equal(json.confidence, 0.8);
  assert.equal(json.language, 'es-us');
  assert.equal((json.turns as unknown[]).length, 2);
});

const turn = (text: string, startMs: number, speaker: string | null = null) => {
  const words = text.split(' ').map((each, index) => ({
    word: each,
    startMs: startMs + index * 400,
    endMs: startMs + index * 400 + 350,
    confidence: null,
    speaker: null,
  }));
  return { speaker, channel: null, startMs, endMs: words.at(-1)?.endMs ?? startMs, text, words };
};

test('subtitles are short, in order, never overlap, and lose no word', () => {
  const text = Array.from({ length: 60 }, (_, index) => `palabra${index}`).join(' ');
  const cues = cuesOf([turn(text, 500), turn('y fin.', 30_000)]);
  cues.forEach((cue, index) => {
    assert.ok(cue.text.length <= 84, cue.text);
    assert.ok(cue.endMs - cue.startMs <= 7000);
    assert.ok(cue.endMs > cue.startMs);
    assert.ok(cue.endMs <= (cues[index + 1]?.startMs ?? Infinity));
  });
  assert.equal(cues.map((cue) => cue.text).join(' '), `${text} y fin.`);
});

test('writes SRT', () => {
  assert.equal(
    toSrt(cuesOf([turn('hola', 3_723_004, 'Cliente')])),
    '1\n01:02:03,004 --> 01:02:03,704\nCliente: hola\n',
  );
});

test('writes WebVTT, with the voices and without markup of the words', () => {
  assert.equal(
    toVtt(cuesOf([turn('a < b & c', 0, 'Ana'), turn('sí', 5000)])),
    'WEBVTT\n\n00:00:00.000 --> 00:00:01.950\n<v Ana>a &lt; b &amp; c\n\n00:00:05.000 --> 00:00:05.700\nsí\n',
  );
});

test('a turn without word times is spread over its time', () => {
  const cues = cuesOf([{ ...turn('uno dos tres', 0), words: [], endMs: 3000 }]);
  assert.deepEqual([cues[0]?.startMs, cues.at(-1)?.endMs], [0, 3000]);
});

test('long lines are broken in two near the middle', () => {
  const [, , ...lines] = toSrt(
    cuesOf([turn('una frase que tiene bastante más de cuarenta y dos letras', 0)]),
  )
    .trim()
    .split('\n');
  assert.equal(lines.length, 2);
  assert.ok(lines.every(({ length }) => length <= 42));
});
