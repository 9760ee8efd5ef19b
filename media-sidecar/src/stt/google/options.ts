import type { GoogleConnection } from '../../kernel/google/connection.ts';
import { defaultRollingStreamOptions, type RollingStreamOptions } from './rolling-stream.ts';

export interface GoogleSpeechOptions extends RollingStreamOptions {
  readonly connection: GoogleConnection;
  /**
   * v1 knows more languages (es-CL among them), v2 newer models.
   * @defaultValue 'v1'
   */
  readonly api: 'v1' | 'v2';
  /**
   * Used when a stream names none. With v1, `default` is the only streaming model that is documented
   * for every Spanish-speaking country; with v2 it is `long`.
   * @defaultValue 'default' (v1), 'long' (v2)
   */
  readonly model?: string;
  /**
   * Where v2 runs; some models exist in few places only. Takes an endpoint of that place.
   * @defaultValue 'global'
   */
  readonly location: string;
  /**
   * What is tried when a model does not know the language of the caller.
   * @defaultValue es-US for the Spanish of America
   */
  readonly languageFallbacks: Readonly<Record<string, string>>;
}

export const defaultGoogleSpeechOptions = {
  ...defaultRollingStreamOptions,
  api: 'v1',
  location: 'global',
  languageFallbacks: {
    'es-AR': 'es-US',
    'es-CL': 'es-US',
    'es-CO': 'es-US',
    'es-MX': 'es-US',
    'es-PE': 'es-US',
    'es-UY': 'es-US',
  },
} as const satisfies Omit<GoogleSpeechOptions, 'connection'>;
