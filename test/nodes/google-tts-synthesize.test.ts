import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { IDataObject } from 'n8n-workflow';

import { inVirtualTime, refusal, run, speaks, spoken, textOf } from './google-tts-node.ts';

const synthesize = (parameters: IDataObject = {}) => ({
  resource: 'speech',
  operation: 'synthesize',
  text: 'Hola.',
  format: 'mulaw',
  ...parameters,
});
const voice = (value: string) => ({ mode: 'name', value });

describe('what the builder filled in wrongly is told before anything is sent', () => {
  const wrong: Array<[parameters: IDataObject, told: RegExp]> = [
    [{ text: '' }, /The field Text is empty.*expression/s],
    [{ text: ' \n' }, /The field Text is empty/],
    [{ text: '… — ?!' }, /There is nothing to say/],
    [{ input: 'ssml', ssml: '' }, /The field SSML is empty/],
    [{ input: 'ssml', ssml: 'Hola' }, /SSML, line 1, column 1: There is text in front of <speak>/],
    [
      {
        input: 'ssml',
        ssml: '<speak><break time="1s"/></speak>',
        voice: voice('es-US-Chirp3-HD-Kore'),
      },
      /Chirp 3 HD voices do not take <break>.*Markup/s,
    ],
    [
      { input: 'ssml', ssml: '<speak>Hola</speak>', voice: voice('en-US-Journey-F') },
      /en-US-Journey-F takes no SSML/,
    ],
    [
      { input: 'ssml', ssml: `<speak>${'hola '.repeat(1001)}</speak>` },
      /SSML, line 1, column 8: What begins here is longer than 5000 bytes.*<p> or <s>/s,
    ],
    [{ input: 'markup', markup: 'Hola [pause]' }, /es-US-Neural2-A takes no markup.*Chirp 3 HD/s],
    [
      { input: 'markup', markup: 'Hola [pause 2s]', voice: voice('es-US-Chirp3-HD-Kore') },
      /Markup, line 1, column 6: "\[pause 2s\]" is no pause that Google knows/,
    ],
    [{ voice: voice('') }, /The field Voice is empty/],
    [
      { voice: voice('Achernar'), language: 'all' },
      /The language of the voice "Achernar" is not known/,
    ],
    [{ options: { speakingRate: 3 } }, /The option Speaking Rate is out of range.*0\.25 to 2/s],
    [{ options: { pitch: -30 } }, /The option Pitch is out of range/],
    [{ options: { gainDb: 20 } }, /The option Gain is out of range/],
    [{ options: { pitch: 'alto' } }, /instead of "alto"/],
    [
      { options: { pitch: 1 }, voice: voice('es-ES-Studio-C') },
      /es-ES-Studio-C takes no pitch.*Neural2/s,
    ],
    [
      { options: { speakingRate: 1.2 }, voice: voice('es-US-Journey-D') },
      /es-US-Journey-D takes no speaking rate/,
    ],
    [{ format: 'mp3', options: { sampleRateHz: 9000 } }, /no sample rate of 9000 Hz.*8000, 11025/s],
    [{ format: 'oggOpus', options: { sampleRateHz: 44_100 } }, /no sample rate of 44100 Hz/],
    [{ format: 'wav', options: { sampleRateHz: 96_000 } }, /Sample Rate is out of range/],
    [{ format: 'flac' }, /has no format "flac".*mulawWav/s],
    [{ options: { parallel: 0 } }, /The option Parallel Requests is out of range/],
    [{ options: { requestsPerMinute: 1.5 } }, /Requests per Minute is not a whole number/],
  ];
  for (const [parameters, told] of wrong) {
    test(`${JSON.stringify(parameters).slice(0, 80)}`, async () => {
      const { error, sent } = await run({ parameters: synthesize(parameters) });
      assert.match(`${error?.message ?? ''} ${error?.description ?? ''}`, told);
      assert.deepEqual(sent, []);
    });
  }
});

