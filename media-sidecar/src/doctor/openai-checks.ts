import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { checkRealtimeModel } from '../realtime/openai/models.ts';
import { jsonOf, ok, problem, reasonOf, unknown, type Finding, type HttpGet } from './finding.ts';

const errorSchema = z.object({
  error: z.object({ code: z.string().nullish(), message: z.string().optional() }),
});
const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/**
 * By the host of the API. Europe's are for projects with data residency there:
 * https://developers.openai.com/api/docs/guides/realtime-sip
 */
const sipHosts: ReadonlyMap<string, string> = new Map([
  ['api.openai.com', 'sip.api.openai.com'],
  ['eu.api.openai.com', 'sip-eu.api.openai.com'],
]);

/**
 * Whether the key works, belongs to the project that SIP calls are addressed to, and may use the
 * model. OpenAI compares the `OpenAI-Project` header with the key:
 * https://developers.openai.com/api/reference/overview#authentication
 */
export async function checkOpenAi(config: Config, get: HttpGet): Promise<Finding[]> {
  const { apiKey, baseUrl, projectId, realtimeModel } = config.openAi;
  if (apiKey === undefined) {
    return [
      problem('OPENAI_API_KEY is not set', 'Set it: without it nothing is speech to speech.'),
    ];
  }
  const findings: Finding[] = [];
  if (projectId === undefined) {
    findings.push(
      unknown(
        'OPENAI_PROJECT_ID is not set: no calls over SIP',
        'For SIP, set it to the id in platform.openai.com > Settings > Project > General (proj_…).',
      ),
    );
  }
  let answer;
  try {
    answer = await get(`${baseUrl}/models`, {
      authorization: `Bearer ${apiKey}`,
      ...(projectId !== undefined && { 'openai-project': projectId }),
    });
  } catch (error) {
    const what = `${new URL(baseUrl).host} does not answer (${reasonOf(error)})`;
    return [...findings, problem(what, 'Check OPENAI_BASE_URL, the network and its proxy.')];
  }
  if (answer.status !== 200) return [...findings, refused(answer.status, answer.body)];
  findings.push(ok('OpenAI takes the key'));
  if (projectId !== undefined) findings.push(ok(`the key belongs to ${projectId}`));
  const models = modelsSchema.safeParse(jsonOf(answer.body));
  if (!models.success) {
    const advice = 'Look at the address in OPENAI_BASE_URL: this is not how OpenAI lists models.';
    return [...findings, problem('the list of models makes no sense', advice)];
  }
  const retired = checkRealtimeModel(realtimeModel);
  if (retired !== undefined) {
    const advice = 'Set OPENAI_REALTIME_MODEL: the sidecar does not start with this one.';
    return [...findings, problem(retired, advice)];
  }
  const has = models.data.data.some(({ id }) => id === realtimeModel);
  return [
    ...findings,
    has
      ? ok(`the project may use ${realtimeModel}`)
      : problem(
          `the project may not use ${realtimeModel}`,
          'Allow it in Settings > Project > Limits, or set OPENAI_REALTIME_MODEL to one that is allowed.',
        ),
  ];
}

/**
 * Whether the calls arrive where the API is asked about them. Nothing without SIP, or where either is a
 * host of somebody else.
 */
export function checkRegion({ openAi }: Config): Finding[] {
  const apiHost = new URL(openAi.baseUrl).hostname;
  const sipHost = openAi.sipHost.toLowerCase();
  const areOpenAis = [apiHost, sipHost].every((host) => host.endsWith('.openai.com'));
  if (openAi.projectId === undefined || !areOpenAis) return [];
  const fitting = sipHosts.get(apiHost);
  if (fitting === sipHost) return [ok(`${sipHost} is the SIP host of ${apiHost}`)];
  if (fitting === undefined) {
    const advice = `Ask OpenAI, or place a call to see whether ${sipHost} takes it.`;
    return [unknown(`OpenAI's guide names no SIP host for ${apiHost}`, advice)];
  }
  const advice =
    apiHost === 'api.openai.com'
      ? `Set OPENAI_SIP_HOST to ${fitting}, or OPENAI_BASE_URL to https://eu.api.openai.com/v1 for a project with European data residency.`
      : `Set OPENAI_SIP_HOST to ${fitting}.`;
  return [problem(`${sipHost} is not the SIP host of ${apiHost}`, advice)];
}

function refused(status: number, body: string): Finding {
  const parsed = errorSchema.safeParse(jsonOf(body));
  const code = parsed.success ? parsed.data.error.code : undefined;
  if (code === 'mismatched_project') {
    return problem(
      'the key does not belong to OPENAI_PROJECT_ID',
      'SIP calls would reach another project, whose webhooks you do not get. Take key and id from the same project.',
    );
  }
  if (status === 401) {
    return problem('OpenAI refuses the key', 'Set OPENAI_API_KEY to a key of the project.');
  }
  return unknown(
    `OpenAI answered ${String(status)}${code ? ` (${code})` : ''}`,
    'Try again; if it stays, look at status.openai.com.',
  );
}
