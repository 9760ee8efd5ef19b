import type { RealtimeSession, RealtimeSettings, TurnDetection } from '../contract.ts';
import type { ToolDefinition } from '../../kernel/tool-definition.ts';
import { reasons } from './models.ts';
import { transcriptionToWire } from './transcription-settings.ts';

/** Headerless G.711 µ-law; it has one rate, and naming one is refused. */
const FORMAT = { type: 'audio/pcmu' } as const;

type Overrides = Parameters<RealtimeSession['update']>[0];

/** `session` of the first `session.update`, for a session whose audio goes through us. */
export function sessionToWire(settings: RealtimeSettings): object {
  const { voice, speed = 1 } = settings;
  return {
    ...commonToWire(settings),
    audio: {
      input: { format: FORMAT, ...inputToWire(settings, turnDetectionToWire(settings, true)) },
      output: { format: FORMAT, voice, speed },
    },
  };
}

/**
 * For a call that was accepted: its format is the phone's, its voice and speed came with the accept.
 * They are not named again, as the API refuses them in the middle of an answer, and there a control may
 * be attached.
 * @param isTuned with threshold and times of `server_vad`
 */
export function controlToWire(settings: RealtimeSettings, isTuned: boolean): object {
  const input = inputToWire(settings, turnDetectionToWire(settings, isTuned));
  return { ...commonToWire(settings), audio: { input } };
}

/**
 * Body of `POST /realtime/calls/{id}/accept`.
 * @param isTuned with threshold and times of `server_vad`
 */
export function acceptToWire(settings: RealtimeSettings, isTuned: boolean): object {
  const { model, voice, speed = 1 } = settings;
  const input = inputToWire(settings, turnDetectionToWire(settings, isTuned));
  return { ...commonToWire(settings), model, audio: { input, output: { voice, speed } } };
}

export type Answering = Pick<RealtimeSettings, 'turnDetection' | 'answers'>;

/**
 * `session` of a later `session.update`: what is given, and `settings` for what goes with it.
 * @param isTuned with threshold and times of `server_vad`
 */
export function changeToWire(change: Overrides, settings: Answering, isTuned: boolean): object {
  const { instructions, tools, turnDetection, answers } = change;
  return {
    type: 'realtime',
    ...(instructions === undefined ? {} : { instructions }),
    ...(tools === undefined ? {} : { tools: tools.map(toolToWire) }),
    ...(turnDetection === undefined && answers === undefined
      ? {}
      : { audio: { input: { turn_detection: turnDetectionToWire(settings, isTuned) } } }),
  };
}

function commonToWire(settings: RealtimeSettings) {
  const { model, instructions, tools, maxOutputTokens, reasoningEffort } = settings;
  return {
    type: 'realtime',
    output_modalities: ['audio'],
    instructions,
    tools: tools.map(toolToWire),
    tool_choice: 'auto',
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...(reasoningEffort !== undefined && reasons(model)
      ? { reasoning: { effort: reasoningEffort } }
      : {}),
  };
}

function inputToWire(settings: RealtimeSettings, turnDetection: object) {
  const { noiseReduction } = settings;
  return {
    noise_reduction: noiseReduction === undefined ? null : { type: noiseReduction },
    transcription: transcriptionToWire(settings),
    turn_detection: turnDetection,
  };
}

function turnDetectionToWire({ turnDetection, answers }: Answering, isTuned: boolean): object {
  const { type } = turnDetection;
  const detector = type === 'server_vad' && !isTuned ? { type } : detectorToWire(turnDetection);
  return { ...detector, ...answeringToWire(answers) };
}

/** Everything is named: what a fresh session has is not what the reference calls the default. */
function detectorToWire(detection: TurnDetection): object {
  if (detection.type === 'semantic_vad') {
    return { type: 'semantic_vad', eagerness: detection.eagerness ?? 'auto' };
  }
  const { threshold = 0.5, prefixPaddingMs = 300, silenceDurationMs = 500 } = detection;
  return {
    type: 'server_vad',
    threshold,
    prefix_padding_ms: prefixPaddingMs,
    silence_duration_ms: silenceDurationMs,
  };
}

function answeringToWire(answers: RealtimeSettings['answers']) {
  const byItself = answers === 'by-itself';
  return { create_response: byItself, interrupt_response: byItself };
}

function toolToWire({ name, description, parameters }: ToolDefinition): object {
  return { type: 'function', name, description, parameters };
}
