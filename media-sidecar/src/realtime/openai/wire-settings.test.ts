import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RealtimeSettings } from '../contract.ts';
import { checkRealtimeModel, realtimeModels } from './models.ts';
import { SipTuning } from './sip-tuning.ts';
import { settings, startReadyRig, startRig } from './testing/fake-socket.ts';
import { acceptToWire, sessionToWire } from './wire-settings.ts';

const tool = { name: 'buscar', description: 'Busca.', parameters: { type: 'object' } };

describe('the settings of a session', () => {
  it('are all named, so that no default of the provider counts', () => {
    const wire = sessionToWire({
      ...settings,
      speed: 1.1,
      tools: [tool],
      turnDetection: { type: 'server_vad', silenceDurationMs: 700 },
      noiseReduction: 'near_field',
      transcriptionPrompt: 'Automotora Andes',
      maxOutputTokens: 800,
      reasoningEffort: 'low',
      answers: 'when-asked',
    });
    assert.deepEqual(wire, {
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: 'Eres Ana.',
      tools: [{ type: 'function', ...tool }],
      tool_choice: 'auto',
      max_output_tokens: 800,
      reasoning: { effort: 'low' },
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: { type: 'near_field' },
          transcription: {
            model: 'gpt-4o-mini-transcribe',
            language: 'es',
            prompt: 'Automotora Andes',
          },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 700,
            create_response: false,
            interrupt_response: false,
          },
        },
        output: { format: { type: 'audio/pcmu' }, voice: 'marin', speed: 1.1 },
      },
    });
  });

  it('leave reasoning out for a model that takes none', () => {
    const effortOf = (model: string) =>
      (sessionToWire({ ...settings, model, reasoningEffort: 'low' }) as { reasoning?: object })
        .reasoning;
    assert.deepEqual(effortOf('gpt-realtime-2'), { effort: 'low' });
    assert.deepEqual(effortOf('gpt-realtime-2.1-mini'), { effort: 'low' });
    assert.equal(effortOf('gpt-realtime-1.5'), undefined);
  });

  it('give each model of the transcript the hints that it takes', () => {
    const hintsOf = (transcriptionModel: string, transcriptionPrompt = 'Automotora Andes') => {
      const given = { ...settings, transcriptionModel, transcriptionPrompt };
      const wire = sessionToWire(given) as { audio: { input: { transcription: object } } };
      return wire.audio.input.transcription;
    };
    for (const model of ['gpt-transcribe', 'gpt-live-transcribe']) {
      assert.deepEqual(hintsOf(model), {
        model,
        languages: ['es'],
        keywords: ['Automotora Andes'],
      });
    }
    for (const model of ['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe-2025-12-15']) {
      assert.deepEqual(hintsOf(model), { model, language: 'es', prompt: 'Automotora Andes' });
    }
    for (const model of ['gpt-realtime-whisper', 'gpt-4o-transcribe-diarize', 'a-new-one']) {
      assert.deepEqual(hintsOf(model), { model, language: 'es' });
    }
    const model = 'gpt-transcribe';
    const oneLine = { model, languages: ['es'], keywords: ['Andes & Cía'] };
    assert.deepEqual(hintsOf(model, '<Andes\r\n& Cía>'), oneLine);
    assert.deepEqual(hintsOf(model, ''), { model, languages: ['es'] });
  });

  it('leave to the phone what SIP negotiates', () => {
    const tuned: RealtimeSettings = {
      ...settings,
      turnDetection: { type: 'server_vad', threshold: 0.7 },
    };
    const accepted = acceptToWire(tuned, true) as { model: string; audio: Record<string, object> };
    assert.equal(accepted.model, 'gpt-realtime-2.1');
    assert.deepEqual(accepted.audio['output'], { voice: 'marin', speed: 1 });
    const tuning = new SipTuning();
    tuning.taken();
    const { socket } = startRig({ callId: 'rtc_1', settings: tuned, tuning });
    socket.handlers.onOpen();
    const session = socket.sent[0]?.['session'] as { audio: Record<string, object> };
    assert.equal(
      session.audio['output'],
      undefined,
      'a control may come in the middle of an answer',
    );
    for (const { audio } of [accepted, session]) {
      const input = audio['input'] as Record<string, unknown>;
      assert.equal(input['format'], undefined);
      assert.deepEqual(input['turn_detection'], {
        type: 'server_vad',
        threshold: 0.7,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        create_response: true,
        interrupt_response: true,
      });
    }
  });

  it('change one by one, turn detection as a whole', () => {
    const { session, socket } = startReadyRig({
      settings: { turnDetection: { type: 'semantic_vad', eagerness: 'high' } },
    });
    session.update({ instructions: 'Otra cosa.' });
    session.update({ answers: 'when-asked' });
    session.update({ tools: [tool] });
    assert.deepEqual(
      socket.of('session.update').map(({ session: change }) => change),
      [
        { type: 'realtime', instructions: 'Otra cosa.' },
        {
          type: 'realtime',
          audio: {
            input: {
              turn_detection: {
                type: 'semantic_vad',
                eagerness: 'high',
                create_response: false,
                interrupt_response: false,
              },
            },
          },
        },
        { type: 'realtime', tools: [{ type: 'function', ...tool }] },
      ],
    );
  });
});

describe('the name of a realtime model', () => {
  it('that is served, or not known yet, passes', () => {
    for (const name of [...realtimeModels, 'gpt-realtime-3']) {
      assert.equal(checkRealtimeModel(name), undefined);
    }
  });

  for (const [name, successor] of [
    ['gpt-4o-realtime-preview', 'gpt-realtime-2.1'],
    ['gpt-4o-realtime-preview-2025-06-03', 'gpt-realtime-2.1'],
    ['gpt-4o-mini-realtime-preview-2024-12-17', 'gpt-realtime-2.1-mini'],
    ['gpt-realtime', 'gpt-realtime-2.1'],
    ['gpt-realtime-2025-08-28', 'gpt-realtime-2.1'],
    ['gpt-realtime-mini', 'gpt-realtime-2.1-mini'],
    ['gpt-realtime-mini-2025-12-15', 'gpt-realtime-2.1-mini'],
  ] as const) {
    it(`that is retired names its successor: ${name}`, () => {
      assert.equal(
        checkRealtimeModel(name),
        `the realtime model ${name} is retired: use ${successor}`,
      );
    });
  }
});
