import type { Config } from '../config/config.ts';
import type { Finding, HttpGet } from './finding.ts';
import { checkPublicUrl, checkSip, type TlsConnect } from './network-checks.ts';
import { checkOpenAi, checkRegion } from './openai-checks.ts';
import { checkTwilio } from './twilio-checks.ts';

export interface Examination {
  readonly findings: readonly Finding[];
  /** Where a SIP call reaches the project; absent without a project id. */
  readonly sipUri?: string;
}

/** Looks at everything that a speech-to-speech call passes on its way, without placing one. */
export async function examine(
  config: Config,
  net: { readonly get: HttpGet; readonly connect: TlsConnect },
): Promise<Examination> {
  const { projectId, sipHost } = config.openAi;
  const sipUri = projectId === undefined ? undefined : `sip:${projectId}@${sipHost};transport=tls`;
  const findings = await Promise.all([
    checkPublicUrl(config, net.get),
    checkOpenAi(config, net.get),
    checkRegion(config),
    checkSip(config, net.connect),
    checkTwilio(config, net.get),
  ]);
  return { findings: findings.flat(), ...(sipUri !== undefined && { sipUri }) };
}

const marks = { ok: '  ok      ', problem: '  PROBLEM ', unknown: '  ?       ' } as const;

/** What a person reads. */
export function report({ findings, sipUri }: Examination): string {
  const lines = findings.flatMap(({ state, what, advice }) => [
    `${marks[state]}${what}`,
    ...(advice === undefined ? [] : [`            ${advice}`]),
  ]);
  if (sipUri !== undefined) lines.push('', ...instructions(sipUri));
  return `${lines.join('\n')}\n`;
}

function instructions(sipUri: string): string[] {
  return [
    'For calls over SIP, set:',
    '  Twilio   Phone Numbers > the number > Voice > "A call comes in": Webhook, POST, the production URL',
    '           of the Twilio Voice Trigger (it sets this itself with "Set the webhook of the numbers").',
    '           The workflow answers with <Dial><Sip> to',
    `             ${sipUri}`,
    '           An Elastic SIP trunk instead: that address as its origination URI. Its calls name no session:',
    '           "Answer SIP Call" has to find the tenant.',
    '  OpenAI   Settings > Project > Webhooks: the production URL of the OpenAI Realtime Trigger, event',
    '           realtime.call.incoming; its secret (whsec_…) belongs into the OpenAI credential in n8n.',
  ];
}
