import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GoogleError } from './google-error.ts';
import { ProtoJson } from './proto-json.ts';

const json = new ProtoJson('@google-cloud/speech/build/protos/protos.json');
const V1 = 'google.cloud.speech.v1';
const V2 = 'google.cloud.speech.v2';

function refusal(typeName: string, body: unknown): GoogleError {
  try {
    json.read(typeName, body);
  } catch (error) {
    assert.ok(error instanceof GoogleError);
    return error;
  }
  throw new Error('it was accepted');
}

describe('JSON of a request', () => {
  it('becomes what gRPC delivers: names of enums, defaults, the alternative that was taken', () => {
    const message = json.read(`${V1}.RecognizeRequest`, {
      config: { encoding: 3, sample_rate_hertz: '8000', languageCode: 'es-US' },
      audio: { content: 'AQI=' },
    });
    const config = message['config'] as Record<string, unknown>;
    assert.equal(config['encoding'], 'MULAW');
    assert.equal(config['sampleRateHertz'], 8_000);
    assert.equal(config['maxAlternatives'], 0);
    assert.deepEqual(config['speechContexts'], []);
    assert.equal(config['diarizationConfig'], null);
    assert.deepEqual(message['audio'], {
      audioSource: 'content',
      content: Uint8Array.of(1, 2),
    });
  });

  it('may have lists, maps, durations, masks and wrapped values', () => {
    const message = json.read(`${V2}.RecognizeRequest`, {
      configMask: 'features,languageCodes',
      config: { autoDecodingConfig: {}, languageCodes: ['es-US', 'en-US'] },
    });
    assert.deepEqual(message['configMask'], { paths: ['features', 'language_codes'] });
    const streaming = json.read(`${V1}.StreamingRecognitionConfig`, {
      voiceActivityTimeout: { speechStartTimeout: '2.5s' },
      config: { enableSpokenEmojis: true },
    });
    assert.deepEqual(streaming['voiceActivityTimeout'], {
      speechStartTimeout: { seconds: '2', nanos: 500_000_000 },
      speechEndTimeout: null,
    });
    assert.deepEqual((streaming['config'] as Record<string, unknown>)['enableSpokenEmojis'], {
      value: true,
    });
  });

  it('is refused for unknown names, with every one of them and where it is', () => {
    const error = refusal(`${V1}.RecognizeRequest`, {
      config: { langCode: 'es', adaptation: { phraseSets: [{ phrases: [{ text: 'x' }] }] } },
      voice: {},
    });
    assert.equal(
      error.message,
      [
        `Invalid JSON payload received. Unknown name "langCode" at 'config': Cannot find field.`,
        `Invalid JSON payload received. Unknown name "text" at 'config.adaptation.phrase_sets[0].phrases[0]': Cannot find field.`,
        `Invalid JSON payload received. Unknown name "voice": Cannot find field.`,
      ].join('\n'),
    );
    const { error: body } = error.toBody() as { error: { status: string; details: unknown[] } };
    assert.equal(body.status, 'INVALID_ARGUMENT');
    assert.equal(body.details.length, 1);
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    [
      'a number that is none',
      { config: { sampleRateHertz: 'fast' } },
      `Invalid value at 'config.sample_rate_hertz' (TYPE_INT32), "fast"`,
    ],
    [
      'an enum without such a value',
      { config: { encoding: 'WAV' } },
      `Invalid value at 'config.encoding' (type.googleapis.com/google.cloud.speech.v1.RecognitionConfig.AudioEncoding), "WAV"`,
    ],
    [
      'bytes that are not base64',
      { audio: { content: '¿?' } },
      `Invalid value at 'audio.content' (TYPE_BYTES), "¿?"`,
    ],
    [
      'a list in place of one',
      { config: { languageCode: ['es-US'] } },
      `Invalid JSON payload received. Unknown name "languageCode" at 'config': Proto field is not repeating, cannot start list.`,
    ],
    [
      'two alternatives at once',
      { audio: { uri: 'gs://a/b', content: '' } },
      `Invalid value at 'audio' (oneof), oneof field 'audio_source' is already set. Cannot set 'content'`,
    ],
    [
      'something else than a message',
      { config: 'es-US' },
      `Invalid value at 'config' (type.googleapis.com/google.cloud.speech.v1.RecognitionConfig), "es-US"`,
    ],
  ];
  for (const [what, body, message] of wrong) {
    it(`is refused for ${what}`, () => {
      assert.equal(refusal(`${V1}.RecognizeRequest`, body).message, message);
    });
  }
});

describe('JSON of an answer', () => {
  it('leaves out defaults, and writes durations, bytes, maps and messages of any type', () => {
    const written = json.write('google.longrunning.Operation', {
      name: '7',
      done: false,
      response: {
        typeName: `${V2}.BatchRecognizeResponse`,
        message: {
          results: { 'gs://a/b': { inlineResult: { transcript: { results: [] } } } },
          totalBilledDuration: { seconds: '3', nanos: 20_000_000 },
        },
      },
    });
    assert.deepEqual(written, {
      name: '7',
      response: {
        '@type': 'type.googleapis.com/google.cloud.speech.v2.BatchRecognizeResponse',
        results: { 'gs://a/b': { inlineResult: { transcript: {} } } },
        totalBilledDuration: '3.020s',
      },
    });
  });

  it('has enums by name or by number', () => {
    const voices = new ProtoJson('@google-cloud/text-to-speech/build/protos/protos.json');
    const answer = { voices: [{ name: 'x', ssmlGender: 'FEMALE' }] };
    const type = 'google.cloud.texttospeech.v1.ListVoicesResponse';
    assert.deepEqual(voices.write(type, answer), answer);
    assert.deepEqual(voices.write(type, answer, true), { voices: [{ name: 'x', ssmlGender: 2 }] });
  });
});
