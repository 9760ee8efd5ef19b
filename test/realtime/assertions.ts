import assert from 'node:assert/strict';
import type { FinishedCall } from './stage.ts';
import type { CallRecord } from './sidecar-api.ts';

/**
 * The longest stretch in which the caller heard nothing, from the end of a question to the words
 * that complete its answer, in ms. Taken from what the telephone made out, nothing else.
 * @param question which of the things that the caller said
 */
export function longestSilenceMs(
  { report }: Pick<FinishedCall, 'report'>,
  question: number,
  answer: RegExp,
): number {
  const asked = report.said[question];
  assert.ok(asked, 'the caller did not get to ask that');
  let silentFromMs = asked.endMs;
  let longestMs = 0;
  let words = '';
  for (const { text, startMs, endMs } of report.heard) {
    if (endMs <= asked.endMs) continue;
    longestMs = Math.max(longestMs, startMs - silentFromMs);
    silentFromMs = Math.max(silentFromMs, endMs);
    words += ` ${text}`;
    if (answer.test(words)) return longestMs;
  }
  return assert.fail(`no answer ${String(answer)} in «${words}»`);
}

/** What the record has of one side, in order. */
export function linesOf({ turns }: CallRecord, role: 'caller' | 'agent' | 'tool'): string[] {
  return turns.filter((turn) => turn.role === role).map(({ text }) => text);
}

/** Words that the caller heard, and that no line of the agent has (left). */
export function unrecordedWords({ report, record }: FinishedCall): string[] {
  const recorded = wordsOf(linesOf(record, 'agent').join(' '));
  return wordsOf(report.heard.map(({ text }) => text).join(' ')).filter((word) => {
    const place = recorded.indexOf(word);
    if (place >= 0) recorded.splice(place, 1);
    return place < 0;
  });
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** Every line of the caller once, in order, and of the agent none twice. */
export function assertNothingLostOrDoubled(record: CallRecord, said: readonly string[]): void {
  const turns = JSON.stringify(
    record.turns.map(({ role, text }) => `${role}: ${text}`),
    null,
    1,
  );
  assert.deepEqual(linesOf(record, 'caller'), said, turns);
  const agent = linesOf(record, 'agent');
  assert.equal(new Set(agent).size, agent.length, turns);
  assert.deepEqual(
    record.turns.map(({ index }) => index),
    record.turns.map((_, place) => place),
    turns,
  );
}
