import type { AccountNumber } from '../twilio/account.ts';
import type { CallSession } from '../twilio/call-session.ts';

export function numberView(number: AccountNumber): object {
  const { sid, accountSid, phoneNumber, friendlyName, voiceUrl, voiceFallbackUrl } = number;
  return { sid, accountSid, phoneNumber, friendlyName, voiceUrl, voiceFallbackUrl };
}

export function callView(call: CallSession): object {
  const { from, to, direction, parent } = call.options;
  return {
    callSid: call.sid,
    accountSid: call.account.sid,
    parentCallSid: parent?.sid ?? null,
    direction,
    from,
    to,
    status: call.status,
    startedAt: isoOrNull(call.startedAtMs),
    answeredAt: isoOrNull(call.answeredAtMs),
    endedAt: isoOrNull(call.endedAtMs),
    durationMs: call.durationMs,
    errorCode: call.errorCode ?? null,
    frames: call.line.counters,
    streams: call.streams.map((stream) => ({
      streamSid: stream.sid,
      ...stream.stats,
      underruns: stream.underruns,
    })),
  };
}

function isoOrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}
