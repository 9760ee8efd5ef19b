import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import { z, ZodError } from 'zod';
import { createTelephone, dialScripted, type CallerPorts } from '../callers/dial.ts';
import type { DialInput, DialledCaller, TelephoneInput } from '../callers/dial.ts';
import type { ScriptedTelephone } from '../callers/scripted-telephone.ts';
import type { CallerReport } from '../callers/scripted-caller.ts';
import type { FaultChanges, Faults } from '../faults/faults.ts';
import type { GeminiScriptStep } from '../gemini/script.ts';
import type { OpenAiProject } from '../openai/realtime/project.ts';
import type { OpenAiScriptStep } from '../openai/script.ts';
import { isAddress } from '../telephone-network/telephones.ts';
import { newSid } from '../twilio/sids.ts';
import { openAiRoutes } from './openai-routes.ts';
import { callView, numberView } from './views.ts';
import type { WireLog } from './wire-log.ts';

export interface ControlOptions {
  readonly controlKey: string;
  readonly ports: CallerPorts;
  readonly faults: Faults;
  readonly gemini: { script(steps: readonly GeminiScriptStep[]): void };
  readonly openai: {
    script(steps: readonly OpenAiScriptStep[]): void;
    readonly project: OpenAiProject;
  };
  readonly requests: Pick<WireLog, 'list' | 'clear'>;
}

class ControlError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const notFound = (what: string): ControlError =>
  new ControlError(404, `${what}-not-found`, `there is no such ${what}`);

/** Remote control of the simulator, under `/sim/v1`. */
export const control: FastifyPluginCallback<ControlOptions> = (app, options, done) => {
  const expected = Buffer.from(`Bearer ${options.controlKey}`);
  app.addHook('onRequest', async (request) => {
    const shown = Buffer.from(request.headers.authorization ?? '');
    if (shown.length !== expected.length || !timingSafeEqual(shown, expected))
      throw new ControlError(401, 'unauthorized', 'the control key is missing or wrong');
  });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof ControlError)
      return reply.code(error.status).send(body(error.code, error.message));
    if (error instanceof ZodError) {
      const [issue] = error.issues;
      return reply
        .code(400)
        .send(body('invalid-request', issue?.message ?? '', issue?.path.join('.')));
    }
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === 'number' && status < 500)
      return reply.code(status).send(body('invalid-request', (error as Error).message));
    throw error;
  });
  networkRoutes(app, options);
  callerRoutes(app, options);
  telephoneRoutes(app, options);
  requestRoutes(app, options);
  openAiRoutes(app, options.openai.project, notFound);
  app.get('/faults', async () => options.faults.current);
  app.patch('/faults', async (request) => {
    options.faults.set(request.body as FaultChanges);
    return options.faults.current;
  });
  app.delete('/faults', async () => {
    options.faults.reset();
    return options.faults.current;
  });
  app.put('/gemini/script', async (request, reply) => {
    options.gemini.script(request.body as readonly GeminiScriptStep[]);
    return reply.code(204).send();
  });
  app.put('/openai/script', async (request, reply) => {
    options.openai.script(request.body as readonly OpenAiScriptStep[]);
    return reply.code(204).send();
  });
  done();
};

const newNumber = z.strictObject({
  accountSid: z.string(),
  phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164'),
  voiceUrl: z.url({ protocol: /^https?$/ }).optional(),
});
const callQuery = z.object({ active: z.enum(['true', 'false']).optional() });
const gap = z.strictObject({ durationMs: z.number().int().positive().max(600_000) });

