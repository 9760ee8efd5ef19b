import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { CallRecord, TurnOfRecord } from './sidecar-api.ts';

/** As much of `POST /v1/sessions` as a workflow needs. */
export interface SessionReply {
  readonly sessionId: string;
  readonly callId: string;
  readonly token: string;
  readonly streamUrl: string;
  readonly actionUrl: string;
  readonly streamStatusUrl: string;
  readonly sip: {
    readonly uri: string;
    readonly actionUrl: string;
    readonly timeLimitMs: number;
  } | null;
  readonly decision: { readonly action: 'connect' | 'decline'; readonly reason: string };
}

/** A signed event of the sidecar. */
export interface SidecarEvent {
  readonly type: string;
  readonly data: {
    readonly call: Pick<CallRecord, 'id' | 'callSid' | 'endReason'> & {
      readonly turns?: readonly TurnOfRecord[];
    };
    readonly turn?: TurnOfRecord;
  };
}

/** What a live tool was asked with. */
export interface ToolRequest {
  readonly toolCallId: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What `realtime.call.incoming` tells. */
export interface IncomingSipCall {
  readonly openAiCallId: string;
  readonly sipHeaders: readonly { readonly name: string; readonly value: string }[];
}

export interface Workflows {
  /** A call comes in at a number. @returns TwiML */
  voice(form: URLSearchParams): Promise<string>;
  /** OpenAI tells of a call over SIP. */
  sipCall(call: IncomingSipCall): Promise<void>;
}

type ToolAnswer = (request: ToolRequest, reply: ServerResponse) => void;

/** Plays n8n: its webhooks are answered by code instead of by workflows. */
export class StandInForN8n implements AsyncDisposable {
  readonly url: string;
  /** Signed as they should be; in the order of their arrival, repeated ones once. */
  readonly events: SidecarEvent[] = [];
  readonly toolRequests: ToolRequest[] = [];
  /** What should not have arrived, or could not be answered. */
  readonly failures: string[] = [];
  /** What the live tool says. */
  answerTool: ToolAnswer = nothingFound;
  /** `whsec_…` of the subscription and of the tool. */
  secrets: { events?: string; tool?: string } = {};
  readonly #server;
  readonly #workflows: Workflows;
  readonly #seen = new Set<string>();
  readonly #waiting = new Set<() => void>();

  private constructor(server: ReturnType<typeof createServer>, url: string, workflows: Workflows) {
    this.#server = server;
    this.#workflows = workflows;
    this.url = url;
    server.on('request', (request, reply) => {
      this.#answer(request, reply).catch((error: unknown) => {
        this.failures.push(error instanceof Error ? error.message : String(error));
        reply.writeHead(500).end();
      });
    });
  }

  static async start(workflows: Workflows): Promise<StandInForN8n> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new StandInForN8n(server, `http://127.0.0.1:${String(port)}`, workflows);
  }

  /** The events of a call, once the last one has arrived. */
  async eventsOf(callId: string): Promise<SidecarEvent[]> {
    const theirs = () => this.events.filter(({ data }) => data.call.id === callId);
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!theirs().some(({ type }) => /^call\.(completed|failed)$/.test(type))) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    return theirs();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = await text(request);
    switch (request.url) {
      case '/voice': {
        const twiml = await this.#workflows.voice(new URLSearchParams(body));
        reply.writeHead(200, { 'content-type': 'text/xml' }).end(twiml);
        return;
      }
      case '/tool':
        verify(this.secrets.tool, body, request);
        return this.#answerTool((JSON.parse(body) as { data: ToolRequest }).data, reply);
      case '/events': {
        verify(this.secrets.events, body, request);
        const id = String(request.headers['webhook-id']);
        if (!this.#seen.has(id)) this.events.push(JSON.parse(body) as SidecarEvent);
        this.#seen.add(id);
        reply.writeHead(204).end();
        for (const look of this.#waiting) look();
        return;
      }
      case '/openai': {
        const { data } = JSON.parse(body) as {
          data: { call_id: string; sip_headers: IncomingSipCall['sipHeaders'] };
        };
        // A workflow is started; what becomes of it is not OpenAI's concern.
        reply.writeHead(200).end();
        await this.#workflows.sipCall({
          openAiCallId: data.call_id,
          sipHeaders: data.sip_headers,
        });
        return;
      }
      default:
        throw new Error(`nobody is at ${String(request.url)}`);
    }
  }

  #answerTool(request: ToolRequest, reply: ServerResponse): void {
    this.toolRequests.push(request);
    this.answerTool(request, reply);
  }
}

/** A tool that has nothing to tell. */
export function nothingFound(_request: ToolRequest, reply: ServerResponse): void {
  reply.writeHead(200, { 'content-type': 'application/json' }).end('{"resultado":null}');
}

function verify(secret: string | undefined, body: string, { headers }: IncomingMessage): void {
  if (secret === undefined) throw new Error('nobody has told the secret');
  new Webhook(secret).verify(body, headers as Record<string, string>);
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
