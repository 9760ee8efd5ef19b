export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A session as the API opens it. */
export function defaultSettings(id: string, model: string): Record<string, unknown> {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id: `sess_${id}`,
    model,
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: Math.floor(Date.now() / 1000) + 3600,
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24000 },
        transcription: null,
        noise_reduction: null,
        turn_detection: { type: 'server_vad', silence_duration_ms: 500 },
      },
      output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
    },
    include: null,
  };
}

/** What is named changes, down to the fields of `audio.input` and `audio.output`. */
export function mergeSession(
  settings: Record<string, unknown>,
  change: Record<string, unknown>,
): Record<string, unknown> {
  const audio = isRecord(settings['audio']) ? settings['audio'] : {};
  const changed = isRecord(change['audio']) ? change['audio'] : {};
  return {
    ...settings,
    ...change,
    audio: {
      input: { ...fieldsOf(audio['input']), ...fieldsOf(changed['input']) },
      output: { ...fieldsOf(audio['output']), ...fieldsOf(changed['output']) },
    },
  };
}

/** Whether both directions are G.711 µ-law, as a phone has it. */
export function isMulaw(settings: Record<string, unknown>): boolean {
  const audio = fieldsOf(settings['audio']);
  return ['input', 'output'].every((direction) => {
    const format = fieldsOf(fieldsOf(audio[direction])['format']);
    return format['type'] === 'audio/pcmu';
  });
}

export interface Detection {
  /** Silence that ends a turn, in ms. */
  readonly silenceMs: number;
  /** Whether a turn is answered without being asked. */
  readonly answers: boolean;
  /** Whether speech stops the response that is being made. */
  readonly interrupts: boolean;
}

/** undefined when the client decides about turns itself. */
export function turnDetectionOf(settings: Record<string, unknown>): Detection | undefined {
  const input = fieldsOf(fieldsOf(settings['audio'])['input']);
  const detection = input['turn_detection'];
  if (!isRecord(detection)) return undefined;
  const { silence_duration_ms: silence, create_response, interrupt_response } = detection;
  return {
    silenceMs: typeof silence === 'number' ? silence : 500,
    answers: create_response !== false,
    interrupts: interrupt_response !== false,
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
