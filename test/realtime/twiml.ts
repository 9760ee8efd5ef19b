import type { SessionReply } from './stand-in-for-n8n.ts';

/** As the `Twilio Voice` node writes it. */
export function connectTwiml(session: SessionReply): string {
  return [
    `<Response><Connect action="${escaped(session.actionUrl)}">`,
    `<Stream url="${escaped(session.streamUrl)}" statusCallback="${escaped(session.streamStatusUrl)}">`,
    `<Parameter name="sessionId" value="${escaped(session.sessionId)}"/>`,
    `<Parameter name="token" value="${escaped(session.token)}"/>`,
    '</Stream></Connect></Response>',
  ].join('');
}

export function dialSipTwiml(sip: NonNullable<SessionReply['sip']>): string {
  const { actionUrl, timeLimitMs, uri } = sip;
  const timeLimit = String(Math.ceil(timeLimitMs / 1000));
  return (
    `<Response><Dial answerOnBridge="true" timeLimit="${timeLimit}" action="${escaped(actionUrl)}">` +
    `<Sip>${escaped(uri)}</Sip></Dial></Response>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