describe('what Google answers', () => {
  const voiceIn = 'field Voice';
  const refused: Array<[reply: ReturnType<typeof refusal>, told: RegExp]> = [
    [
      refusal(400, 'INVALID_ARGUMENT', "Voice 'x' does not exist. Is it misspelled?"),
      new RegExp(`Google knows no such voice.*${voiceIn}`, 's'),
    ],
    [
      refusal(
        400,
        'INVALID_ARGUMENT',
        "Requested language code, 'es-CL', doesn't match the voice 'es-US-Neural2-A' language code, 'es-US'. Please choose a different voice.",
      ),
      /The voice does not speak this language/,
    ],
    [
      refusal(
        400,
        'INVALID_ARGUMENT',
        'This voice does not support pitch parameters at this time.',
      ),
      /takes no pitch, or no speaking rate.*Remove the options/s,
    ],
    [
      refusal(400, 'INVALID_ARGUMENT', 'This voice currently does not support SSML input.'),
      /The voice takes no SSML/,
    ],
    [refusal(400, 'INVALID_ARGUMENT', 'Invalid SSML. Newer SSML.'), /Google refused the SSML/],
    [
      refusal(
        400,
        'INVALID_ARGUMENT',
        'This request contains sentences that are too long. Consider splitting up long sentences with sentence ending punctuation e.g. periods.',
      ),
      /A sentence is too long for this voice.*full stops/s,
    ],
    [
      refusal(400, 'INVALID_ARGUMENT', 'Unsupported sample rate: 11025.'),
      /does not make this sample rate/,
    ],
    [
      refusal(400, 'INVALID_ARGUMENT', 'This voice requires a model name to be specified.'),
      /belongs to a model/,
    ],
    [
      refusal(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
      ]),
      /Google refused the API key/,
    ],
    [refusal(400, 'INVALID_ARGUMENT', 'Something new.'), /refused the request: Something new\./],
    [
      refusal(403, 'PERMISSION_DENIED', 'Cloud Text-to-Speech API has not been used…', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SERVICE_DISABLED' },
      ]),
      /Cloud Text-to-Speech API is not enabled/,
    ],
  ];
  for (const [reply, told] of refused) {
    test(`${String(reply.statusCode)} ${told.source}`, async () => {
      const { error, sent } = await run({ parameters: synthesize(), answer: () => reply });
      assert.match(`${error?.message ?? ''} ${error?.description ?? ''}`, told);
      assert.equal(error?.context.itemIndex, 0);
      assert.equal(sent.length, 1, 'is not asked again');
    });
  }

  test('no audio at all is an error', async () => {
    const { error } = await run({ parameters: synthesize(), answer: () => ({ body: {} }) });
    assert.match(error?.message ?? '', /Google sent no audio/);
  });

  test('audio that was cut off is an error', async () => {
    const whole = Buffer.from(spoken('Hola, ¿cómo está?'), 'base64');
    const audioContent = whole.subarray(0, -5).toString('base64');
    const { error } = await run({
      parameters: synthesize(),
      answer: () => ({ body: { audioContent } }),
    });
    assert.match(error?.message ?? '', /The audio that arrived was cut off: \d+ of \d+ bytes/);
  });

  test('audio in another format is an error', async () => {
    const { error } = await run({
      parameters: synthesize({ format: 'mp3' }),
      answer: () => ({ body: { audioContent: Buffer.from('no es audio').toString('base64') } }),
    });
    assert.match(error?.message ?? '', /The audio that arrived is not MP3/);
  });

  for (const [name, body, told] of [
    ['that was cut off', '{"audioContent":"UklGR', /no complete answer.*cut off/],
    ['that is a web page', '<html>Proxy</html>', /no complete answer.*web page/],
  ] as const) {
    test(`an answer ${name} is an error`, async () => {
      const { error } = await run({ parameters: synthesize(), answer: () => ({ body }) });
      assert.match(error?.message ?? '', told);
    });
  }

  test('429 without a time is waited out with growing pauses', async (t) => {
    let left = 3;
    const { result, ms } = await inVirtualTime(t, () =>
      run({
        parameters: synthesize(),
        answer: (request) =>
          left-- > 0 ? refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded') : speaks(request),
      }),
    );
    assert.equal(result.error, undefined);
    assert.equal(result.sent.length, 4);
    assert.ok(ms >= 5000 && ms <= 12_000, String(ms));
  });

  test('429 with a time is waited out as long as Google asks', async (t) => {
    let left = 1;
    const { result, ms } = await inVirtualTime(t, () =>
      run({
        parameters: synthesize(),
        answer: (request) =>
          left-- > 0
            ? refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', [
                { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17s' },
              ])
            : speaks(request),
      }),
    );
    assert.equal(result.error, undefined);
    assert.equal(ms, 17_000);
  });

  test('429 that stays is an error with the cure', async (t) => {
    const { result } = await inVirtualTime(t, () =>
      run({
        parameters: synthesize(),
        answer: () => refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded'),
      }),
    );
    assert.match(result.error?.message ?? '', /Too many requests to Google Text-to-Speech/);
    assert.equal(result.sent.length, 6);
  });

  test('503 that stays is an error', async (t) => {
    const { result } = await inVirtualTime(t, () =>
      run({ parameters: synthesize(), answer: () => refusal(503, 'UNAVAILABLE', 'try later') }),
    );
    assert.match(result.error?.message ?? '', /is not available at the moment/);
  });
});

