import { encodeMulaw } from '../../../audio/mulaw.ts';
import { createFaults } from '../../../faults/faults.ts';
import type { OpenAiRealtimeFaults } from '../../../faults/openai-realtime.ts';
import { Lexicon } from '../../../recognition/lexicon.ts';
import { createRecognizer } from '../../../recognition/recognizer.ts';
import { createRecordingRecognizer } from '../../../recognition/recording.ts';
import { madeUpSpeech } from '../../../recognition/testing/made-up-speech.ts';
import type { Utterance } from '../../../voices/contract.ts';
import { CannedModel } from '../canned/canned-model.ts';
import { RealtimeScript, type RealtimeScriptStep } from '../realtime-script.ts';
import { RealtimeSession } from '../session.ts';
import type { RealtimeSession as SessionConfig } from '../session-schema.ts';
import { Settings } from '../settings.ts';
import type { SipLine } from '../sip-line.ts';
import { Speech } from '../speech.ts';
import { ManualClock } from './manual-clock.ts';
import { Inbox, type RealtimeEvent } from './realtime.ts';

export const PCMU_SESSION = {
  type: 'realtime',
  instructions: 'El horario es de lunes a viernes de 9 a 18 horas.',
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
    },
    output: { format: { type: 'audio/pcmu' } },
  },
} as const satisfies SessionConfig;

export const silence = (ms: number): Buffer => Buffer.alloc(ms * 8, 0xff);

interface RigOptions {
  readonly session?: SessionConfig;
  readonly faults?: Partial<OpenAiRealtimeFaults>;
  readonly script?: readonly RealtimeScriptStep[];
  readonly model?: string;
  /** Over SIP. */
  readonly line?: (clock: ManualClock) => SipLine;
}

/** A session without a socket, in virtual time, with voices that hum: each word is 350 ms. */
export function startSession(options: RigOptions = {}) {
  const { session: config = PCMU_SESSION, model = 'gpt-realtime-2.1' } = options;
  const clock = new ManualClock();
  const lexicon = new Lexicon();
  const faults = createFaults();
  faults.set({ openAiRealtime: options.faults ?? {} });
  const script = new RealtimeScript();
  const canned = new CannedModel();
  script.set(options.script ?? []);
  const settings = new Settings(model, 0);
  settings.update(config);
  const inbox = new Inbox();
  const closed: { code: number; reason: string }[] = [];
  const make = (text: string): Utterance => {
    const utterance = madeUpSpeech(text.trim());
    lexicon.add(utterance);
    return utterance;
  };
  const session = new RealtimeSession({
    settings,
    clock,
    recognizer: createRecognizer(lexicon),
    recordings: createRecordingRecognizer(lexicon),
    speech: new Speech({
      speak: ({ text }) => Promise.resolve(make(text)),
      voiceFor: () => 'made-up',
    }),
    script,
    canned,
    faults: () => faults.current.openAiRealtime,
    line: options.line?.(clock),
    send: (event) => inbox.push(event as RealtimeEvent),
    close: (code, reason) => void closed.push({ code, reason }),
  });
  const send = (event: object): void => session.receive(JSON.stringify(event));
  const append = (audio: Uint8Array): void =>
    send({ type: 'input_audio_buffer.append', audio: Buffer.from(audio).toString('base64') });
  return {
    session,
    clock,
    inbox,
    faults,
    script,
    canned,
    closed,
    send,
    append,
    /** The caller says this, and the silence behind it that ends the turn. */
    say(text: string, silentMs = 900): void {
      append(Buffer.concat([silence(200), encodeMulaw(make(text).pcm8k), silence(silentMs)]));
    },
    /** The event of that type, of which there is one. */
    only(type: string): RealtimeEvent {
      const found = inbox.of(type);
      if (found.length !== 1) throw new Error(`${found.length} events ${type}`);
      return found[0]!;
    },
    errors: () => inbox.of('error').map(({ error }) => error as ErrorDetails),
  };
}

export interface ErrorDetails {
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly param: string | null;
  readonly event_id: string | null;
}
