import type { Config } from '../config/config.ts';
import { ok, problem, reasonOf, type Finding, type HttpGet } from './finding.ts';

/** SIP over TLS, RFC 3261, 19.1.2. */
export const sipsPort = 5061;

/** Whether Twilio would reach the sidecar where it says that it is. */
export async function checkPublicUrl(config: Config, get: HttpGet): Promise<Finding> {
  const url = `${config.publicUrl}/health`;
  try {
    const { status } = await get(url);
    if (status === 200) return ok(`the sidecar answers at ${config.publicUrl}`);
    return problem(
      `${url} answers ${String(status)}`,
      'PUBLIC_URL has to lead to the sidecar: look at the proxy in front of it.',
    );
  } catch (error) {
    return problem(
      `${url} does not answer (${reasonOf(error)})`,
      'Start the sidecar, and let PUBLIC_URL lead to it. Media streams need a certificate that Twilio trusts.',
    );
  }
}

/** Connects and ends at once. @throws Error when nobody accepts the connection */
export type TlsConnect = (host: string, port: number) => Promise<void>;

/** Whether the SIP side of OpenAI can be reached. Twilio has to reach it, not this machine. */
export async function checkSip(config: Config, connect: TlsConnect): Promise<Finding> {
  const { sipHost } = config.openAi;
  try {
    await connect(sipHost, sipsPort);
    return ok(`${sipHost} accepts SIP over TLS`);
  } catch (error) {
    return {
      state: 'unknown',
      what: `${sipHost}:${String(sipsPort)} cannot be reached from here (${reasonOf(error)})`,
      advice:
        'Twilio has to reach it, not this machine: no problem if a firewall keeps SIP inside. OPENAI_SIP_HOST names another region.',
    };
  }
}
