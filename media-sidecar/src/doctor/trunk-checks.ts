import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { jsonOf, ok, problem, reasonOf, unknown, type Finding, type HttpGet } from './finding.ts';
import { sipsPort } from './network-checks.ts';

/** https://www.twilio.com/docs/sip-trunking/api/originationurl-resource */
const pageSchema = z.object({
  origination_urls: z.array(
    z.object({ sip_url: z.string(), enabled: z.boolean(), priority: z.number() }),
  ),
  meta: z.object({ next_page_url: z.url().nullish() }),
});
type OriginationUrl = z.infer<typeof pageSchema>['origination_urls'][number];

/** More origination URLs than this are not looked at. */
const maxPages = 20;

/** Where a trunk of the account leads, or why that is not told. */
type Trunk = { readonly urls: readonly OriginationUrl[] } | { readonly unread: string };

/** Twilio's trunks of one account, each of which is read once. */
export class Trunks {
  readonly #openAi: Config['openAi'];
  readonly #origin: string;
  readonly #get: (url: string) => ReturnType<HttpGet>;
  readonly #read = new Map<string, Promise<Trunk>>();

  constructor({ openAi, twilio }: Config, authorization: string, get: HttpGet) {
    this.#openAi = openAi;
    this.#origin = trunkingOrigin(twilio.apiUrl);
    this.#get = (url) => get(url, { authorization });
  }

  /** Whether the calls of a number on a trunk reach the OpenAI project. */
  async routeOf(phoneNumber: string, trunkSid: string): Promise<Finding> {
    const { projectId, sipHost } = this.#openAi;
    if (projectId === undefined) {
      return unknown(
        `${phoneNumber} goes to the SIP trunk ${trunkSid}, wherever that leads`,
        "Set OPENAI_PROJECT_ID to have the trunk's origination URIs compared with the project.",
      );
    }
    let reading = this.#read.get(trunkSid);
    if (reading === undefined) {
      reading = this.#readTrunk(trunkSid);
      this.#read.set(trunkSid, reading);
    }
    return judge(`${phoneNumber} goes to the SIP trunk ${trunkSid}`, await reading, {
      projectId,
      sipHost,
    });
  }

  async #readTrunk(trunkSid: string): Promise<Trunk> {
    const urls: OriginationUrl[] = [];
    let next: string | undefined = `/v1/Trunks/${trunkSid}/OriginationUrls?PageSize=100`;
    for (let page = 0; next !== undefined && page < maxPages; page++) {
      let answer;
      try {
        answer = await this.#get(`${this.#origin}${next}`);
      } catch (error) {
        return { unread: `${new URL(this.#origin).host} does not answer (${reasonOf(error)})` };
      }
      const parsed = pageSchema.safeParse(jsonOf(answer.body));
      if (answer.status !== 200 || !parsed.success) {
        return { unread: `Twilio answered ${String(answer.status)}` };
      }
      urls.push(...parsed.data.origination_urls);
      next = pathOf(parsed.data.meta.next_page_url);
    }
    return { urls };
  }
}

/** Twilio serves trunks from a host of their own; what stands in for Twilio has one for everything. */
function trunkingOrigin(apiUrl: string): string {
  const url = new URL(apiUrl);
  if (url.hostname.endsWith('.twilio.com')) {
    url.hostname = url.hostname.replace(/^api\./, 'trunking.');
  }
  return url.origin;
}

/** Without the host: the credentials go to no other than that of the first page. */
function pathOf(url: string | null | undefined): string | undefined {
  if (!url) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

interface Project {
  readonly projectId: string;
  readonly sipHost: string;
}

/** @param route as it is known without the trunk */
function judge(route: string, trunk: Trunk, project: Project): Finding {
  const wanted = `sip:${project.projectId}@${project.sipHost};transport=tls`;
  if ('unread' in trunk) {
    return unknown(
      `${route}, and where that leads is not told: ${trunk.unread}`,
      `Look at the trunk in the Twilio console: its origination URI has to be ${wanted}.`,
    );
  }
  const enabled = trunk.urls.filter((url) => url.enabled);
  if (enabled.length === 0) {
    return problem(
      `${route}, which leads nowhere`,
      `Give the trunk the origination URI ${wanted}, or take the number off the trunk.`,
    );
  }
  // The lowest number is called first; the others where it does not answer.
  const first = Math.min(...enabled.map(({ priority }) => priority));
  const strangers = enabled
    .filter(({ priority }) => priority === first)
    .map((url) => url.sip_url)
    .filter((url) => !isAddressOf(project, url));
  if (strangers.length === 0) return ok(`${route}, which leads to the OpenAI project`);
  return problem(
    `${route}, which leads to ${strangers.join(' and ')}`,
    `Let the trunk's origination URI be ${wanted}, or take the number off the trunk.`,
  );
}

/**
 * Whether a SIP address is that of the project, over TLS, as OpenAI's guide wants it. RFC 3261, 19.1.4,
 * tells what counts in upper and lower case; Twilio knows parameters of its own, such as `edge`.
 */
function isAddressOf({ projectId, sipHost }: Project, sipUrl: string): boolean {
  const parts = /^sip:([^@;?]+)@([^:;?]+)(?::(\d+))?((?:;[^;?]*)*)(?:\?.*)?$/i.exec(sipUrl.trim());
  if (parts === null) return false;
  const [, user, host = '', port = String(sipsPort), parameters = ''] = parts;
  return (
    user === projectId &&
    host.toLowerCase() === sipHost.toLowerCase() &&
    Number(port) === sipsPort &&
    parameters.toLowerCase().split(';').includes('transport=tls')
  );
}
