import type { ToolOutcome } from '../ports.ts';
import { fakeTool } from './fake-session.ts';
import { RealtimeHarness, type RealtimeSetup } from './realtime-harness.ts';

/** What a workflow that is asked for a price finds. */
export const PRICE: ToolOutcome = { ok: true, result: 1 };
/** Longer than anybody waits for it. */
export const SLOW_MS = 9000;

export const GOODBYE = 'Hasta luego, que esté bien.';

/** A caller who has asked what something costs; the model has not answered yet. */
export async function asking(setup: RealtimeSetup = {}): Promise<RealtimeHarness> {
  const session = { tools: [fakeTool('precio'), fakeTool('stock')], ...setup.session };
  const talk = await new RealtimeHarness({ ...setup, session }).afterOpening();
  await talk.says('¿Cuánto cuesta?');
  return talk;
}

/** The model asks for the price, which a workflow finds after a while. */
export function asksForPrice(talk: RealtimeHarness, afterMs: number, outcome = PRICE): void {
  talk.tools.offer('precio', outcome, afterMs);
  talk.line.asksFor({ callId: 'c1', name: 'precio' });
}

/** The model ends an answer in which it says nothing. */
export function saysNothing(talk: RealtimeHarness, responseId = talk.line.begins()): void {
  talk.line.ends({ responseId });
}

/** What the model was asked for beside the sentences that it was told to say. */
export const answersAskedFor = (talk: RealtimeHarness) =>
  talk.line.asked('respond').filter(({ request }) => request.instructions === undefined);

export const fillersAskedFor = (talk: RealtimeHarness) =>
  talk.line.asked('respond').filter(({ request }) => request.outOfBand);

export const resultsTold = (talk: RealtimeHarness) =>
  talk.line.asked('tool-result').map(({ callId, output }) => [callId, output]);

/** The model says goodbye and, in the same response, hangs up. */
export function saysGoodbyeAndHangsUp(
  talk: RealtimeHarness,
  ms: number,
  responseId = talk.line.begins(),
): void {
  talk.line.speaks('goodbye', GOODBYE, ms, { responseId, done: false });
  const call = { callId: 'bye', name: 'end_call', arguments: '{}' };
  talk.line.listener.onToolCall({ responseId, itemId: 'call', ...call });
  talk.line.ends({ responseId });
}