function networkRoutes(app: FastifyInstance, { ports }: ControlOptions): void {
  const { exchange } = ports;
  const callOf = (request: FastifyRequest) => {
    const call = exchange.findCall(idOf(request));
    if (call === undefined) throw notFound('call');
    return call;
  };
  app.get('/numbers', async () => ({ data: exchange.allNumbers().map(numberView) }));
  app.post('/numbers', async (request, reply) => {
    const { accountSid, phoneNumber, voiceUrl } = newNumber.parse(request.body);
    const account = exchange.accounts.get(accountSid);
    if (account === undefined) throw notFound('account');
    if (exchange.ownerOf(phoneNumber))
      throw new ControlError(409, 'number-exists', 'the number belongs to an account already');
    const number = account.addNumber(phoneNumber, voiceUrl ? { voiceUrl } : {});
    return reply.code(201).send(numberView(number));
  });
  app.get('/calls', async (request) => {
    const { active } = callQuery.parse(request.query);
    const calls = exchange.allCalls();
    const shown = active ? calls.filter((call) => String(call.isActive) === active) : calls;
    return { data: shown.map((call) => callView(call)) };
  });
  app.get('/calls/:id', async (request) => {
    const call = callOf(request);
    return { ...callView(call), events: call.events };
  });
  app.post('/calls/:id/gaps', async (request, reply) => {
    callOf(request).line.loseFrames(gap.parse(request.body).durationMs);
    return reply.code(204).send();
  });
  app.delete('/calls/:id', async (request, reply) => {
    callOf(request).end('completed', 'network');
    return reply.code(204).send();
  });
}

const requestQuery = z.object({
  path: z
    .string()
    .transform((text, context) => {
      try {
        return new RegExp(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not a regular expression' });
        return z.NEVER;
      }
    })
    .optional(),
  method: z.string().optional(),
});

function requestRoutes(app: FastifyInstance, { requests }: ControlOptions): void {
  app.get('/requests', async (request) => ({
    data: requests.list(requestQuery.parse(request.query)),
  }));
  app.delete('/requests', async (_request, reply) => {
    requests.clear();
    return reply.code(204).send();
  });
}

const waitQuery = z.object({ waitMs: z.coerce.number().int().min(0).max(600_000).default(0) });

function callerRoutes(app: FastifyInstance, { ports }: ControlOptions): void {
  const callers = new Map<string, { caller: DialledCaller; report: CallerReport | undefined }>();
  const callerOf = (request: FastifyRequest) => {
    const found = callers.get(idOf(request));
    if (found === undefined) throw notFound('caller');
    return found;
  };
  app.post('/callers', async (request, reply) => {
    const caller = dialScripted(ports, request.body as DialInput);
    let callSid: string;
    try {
      callSid = await caller.started;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ControlError(400, 'invalid-request', error.message);
    } finally {
      // A caller that never started has told so above.
      caller.done.catch(() => {});
    }
    const id = callSid === '' ? newSid('CA') : callSid;
    const entry = { caller, report: undefined as CallerReport | undefined };
    callers.set(id, entry);
    void caller.done.then((report) => (entry.report = report));
    return reply.code(201).send({ id, callSid });
  });
  app.get('/callers/:id', async (request) => {
    const { waitMs } = waitQuery.parse(request.query);
    const found = callerOf(request);
    if (found.report === undefined && waitMs > 0) await waitFor(found.caller.done, waitMs);
    return { state: found.report ? 'done' : 'running', report: found.report ?? null };
  });
  app.delete('/callers/:id', async (request, reply) => {
    callerOf(request).caller.hangUp();
    return reply.code(204).send();
  });
}

function telephoneRoutes(app: FastifyInstance, { ports }: ControlOptions): void {
  const telephones = new Map<string, { telephone: ScriptedTelephone; remove: () => void }>();
  const telephoneOf = (request: FastifyRequest) => {
    const found = telephones.get(idOf(request));
    if (found === undefined) throw notFound('telephone');
    return found;
  };
  app.put('/telephones/:id', async (request, reply) => {
    const number = z
      .string()
      .refine(isAddress, 'must be E.164, sip:name@host or client:name')
      .parse(idOf(request));
    const telephone = createTelephone(ports, request.body as TelephoneInput);
    const remove = ports.exchange.telephones.register(number, telephone);
    telephones.set(number, { telephone, remove });
    return reply.code(204).send();
  });
  app.get('/telephones/:id', async (request) => {
    const { calls, reports } = telephoneOf(request).telephone;
    return { calls, reports };
  });
  app.delete('/telephones/:id', async (request, reply) => {
    telephoneOf(request).remove();
    telephones.delete(idOf(request));
    return reply.code(204).send();
  });
}

async function waitFor(done: Promise<unknown>, ms: number): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([done, timeout]);
  clearTimeout(timer);
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function body(code: string, message: string, field?: string): object {
  return { error: { code, message, ...(field ? { field } : {}) } };
}