describe('many items', () => {
  const texts = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ text: `Ficha ${String(index)}.` }));
  const parameters = (options: IDataObject = {}) =>
    synthesize({ text: '={{ $json.text }}', options });

  test('10,000 keep their order and stay below the quota of each minute', async (t) => {
    const items = texts(10_000);
    const { result, ms } = await inVirtualTime(t, () =>
      run({ parameters: parameters({ parallel: 20, requestsPerMinute: 1000 }), items }),
    );
    assert.equal(result.error, undefined);
    assert.deepEqual(
      result.items.map(({ binary, pairedItem }) => [
        Buffer.from(binary?.data?.data ?? '', 'base64').toString('latin1'),
        (pairedItem as { item: number }).item,
      ]),
      items.map(({ text }, index) => [text, index]),
    );
    assert.equal(ms, 9 * 60_000);
  });

  test('the quota is that of the family when nothing else is said', async (t) => {
    const { ms } = await inVirtualTime(t, () =>
      run({
        parameters: { ...parameters(), voice: voice('es-US-Chirp3-HD-Kore') },
        items: texts(401),
      }),
    );
    assert.equal(ms, 2 * 60_000);
  });

  test('after a failure no further item is sent', async () => {
    const { error, sent } = await run({
      parameters: parameters({ parallel: 2 }),
      items: texts(50),
      answer: (request) =>
        textOf(request) === 'Ficha 3.' ? refusal(400, 'INVALID_ARGUMENT', 'No.') : speaks(request),
    });
    assert.equal(error?.context.itemIndex, 3);
    assert.ok(sent.length <= 6, String(sent.length));
  });

  test('with Continue on Fail the others go on', async () => {
    const { items } = await run({
      parameters: parameters(),
      items: texts(5),
      continueOnFail: true,
      answer: (request) =>
        textOf(request) === 'Ficha 3.' ? refusal(400, 'INVALID_ARGUMENT', 'No.') : speaks(request),
    });
    assert.deepEqual(
      items.map(({ json }) => typeof json.error),
      ['undefined', 'undefined', 'undefined', 'string', 'undefined'],
    );
  });
});

test('parts of a long text are joined in order, whichever comes first', async () => {
  const text = Array.from({ length: 900 }, (_, index) => `Frase ${String(index)}.`).join(' ');
  const { items, files, sent } = await run({ parameters: synthesize({ text }) });
  assert.ok(sent.length > 1);
  assert.equal(files[0]?.toString('latin1').replaceAll(' ', ''), text.replaceAll(' ', ''));
  assert.equal(items[0]?.json.chunks, sent.length);
  assert.equal(items[0]?.json.durationMs, Math.round((files[0]?.length ?? 0) / 8));
});

test('characters are counted as Google does: whole ones, not bytes', async () => {
  const { items } = await run({
    parameters: synthesize({ text: 'Ñandú 🚗' }),
    answer: () => ({ body: { audioContent: spoken('x') } }),
  });
  assert.equal(items[0]?.json.characters, 7);
  assert.equal(items[0]?.json.billedCharacters, 7);
});

test('pitch, gain and effects are sent only when they differ from what is usual', async () => {
  const { sent } = await run({
    parameters: synthesize({
      options: { pitch: 0, gainDb: 0, speakingRate: 1, effectsProfiles: [] },
    }),
  });
  const audioConfig = { audioEncoding: 'MULAW', sampleRateHertz: 8000 };
  assert.deepEqual((sent[0]?.body as IDataObject).audioConfig, audioConfig);
  const other = await run({
    parameters: synthesize({
      options: { pitch: -2.5, gainDb: 3, effectsProfiles: ['telephony-class-application'] },
    }),
  });
  assert.deepEqual((other.sent[0]?.body as IDataObject).audioConfig, {
    ...audioConfig,
    pitch: -2.5,
    volumeGainDb: 3,
    effectsProfileId: ['telephony-class-application'],
  });
});

test('with a sidecar it is told how many items did not use the phrase cache', async () => {
  const { hints } = await run({
    parameters: synthesize({ options: { pitch: 2 } }),
    sidecar: true,
  });
  assert.match(hints[0]?.message ?? '', /1 of 1 items did not use the phrase cache/);
  const off = await run({
    parameters: synthesize({ options: { useCache: false } }),
    sidecar: true,
  });
  assert.equal(off.items[0]?.json.cache, 'off');
  assert.deepEqual(off.hints, [], 'who turned it off knows');
});

describe('the phrase cache of the sidecar', () => {
  const audio = Buffer.from('ulaw').toString('base64');
  const cached = { audio, encoding: 'audio/x-mulaw', sampleRateHz: 8000, cached: true };

  test('another encoding than agreed is an error', async () => {
    const { error } = await run({
      parameters: synthesize(),
      sidecar: true,
      answer: () => ({ body: { ...cached, encoding: 'audio/mpeg' } }),
    });
    assert.match(error?.message ?? '', /something else than µ-law at 8 kHz/);
  });

  test('its limit is waited out', async (t) => {
    let left = 2;
    const { result, ms } = await inVirtualTime(t, () =>
      run({
        parameters: synthesize({ options: { tenant: { mode: 'id', value: 'andes' } } }),
        sidecar: true,
        answer: () => (left-- > 0 ? { statusCode: 429, body: {} } : { body: cached }),
      }),
    );
    assert.equal(result.error, undefined);
    assert.equal(result.items[0]?.json.cache, 'hit');
    assert.equal((result.sent[0]?.body as IDataObject).tenant, 'andes');
    assert.equal(ms, 3000);
  });
});
