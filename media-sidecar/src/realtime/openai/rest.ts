import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface RestRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly caPem: string | undefined;
  /** Sent as JSON; nothing is sent where it is absent. */
  readonly body?: object;
}

export interface RestReply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** Sends one POST. @throws what Node says of a connection that broke, or the signal's reason */
export type Post = (request: RestRequest, signal: AbortSignal) => Promise<RestReply>;

const MAX_REPLY_CHARACTERS = 64 * 1024;

/** By `node:https`: the `fetch` of Node knows no private CA. */
export const post: Post = async ({ url, headers, caPem, body }, signal) => {
  const text = body === undefined ? '' : JSON.stringify(body);
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(
      url,
      {
        method: 'POST',
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          'content-length': Buffer.byteLength(text),
        },
        ...(caPem === undefined ? {} : { ca: caPem }),
        signal,
      },
      resolve,
    );
    request.on('error', reject);
    request.end(text);
  });
  let reply = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    reply += String(chunk);
    if (reply.length > MAX_REPLY_CHARACTERS) break;
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    body: reply,
  };
};
