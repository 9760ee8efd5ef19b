export interface Detection {
  /** Silence that ends a turn, in ms. */
  readonly silenceMs: number;
  /** Whether a turn is answered without being asked. */
  readonly answers: boolean;
  /** Whether speech stops the response that is being made. */
  readonly interrupts: boolean;
}

/** The settings of one session, and what follows from them. */
export class ModelSettings {
  #settings: Record<string, unknown>;

  constructor(id: string, model: string) {
    this.#settings = defaultSettings(id, model);
  }

  /** As the API tells them. */
  toWire(): object {
    return this.#settings;
  }

  /** What is named changes, down to the fields of `audio.input` and `audio.output`. */
  update(change: unknown): void {
    if (!isRecord(change)) return;
    const audio = fieldsOf(this.#settings['audio']);
    const changed = fieldsOf(change['audio']);
    this.#settings = {
      ...this.#settings,
      ...change,
      audio: {
        input: { ...fieldsOf(audio['input']), ...fieldsOf(changed['input']) },
        output: { ...fieldsOf(audio['output']), ...fieldsOf(changed['output']) },
      },
    };
  }

  /** undefined when the client decides about turns itself. */
  get turnDetection(): Detection | undefined {
    const detection = this.#input['turn_detection'];
    if (!isRecord(detection)) return undefined;
    const { silence_duration_ms: silence, create_response, interrupt_response } = detection;
    return {
      silenceMs: typeof silence === 'number' ? silence : 500,
      answers: create_response !== false,
      interrupts: interrupt_response !== false,
    };
  }

  get transcribes(): boolean {
    return isRecord(this.#input['transcription']);
  }

  get #input(): Record<string, unknown> {
    return fieldsOf(fieldsOf(this.#settings['audio'])['input']);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** A session as the API opens it. */
function defaultSettings(id: string, model: string): Record<string, unknown> {
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
