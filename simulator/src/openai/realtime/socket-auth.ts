import type { IncomingMessage } from 'node:http';
import { checkAuthorization, OpenAiError } from '../openai-error.ts';
import type { OpenAiProject } from './project.ts';
import type { RealtimeSession } from './session-schema.ts';

const KEY_PROTOCOL = 'openai-insecure-api-key.';
/** The subprotocol that a client names beside its key, and that is agreed on. */
export const REALTIME_PROTOCOL = 'realtime';

/** The session that the key brings with it, if it is a client secret. @throws OpenAiError 401 */
export function authorize(
  request: IncomingMessage,
  apiKeys: readonly string[],
  project: Pick<OpenAiProject, 'id' | 'secrets'>,
): RealtimeSession | undefined {
  const key = keyOf(request);
  if (key?.startsWith('ek_') === true) return project.secrets.use(key);
  checkAuthorization(
    {
      ...request.headers,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    apiKeys,
    project.id,
  );
  return undefined;
}

function keyOf({ headers }: IncomingMessage): string | undefined {
  const [, bearer] = /^Bearer\s+(.*)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  return offered.find((each) => each.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);
}

/** A browser may send the key in no other way, and only next to `realtime`. */
export const agreedProtocol = (offered: ReadonlySet<string>): string | false =>
  offered.has(REALTIME_PROTOCOL) ? REALTIME_PROTOCOL : false;

/** The beta is over, and says so. */
export function refuseBeta({ headers }: IncomingMessage): void {
  const beta = headers['openai-beta'];
  if (beta === undefined || !String(beta).includes('realtime=v1')) return;
  throw new OpenAiError(
    400,
    'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.',
    { code: 'beta_api_shape_disabled' },
  );
}
