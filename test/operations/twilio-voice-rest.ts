import assert from 'node:assert/strict';

import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { CallerReport, TelephoneInput, WireRequest } from 'simulator';

import type { RunInput, RunResult } from '../engine/engine.ts';
import { accountSid, ownNumber, startCloud, type Cloud } from './cloud.ts';

export const customer = '+56911112222';
export const human = '+56933334444';
export const account = `/2010-04-01/Accounts/${accountSid}`;

export const silence = '<Response><Pause length="120"/></Response>';
export const waits: TelephoneInput = {
  does: 'answer',
  afterMs: 0,
  script: [{ do: 'wait-for-end', timeoutMs: 60_000 }],
};

/** Runs Twilio Voice nodes in n8n's engine against the simulated Twilio. */
export class TwilioRig implements AsyncDisposable {
  readonly cloud: Cloud;
  /** What became of the last running call, as the customer saw and heard it. */
  customerReport: Promise<CallerReport> | undefined;

  constructor(cloud: Cloud) {
    this.cloud = cloud;
  }

  static async start(options?: { readonly sidecar?: boolean }): Promise<TwilioRig> {
    return new TwilioRig(await startCloud(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cloud[Symbol.asyncDispose]();
  }

  run(parameters: IDataObject, more: Partial<RunInput> = {}): Promise<RunResult> {
    this.cloud.simulator.requests.clear();
    const { credentials } = this.cloud;
    return this.cloud.engine.run({ node: 'twilioVoice', parameters, credentials, ...more });
  }

  /** What one item became; an error of the node is an error of the test. */
  async one(parameters: IDataObject, more: Partial<RunInput> = {}): Promise<INodeExecutionData> {
    const { items, error } = await this.run(parameters, more);
    assert.equal(error, undefined, `${String(error?.message)} ${String(error?.description)}`);
    assert.equal(items.length, 1);
    return items[0] as INodeExecutionData;
  }

  /** The requests of the last run that reached Twilio. */
  get requests(): WireRequest[] {
    return [...this.cloud.simulator.requests.list()];
  }

  /** The last request: its method and path, and its form with single values out of their lists. */
  last(): {
    request: string;
    form: Record<string, string | string[]>;
    query: Record<string, string>;
  } {
    const { method, path, body, query } = this.requests.at(-1) as WireRequest;
    return {
      request: `${method} ${path.replace(account, '')}`,
      form: flat((body ?? {}) as Record<string, string[]>),
      query: flat(query) as Record<string, string>,
    };
  }

  /** Somebody was called, has answered, and follows the TwiML. */
  async runningCall(twiml = silence, telephone: TelephoneInput = waits): Promise<string> {
    const { simulator } = this.cloud;
    this.customerReport = simulator.telephone(customer, telephone).nextReport();
    const answered = Promise.withResolvers<void>();
    simulator.exchange.onCallEvent = (session, { type, details }) => {
      if (type === 'status' && details.status === 'in-progress' && session.options.to === customer)
        answered.resolve();
    };
    const { json } = await this.one({
      resource: 'call',
      operation: 'make',
      from: { __rl: true, mode: 'number', value: ownNumber },
      to: customer,
      instructions: 'twiml',
      twiml,
    });
    await answered.promise;
    simulator.exchange.onCallEvent = undefined;
    return String(json.callSid);
  }

  /** Until so many frames of 20 ms of the telephone network have passed. */
  frames(count: number): Promise<void> {
    const { beat } = this.cloud.simulator.exchange;
    let left = count;
    return new Promise((resolve) => {
      const counter = {
        tick: () => {
          if (--left > 0) return;
          beat.delete(counter);
          resolve();
        },
      };
      beat.add(counter);
    });
  }

  endOf(callSid: string): Promise<void> {
    const session = this.cloud.simulator.exchange.findCall(callSid);
    assert.ok(session);
    return new Promise((resolve) => {
      if (session.lifetime.aborted) resolve();
      else session.lifetime.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

function flat(
  lists: Readonly<Record<string, readonly string[]>>,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(lists).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] as string) : [...values],
    ]),
  );
}

export const call = (callSid: string) => ({ __rl: true, mode: 'id', value: callSid });
