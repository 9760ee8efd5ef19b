/** What all bridges ask for. */
export const MODEL = 'gpt-realtime-2.1';
export const VOICE = 'marin';

/** What the small bridges have in common. */
export interface BridgeEnvironment {
  /** `ws://…/realtime?model=…` */
  readonly modelUrl: string;
  readonly apiKey: string;
}

export function bridgeEnvironment(): BridgeEnvironment {
  const { MODEL_URL: modelUrl, OPENAI_API_KEY: apiKey } = process.env;
  if (modelUrl === undefined || apiKey === undefined) throw new Error('MODEL_URL is missing');
  return { modelUrl, apiKey };
}

export const INSTRUCTIONS = 'Responde con amabilidad y en pocas frases.';

/** Phone audio both ways, turns found by the model, transcripts of the caller. */
export const sessionSettings = {
  type: 'realtime',
  instructions: INSTRUCTIONS,
  output_modalities: ['audio'],
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'gpt-transcribe' },
      turn_detection: { type: 'semantic_vad', create_response: true, interrupt_response: true },
    },
    output: { format: { type: 'audio/pcmu' }, voice: VOICE },
  },
} as const;

/** As the sidecar tells its address in its log. */
export function sayListening(port: number): void {
  process.stdout.write(
    `${JSON.stringify({ level: 'info', msg: 'listening', url: `http://127.0.0.1:${port}` })}\n`,
  );
}
