import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { WebSocket } from 'ws';
import type { DialInput } from '../../../index.ts';
import { CALLER, NUMBER, startRig } from '../../../twilio/testing/rig.ts';
import type { FaultChanges } from '../../../faults/faults.ts';
import { Inbox, OPENAI_KEY, type RealtimeEvent } from './realtime.ts';

export const PROJECT = 'proj_simulated0000000000000001';
export const OPENAI_SIP = `sip:${PROJECT}@sip.api.openai.com;transport=tls`;
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

export interface IncomingWebhook {
  readonly call_id: string;
  readonly sip_headers: readonly { readonly name: string; readonly value: string }[];
  readonly sip_media_security?: string;
}

const SESSION = {
  type: 'realtime',
  model: 'gpt-realtime-2.1',
  instructions: 'El horario es de lunes a viernes de 9 a 18 horas.',
  audio: {
    input: {
      transcription: { model: 'gpt-4o-mini-transcribe' },
      turn_detection: { type: 'semantic_vad', eagerness: 'high' },
    },
  },
} as const;

/** A number whose TwiML dials OpenAI, and an application that hears of its calls. */
export async function startSipRig(faults: FaultChanges['openAiRealtime'] = {}) {
  const arrived: IncomingWebhook[] = [];
  const waiting: ((call: IncomingWebhook) => void)[] = [];
  const webhooks = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.writeHead(204).end();
      const headers = request.headers as Record<string, string>;
      void client.webhooks.unwrap(body, headers, SECRET).then((event) => {
        const data = event.data as IncomingWebhook;
        const taker = waiting.shift();
        if (taker) taker(data);
        else arrived.push(data);
      });
    });
  });
  await new Promise<void>((resolve) => webhooks.listen(0, '127.0.0.1', resolve));
  const { port } = webhooks.address() as AddressInfo;
  const rig = await startRig(
    {},
    {
      openAiApiKey: OPENAI_KEY,
      openAiWebhooks: [{ url: `http://127.0.0.1:${port}/`, secret: SECRET }],
      faults: {
        openAiRealtime: { firstAudioDelayMs: 0, deltaIntervalMs: 0, ...faults },
      },
    },
  );
  const { simulator, application } = rig;
  const client = new OpenAI({ apiKey: OPENAI_KEY, baseURL: simulator.openai.baseUrl });
  application.document('/next', '<Hangup/>');
  return {
    ...rig,
    calls: client.realtime.calls,
    /** What `/voice` answers: a `<Dial>` to this address. */
    dials(address = OPENAI_SIP, attributes = ''): void {
      const noun = `<Sip>${address.replaceAll('&', '&amp;')}</Sip>`;
      application.document('/voice', `<Dial action="/next" ${attributes}>${noun}</Dial>`);
    },
    calling: (script: DialInput['script']) => simulator.dial({ from: CALLER, to: NUMBER, script }),
    /** The webhook of the next call. */
    incoming: (): Promise<IncomingWebhook> => {
      const first = arrived.shift();
      return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve));
    },
    accept: (id: string, session: object = SESSION) =>
      client.realtime.calls.accept(id, session as typeof SESSION),
    /** A control socket, connected. */
    async control(id: string) {
      const url = `${simulator.openai.baseUrl.replace('http', 'ws')}/realtime?call_id=${id}`;
      const socket = new WebSocket(url, { headers: { authorization: `Bearer ${OPENAI_KEY}` } });
      const inbox = new Inbox();
      socket.on('message', (data) => inbox.push(JSON.parse(String(data)) as RealtimeEvent));
      const closed = new Promise<readonly [number, string]>((resolve) => {
        socket.once('close', (code, reason) => resolve([code, String(reason)]));
      });
      await inbox.next('session.created');
      const send = (event: object): void => socket.send(JSON.stringify(event));
      return { inbox, closed, send, next: inbox.next.bind(inbox) };
    },
    /** What `<Dial action>` was told of the last call. */
    dialled: () => application.requestsTo('/next').at(-1)?.params ?? {},
    async close(): Promise<void> {
      await rig.close();
      webhooks.closeAllConnections();
      webhooks.close();
    },
  };
}
