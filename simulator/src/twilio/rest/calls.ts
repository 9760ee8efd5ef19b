import type { Account } from '../account.ts';
import type { CallSession } from '../call-session.ts';
import { dateFilter } from './dates.ts';
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
  const settings = callSettingsOf(form);
  if (status === undefined && source === undefined && settings.length === 0)
    throw restErrors.invalid('No field to update was given');
  if (status !== undefined && source !== undefined)
    throw restErrors.invalid('Send either Status or a document, not both');
  if (!call.isActive)
    throw restErrors.callState(
      source === undefined
        ? 'Invalid call state: the call has ended.'
        : 'Call is not in-progress. Cannot redirect.',
    );
  if (source !== undefined && !call.isInProgress)
    throw restErrors.callState('Call is not in-progress. Cannot redirect.');
  // Cancelling does not touch a call that was answered.
  if (status === 'canceled' && call.isInProgress)
    throw restErrors.callState('Call is in-progress. Cannot cancel.');
  // All has been checked; what is told about the end is set before the end.
  for (const apply of settings) apply(call);
  if (source !== undefined) call.redirect(source);
  else if (status === 'canceled') call.end('canceled', 'other-side');
  else if (status === 'completed')
    call.end(call.isInProgress ? 'completed' : 'canceled', 'other-side');
}

/** What a running call is to do differently; an empty URL takes one away. */
function callSettingsOf(form: Form): readonly ((call: CallSession) => void)[] {
  const settings: ((call: CallSession) => void)[] = [];
  const statusUrl = form.url('StatusCallback');
  const statusMethod = form.method('StatusCallbackMethod') ?? 'POST';
  if (form.has('StatusCallback'))
    settings.push((call) =>
      call.setStatusCallback(statusUrl ? { url: statusUrl, method: statusMethod } : undefined),
    );
  const fallbackUrl = form.url('FallbackUrl');
  const fallbackMethod = form.method('FallbackMethod') ?? 'POST';
  if (form.has('FallbackUrl'))
    settings.push((call) => {
      call.fallback = fallbackUrl ? { url: fallbackUrl, method: fallbackMethod } : undefined;
    });
  const timeLimit = form.integer('TimeLimit', 1, 86_400);
  if (timeLimit !== undefined) settings.push((call) => call.setTimeLimit(timeLimit * 1000));
  return settings;
}

/** Newest first, by the filters of the list. */
export function filterCalls(account: Account, query: URLSearchParams): readonly CallSession[] {
  const tests: ((call: CallSession) => boolean)[] = [];
  const equal = (name: string, value: (call: CallSession) => string | undefined): void => {
    const wanted = query.get(name);
    if (wanted) tests.push((call) => value(call) === wanted);
  };
  equal('To', (call) => call.options.to);
  equal('From', (call) => call.options.from);
  equal('Status', (call) => call.status);
  equal('ParentCallSid', (call) => call.options.parent?.sid);
  const startedIn = dateFilter(query, 'StartTime');
  const endedIn = dateFilter(query, 'EndTime');
  return [...account.calls.values()]
    .reverse()
    .filter((call) => tests.every((passes) => passes(call)))
    .filter((call) => startedIn(call.startedAtMs) && endedIn(call.endedAtMs));
}
