import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Invite } from '../../telephone-network/telephones.ts';
import { CannedModel } from './canned/canned-model.ts';
import { ClientSecrets } from './client-secrets.ts';
import { ProjectWebhooks, type ProjectWebhook } from './project-webhooks.ts';
import { RealtimeScript } from './realtime-script.ts';
import { SipCalls, type SipCall, type SipHeader } from './sip-calls.ts';
import type { SipLeg } from './sip-line.ts';

export const incomingCallSchema = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  /** Headers of the INVITE beside From, To and Call-ID. */
  headers: z.record(z.string(), z.string()).default({}),
});

export type IncomingSipCall = z.input<typeof incomingCallSchema>;

export const DEFAULT_PROJECT_ID = 'proj_simulated0000000000000001';

/** A project of OpenAI: its SIP calls, and the webhooks that tell of them. */
export class OpenAiProject {
  /** `proj_…`: whom its SIP calls ask for. */
  readonly id: string;
  readonly calls = new SipCalls();
  readonly secrets = new ClientSecrets();
  /** What its Realtime sessions are to say. */
  readonly realtimeScript = new RealtimeScript();
  /** What a benchmark has heard from it and said to it, while the fault `canned` was set. */
  readonly canned = new CannedModel();
  readonly webhooks: ProjectWebhooks;

  constructor(webhooks: readonly ProjectWebhook[] = [], id: string = DEFAULT_PROJECT_ID) {
    this.id = id;
    this.webhooks = new ProjectWebhooks(webhooks);
  }

  /**
   * Somebody calls `sip:<project>@sip.api.openai.com`. Resolves once the webhooks were tried.
   * @param changed is told of every change of the call's state
   * @throws z.ZodError
   */
  async incomingCall(input: IncomingSipCall, changed?: (call: SipCall) => void): Promise<SipCall> {
    const { from, to, headers } = incomingCallSchema.parse(input);
    const sipHeaders: SipHeader[] = [
      { name: 'From', value: `<sip:${from}@sip.example.com>;tag=${randomUUID()}` },
      { name: 'To', value: `<sip:${to}@sip.api.openai.com>` },
      { name: 'Call-ID', value: `${randomUUID()}@sip.example.com` },
      ...Object.entries(headers).map(([name, value]) => ({ name, value })),
    ];
    const call = this.calls.ring(sipHeaders, changed);
    await this.#tell(call, 'srtp');
    return call;
  }

  /** An INVITE for this project has come over the telephone network; it rings from now on. */
  ring({ headers, media }: Pick<Invite, 'headers' | 'media'>, leg: SipLeg): SipCall {
    const call = this.calls.ring(headers, undefined, leg);
    void this.#tell(call, media);
    return call;
  }

  close(): void {
    this.webhooks.close();
  }

  #tell(call: SipCall, media: Invite['media']): Promise<void> {
    return this.webhooks.send({
      type: 'realtime.call.incoming',
      data: { call_id: call.id, sip_headers: call.headers, sip_media_security: media },
    });
  }
}
