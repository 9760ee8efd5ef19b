import type { ToolInvocation, ToolOutcome, ToolRunner } from '../../call/ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { within } from '../../kernel/within.ts';
import { newId } from '../identifiers.ts';
import type { Tenants } from '../tenants/tenants.ts';
import { WebhookError } from '../webhooks/webhook-client.ts';
import type { WebhookClient, WebhookReply } from '../webhooks/webhook-client.ts';
import type { Tools } from './tools.ts';

/** How long somebody on the phone waits for the database, before the tool's own deadline begins. */
const lookUpWithinMs = 5000;

interface ToolRunnerParts {
  readonly tools: Pick<Tools, 'find'>;
  readonly tenants: Pick<Tenants, 'byId'>;
  readonly client: Pick<WebhookClient, 'post'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs an agent's tool call as a signed request to the workflow that offers the tool. */
export class WebhookToolRunner implements ToolRunner {
  readonly #parts: ToolRunnerParts;

  constructor(parts: ToolRunnerParts) {
    this.#parts = parts;
  }

  async run(invocation: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    const { callId, tenant } = invocation.session;
    try {
      return await this.#run(invocation, signal);
    } catch (error) {
      // The agent has to go on talking, whatever broke.
      this.#parts.logger.error({ err: error, callId, tenantId: tenant.id }, 'tool call broke');
      return { ok: false, reason: 'failed' };
    }
  }

  async #run({ session, call }: ToolInvocation, signal: AbortSignal): Promise<ToolOutcome> {
    if (signal.aborted) return { ok: false, reason: 'cancelled' };
    const { clock } = this.#parts;
    const tenantId = session.tenant.id;
    const offered = session.tools.some((tool) => tool.name === call.name);
    if (!offered) return { ok: false, reason: 'unknown-tool' };
    const lookingUp = this.#lookUp(tenantId, call.name);
    const found = await within({ clock, ms: lookUpWithinMs }, lookingUp, 'late');
    if (found === 'late') {
      const fields = { callId: session.callId, tenantId };
      this.#parts.logger.warn(fields, 'tool not run: the database was too slow');
      return { ok: false, reason: 'late' };
    }
    if (found === undefined) return { ok: false, reason: 'unknown-tool' };
    const { tool, tenant } = found;
    const { id, slug, name, timezone, language, facts } = tenant;
    const nowMs = clock.nowMs();
    const body = JSON.stringify({
      type: 'tool.call',
      timestamp: new Date(nowMs).toISOString(),
      data: {
        toolCallId: call.id,
        name: call.name,
        arguments: call.arguments,
        deadlineMs: tool.deadlineMs,
        call: {
          id: session.callId,
          callSid: session.callSid,
          direction: session.direction,
          from: session.from ?? null,
          to: session.to ?? null,
        },
        tenant: { id, slug, name, timezone, language, facts },
      },
    });

    const deadline = new AbortController();
    const timer = clock.schedule(tool.deadlineMs, () => deadline.abort());
    try {
      const request = { url: tool.url, secret: tool.secret, id: newId(), body, nowMs };
      return toOutcome(
        await this.#parts.client.post(request, AbortSignal.any([signal, deadline.signal])),
      );
    } catch (error) {
      if (signal.aborted) return { ok: false, reason: 'cancelled' };
      if (deadline.signal.aborted) return { ok: false, reason: 'late' };
      if (!(error instanceof WebhookError)) throw error;
      if (error.failure === 'too-large') return { ok: false, reason: 'invalid-reply' };
      this.#parts.logger.warn(
        { reason: error.failure, callId: session.callId, tenantId },
        'tool could not be reached',
      );
      return { ok: false, reason: 'failed' };
    } finally {
      timer.cancel();
    }
  }

  async #lookUp(tenantId: string, name: string) {
    const tool = await this.#parts.tools.find(tenantId, name);
    return tool && { tool, tenant: await this.#parts.tenants.byId(tenantId) };
  }
}

function toOutcome(reply: WebhookReply): ToolOutcome {
  if (reply.status < 200 || reply.status > 299) return { ok: false, reason: 'failed' };
  try {
    const result: unknown = JSON.parse(reply.body.toString('utf8'));
    return { ok: true, result };
  } catch {
    return { ok: false, reason: 'invalid-reply' };
  }
}
