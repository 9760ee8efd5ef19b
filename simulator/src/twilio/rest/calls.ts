import type { Account } from '../account.ts';
import type { CallSession } from '../call-session.ts';
import { restErrors } from './errors.ts';
import type { Form } from './form.ts';
import { givenSource } from './create-call.ts';

/** https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource */
export function updateCall(call: CallSession, form: Form): void {
  form.allowOnly([
    'FallbackMethod',
    'FallbackUrl',
    'Method',
    'Status',
    'StatusCallback',
    'StatusCallbackMethod',
    'TimeLimit',
    'Twiml',
    'Url',
  ]);
  const status = form.oneOf('Status', ['canceled', 'completed']);
  const source = givenSource(form);
  if (status === undefined && source === undefined)
    throw restErrors.invalid('Status, Url or Twiml is required');
  if (status !== undefined && source !== undefined)
    throw restErrors.invalid('Send either Status or a document, not both');
  if (!call.isActive)
    throw restErrors.callState(
      source === undefined
        ? 'Invalid call state: the call has ended.'
        : 'Call is not in-progress. Cannot redirect.',
    );
  if (source !== undefined) {
    if (!call.isInProgress) throw restErrors.callState('Call is not in-progress. Cannot redirect.');
    call.redirect(source);
  } else if (status === 'canceled') {
    // Cancelling does not touch a call that was answered.
    if (call.isInProgress) throw restErrors.callState('Call is in-progress. Cannot cancel.');
    call.end('canceled', 'other-side');
  } else call.end(call.isInProgress ? 'completed' : 'canceled', 'other-side');
}

/** Newest first, by the filters of the list. */
export function filterCalls(account: Account, query: URLSearchParams): readonly CallSession[] {
  const tests: ((call: CallSession) => boolean)[] = [];
  for (const [name, value] of query) {
    if (value === '') continue;
    switch (name) {
      case 'To':
        tests.push((call) => call.options.to === value);
        break;
      case 'From':
        tests.push((call) => call.options.from === value);
        break;
      case 'Status':
        tests.push((call) => call.status === value);
        break;
      case 'ParentCallSid':
        tests.push((call) => call.options.parent?.sid === value);
        break;
      default: {
        const field = /^(StartTime|EndTime)([<>]?)$/.exec(name);
        if (field) tests.push(timeTest(field[1] === 'StartTime', field[2] ?? '', value));
      }
    }
  }
  return [...account.calls.values()]
    .reverse()
    .filter((call) => tests.every((passes) => passes(call)));
}

/** `StartTime=day`, `StartTime>=` and `StartTime<=`; the sign arrives as the end of the name. */
function timeTest(isStart: boolean, sign: string, value: string): (call: CallSession) => boolean {
  const atMs = Date.parse(value);
  if (Number.isNaN(atMs)) throw restErrors.invalid('a date must be in ISO 8601');
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const endOfDayMs = isDay ? atMs + 86_400_000 - 1 : atMs;
  return (call) => {
    const time = isStart ? call.startedAtMs : call.endedAtMs;
    if (time === undefined) return false;
    if (sign === '>') return time >= atMs;
    if (sign === '<') return time <= endOfDayMs;
    return time >= atMs && time <= endOfDayMs;
  };
}
