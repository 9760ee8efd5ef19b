import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SidecarClient } from './sidecar-client.ts';

/** Plays n8n's part: a call comes in, a session is asked for, and the TwiML connects the stream. */
export interface WebhookServer {
  /** Voice URL for the number. */
  readonly voiceUrl: string;
  /** Calls that could not be connected, in words. */
  readonly failures: readonly string[];
  close(): Promise<void>;
}

export async function startWebhookServer(sidecar: () => SidecarClient): Promise<WebhookServer> {
  const failures: string[] = [];
  const server = createServer((request, reply) => {
    answer(request, sidecar()).then(
      (twiml) => reply.writeHead(200, { 'content-type': 'text/xml' }).end(twiml),
      (error: unknown) => {
        failures.push(error instanceof Error ? error.message : String(error));
        reply.writeHead(500).end();
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    voiceUrl: `http://127.0.0.1:${port}/voice`,
    failures,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(request: IncomingMessage, sidecar: SidecarClient): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const form = new URLSearchParams(Buffer.concat(parts).toString());
  const session = await sidecar.createSession({
    calledNumber: form.get('To') ?? '',
    direction: 'inbound',
    callSid: form.get('CallSid') ?? '',
    from: form.get('From') ?? '',
    to: form.get('To') ?? '',
  });
  if (session.decision.action !== 'connect') {
    throw new Error(`the sidecar declined: ${session.decision.reason}`);
  }
  return [
    `<Response><Connect action="${escape(session.actionUrl)}">`,
    `<Stream url="${escape(session.streamUrl)}" statusCallback="${escape(session.streamStatusUrl)}">`,
    `<Parameter name="sessionId" value="${escape(session.sessionId)}"/>`,
    `<Parameter name="token" value="${escape(session.token)}"/>`,
    '</Stream></Connect></Response>',
  ].join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
