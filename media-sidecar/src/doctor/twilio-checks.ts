import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { jsonOf, ok, problem, reasonOf, type Finding, type HttpGet } from './finding.ts';
import { Trunks } from './trunk-checks.ts';

/** https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource */
const pageSchema = z.object({
  incoming_phone_numbers: z.array(
    z.object({
      phone_number: z.string(),
      voice_url: z.string().nullish(),
      voice_application_sid: z.string().nullish(),
      trunk_sid: z.string().nullish(),
    }),
  ),
  next_page_uri: z.string().nullish(),
});
type IncomingNumber = z.infer<typeof pageSchema>['incoming_phone_numbers'][number];

/** More numbers than this are not looked at one by one. */
const maxPages = 20;

/** Where the calls of each number of the account go. */
export async function checkTwilio(config: Config, get: HttpGet): Promise<Finding[]> {
  const { accountSid, authToken, apiUrl } = config.twilio;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const numbers: IncomingNumber[] = [];
  let next: string | null | undefined =
    `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers.json?PageSize=100`;
  for (let page = 0; next && page < maxPages; page++) {
    let answer;
    try {
      answer = await get(new URL(next, apiUrl).href, { authorization });
    } catch (error) {
      const what = `${new URL(apiUrl).host} does not answer (${reasonOf(error)})`;
      return [problem(what, 'Check the network and its proxy.')];
    }
    if (answer.status === 401) {
      return [
        problem('Twilio refuses the account', 'Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.'),
      ];
    }
    const parsed = pageSchema.safeParse(jsonOf(answer.body));
    if (answer.status !== 200 || !parsed.success) {
      return [problem(`Twilio answered ${String(answer.status)}`, 'Try again in a minute.')];
    }
    numbers.push(...parsed.data.incoming_phone_numbers);
    next = parsed.data.next_page_uri;
  }
  if (numbers.length === 0) {
    return [problem('the Twilio account has no phone number', 'Buy one in the Twilio console.')];
  }
  const trunks = new Trunks(config, authorization, get);
  const findings: Finding[] = [];
  for (const number of numbers) findings.push(await routeOf(number, trunks));
  return findings;
}

/** In the order in which Twilio looks. */
async function routeOf(number: IncomingNumber, trunks: Trunks): Promise<Finding> {
  const { phone_number: name, trunk_sid, voice_application_sid, voice_url } = number;
  if (trunk_sid) return trunks.routeOf(name, trunk_sid);
  if (voice_application_sid) {
    return problem(
      `${name} is answered by the TwiML App ${voice_application_sid}`,
      'Its own voice URL is not asked. Set "Configure with" to Webhook, or publish the workflow with "Set the webhook of the numbers".',
    );
  }
  if (!voice_url) {
    return problem(
      `nobody answers ${name}`,
      'Publish a workflow with the Twilio Voice Trigger for it, or paste its production URL into "A call comes in".',
    );
  }
  const { protocol, host } = new URL(voice_url);
  if (protocol !== 'https:') {
    return problem(
      `${name} is answered over plain http by ${host}`,
      'Let n8n be reached over https: anybody between Twilio and n8n could read and change calls.',
    );
  }
  if (host === 'demo.twilio.com') {
    return problem(
      `${name} still plays Twilio's demo`,
      'Publish a workflow with the Twilio Voice Trigger for it.',
    );
  }
  return ok(`${name} is answered by ${host}`);
}
