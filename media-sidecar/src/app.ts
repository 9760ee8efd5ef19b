import type { AddressInfo } from 'node:net';
import { acceptStream } from './accept-stream.ts';
import { afterStreamTwiml } from './after-stream-twiml.ts';
import { defaultAgents } from './agents/registry.ts';
import { createVoiceActivityDetector, loadVoiceActivity } from './audio/voice-activity.ts';
import type { AgentSubject } from './agents/contract.ts';
import { agentSubject } from './call/agent-subject.ts';
import { defaultCallOptions, defaultRegistryOptions } from './call/options.ts';
import type { ClaimedSession, TenantProfile } from './call/ports.ts';
import { CallRegistry } from './call/registry.ts';
import { defaultTranscriptionOptions } from './call/transcription/options.ts';
import { SipDesk } from './call/sip/sip-desk.ts';
import { TranscriptionRegistry } from './call/transcription/registry.ts';
import type { Config } from './config/config.ts';
import { Database, type DatabaseOptions } from './db/database.ts';
import { buildDomain, mediaUrl } from './domain/build-domain.ts';
import { CallLeases } from './domain/calls/call-leases.ts';
import { Housekeeping } from './domain/housekeeping.ts';
import { StopRequests } from './domain/stop-requests.ts';
import { AfterStreamAnswers } from './http/after-stream.ts';
import { TrustedProxies } from './http/client-address.ts';
import { MediaSocket } from './http/media-socket.ts';
import { buildServer } from './http/server.ts';
import { deliverEventJob, deliveryQueue } from './jobs/deliver-event.ts';
import { JobQueue } from './jobs/queue.ts';
import { tidyUpJob } from './jobs/tidy-up.ts';
import { systemClock } from './kernel/clock.ts';
import type { Logger } from './kernel/logger.ts';
import { createLogger } from './observability/logger.ts';
import { PrometheusMetrics, watchEventLoop } from './observability/metrics.ts';
import { PhraseWarmer } from './phrase-warmer.ts';
import { readPrices } from './price-file.ts';
import type { BuiltProviders, RealtimeProvider } from './providers.ts';
import { buildProviders } from './providers.ts';
import { isSignedForm, isSignedUpgrade } from './telephony/twilio/signature.ts';
import { turnOptions } from './turn/options.ts';

export interface Sidecar {
  /** Where it listens, e.g. `http://127.0.0.1:8100`. */
  readonly url: string;
  /** Resolves with why, when it cannot go on: the process is to end, so that another takes its place. */
  readonly failed: Promise<Error>;
  /** Takes no more calls, lets the running ones end in peace, and stops. Idempotent. */
  close(): Promise<void>;
}

/** Stands in for what would be built from the configuration. For tests and benchmarks. */
export interface SidecarOverrides {
  readonly logger?: Logger;
  /** Instead of the configured ones. */
  readonly providers?: BuiltProviders;
  /** Instead of the configured one. */
  readonly database?: DatabaseOptions;
}

export const version = '0.1.0';

const stopJobsWithinMs = 10_000;
/** After a media socket is closed, Twilio asks what follows: somebody has to be there to answer. */
const lastAnswersMs = 2000;
/** Beyond the longest conversation: for its last words, and for a hang-up that has to be repeated. */
const sipOvertimeMs = 120_000;
/** For calls that were accepted at the last moment. */
const lastHangUpsMs = 5000;

/** Builds the adapters, wires them, and listens. */
export async function startSidecar(
  config: Config,
  overrides: SidecarOverrides = {},
): Promise<Sidecar> {
  // What was begun is undone in the reverse order, also when a later step fails.
  await using undo = new AsyncDisposableStack();
  const clock = systemClock;
  const logger = overrides.logger ?? createLogger({ level: config.logLevel });
  const metrics = new PrometheusMetrics();
  metrics.collectProcessMetrics();
  // What may be wrong with the configuration is told before anything is touched.
  const prices = await readPrices(config.pricesFile);
  await loadVoiceActivity();
  const providers =
    overrides.providers ?? (await buildProviders(config, { clock, metrics, logger }));
  undo.defer(() => providers.close());
  const db = await Database.open(overrides.database ?? config.database, logger);
  undo.defer(() => db.close());
  const jobs = new JobQueue(db, logger);
  const queue = deliveryQueue(jobs);
  const { realtime } = providers;
  const warmer = new PhraseWarmer(providers.phrases, clock, logger);
  const domain = buildDomain(
    {
      db,
      queue,
      admission: () => (registry.draining ? 'draining' : hasRoom() ? 'open' : 'capacity'),
      onConnecting: (tenant, agent) =>
        warmer.warm(defaultAgents.create(agent, subjectOf(tenant)), tenant.voice, tenant.id),
      phraseStore: providers.phrases,
      endCall: (callId) => registry.end(callId),
      stopTranscription: (id) => transcriptions.stop(id),
      ...(realtime && {
        sipAnswering: {
          answer: (session, callId) => answerOverSip(sipDesk(realtime), session, callId),
          reject: (callId, statusCode) => sipDesk(realtime).reject(callId, statusCode),
        },
      }),
      clock,
      metrics,
      logger,
    },
    {
      publicUrl: config.publicUrl,
      sessionTtlMs: config.limits.sessionTtlMs,
      outboundSessionTtlMs: config.limits.outboundSessionTtlMs,
      encryptionKey: config.encryptionKey,
      allowLoopbackWebhooks: config.webhookAllowHttpLoopback,
      openAi: {
        configured: realtime !== undefined,
        sipHost: config.openAi.sipHost,
        sipTimeLimitMs:
          Math.min(config.limits.callLimitMs, config.openAi.sessionLimitMs) + sipOvertimeMs,
        ...(config.openAi.projectId !== undefined && { projectId: config.openAi.projectId }),
      },
      ...(prices && { prices }),
      ...(config.bootstrapApiKey !== undefined && { bootstrapApiKey: config.bootstrapApiKey }),
    },
  );
  undo.defer(() => domain.webhookClient.close());
  undo.defer(() => domain.warmings.close());
  const agentFor = (session: ClaimedSession) =>
    defaultAgents.create(session.agent, agentSubject(session, logger));
  const limits = { maxCallMs: config.limits.callLimitMs };
  const { sessionLimitMs, handoverBeforeMs } = config.openAi;
  const sessionTimes = { sessionLimitMs, handoverBeforeMs };
  const registry = new CallRegistry({
    clock,
    metrics,
    logger,
    options: { ...defaultCallOptions, turnFor: (language) => turnOptions(language, { limits }) },
    registry: { ...defaultRegistryOptions, maxCalls: config.limits.maxCalls },
    providers: providers.cascade,
    ...(realtime && { realtime: { ...realtime, options: sessionTimes } }),
    recorder: domain.recorder,
    tools: domain.toolRunner,
    actions: domain.actions,
    voiceActivity: () => createVoiceActivityDetector(),
    agentFor,
  });
  let desk: SipDesk | undefined;
  /** One for all calls: it knows which of them are still to be hung up. */
  const sipDesk = (realtime: RealtimeProvider): SipDesk => {
    const { actions, recorder } = domain;
    desk ??= new SipDesk({
      ...realtime,
      actions,
      recorder,
      registry,
      agentFor,
      clock,
      metrics,
      logger,
    });
    return desk;
  };
  const leases = new CallLeases({
    db: { withSystem: (work) => db.withSystemApart(work) },
    recorder: domain.recorder,
    hangUp: realtime && ((openAiCallId, callId) => sipDesk(realtime).hangUp(openAiCallId, callId)),
    clock,
    logger,
  });
  const answerOverSip = (desk: SipDesk, session: ClaimedSession, openAiCallId: string) => {
    const answering = desk.answer(session, openAiCallId);
    const ended = answering.then(
      () => registry.get(session.callSid)?.ended,
      () => undefined,
    );
    leases.hold(
      { ...idsOf(session), openAiCallId },
      ended.then(() => desk.released(session.callId)),
    );
    return answering;
  };

  const transcriptions = new TranscriptionRegistry({
    clock,
    metrics,
    logger,
    stt: providers.cascade.stt,
    recorder: domain.transcriptionRecorder,
    voiceActivity: () => createVoiceActivityDetector(),
    options: defaultTranscriptionOptions,
  });
  /** A call and a transcription cost about the same. */
  const hasRoom = (): boolean =>
    registry.hasRoom && registry.size + transcriptions.size < config.limits.maxCalls;

  undo.defer(() => jobs.stop(stopJobsWithinMs));
  await jobs.start([
    deliverEventJob(domain.deliveries, logger),
    tidyUpJob(
      new Housekeeping(
        db,
        {
          calls: domain.recorder,
          transcriptions: domain.transcriptionRecorder,
          deliveries: queue,
        },
        clock,
      ),
    ),
  ]);
  undo.defer(() => domain.recorder.flush());
  undo.defer(() => domain.transcriptionRecorder.flush());
  const stopRequests = new StopRequests({
    db,
    clock,
    logger,
    live: () => ({ callIds: registry.callIds, transcriptionIds: transcriptions.ids }),
    endCall: (callId) => void registry.end(callId),
    dropCall: (callId) => void registry.end(callId, 'drained'),
    stopTranscription: (id) => void transcriptions.stop(id),
  });
  stopRequests.start();
  undo.defer(() => stopRequests.close());
  undo.defer(() => leases.close());
  // Once nothing is answered any more: what was being answered then is hung up.
  undo.defer(() => desk?.close(lastHangUpsMs));

  const trustedProxies = new TrustedProxies(config.trustProxy);
  const { authToken, accountSid } = config.twilio;
  const afterStream = new AfterStreamAnswers({
    ...domain,
    registry,
    clock,
    twiml: afterStreamTwiml,
    publicUrl: config.publicUrl,
  });
  const server = await buildServer({
    ...domain,
    twilio: {
      publicUrl: config.publicUrl,
      verifySignature: (signature, url, params) =>
        isSignedForm({ authToken, signature, url, params }),
      afterStream: (end) => afterStream.answer(end),
      whisper: (callSid) => afterStream.whisper(callSid),
      dialEnded: (end) => afterStream.dialEnded(end),
      hangUp: afterStreamTwiml.hangUp,
      metrics,
      logger,
    },
    readiness: { draining: () => registry.draining, pingDatabase: () => db.ping(), logger },
    metricsText: () => metrics.registry.metrics(),
    logger,
    version,
    trustedProxies,
  });
  undo.defer(() => server.close());
  const media = new MediaSocket(
    {
      verifySignature: (signature) =>
        isSignedUpgrade({ authToken, signature, url: mediaUrl(config.publicUrl) }),
      accept: (socket, connection) =>
        acceptStream(socket, {
          connection,
          clock,
          metrics,
          logger,
          accountSid,
          startTimeoutMs: config.limits.startTimeoutMs,
        }),
      conversations: {
        gate: domain.sessions,
        begin: (leg, session) => leases.hold(idsOf(session), registry.start(leg, session).ended),
      },
      transcriptions: {
        gate: domain.transcriptions,
        begin: (leg, claimed) => void transcriptions.start(leg, claimed),
      },
      hasRoom,
      trustedProxies,
      metrics,
      logger,
    },
    { maxUnauthenticated: config.limits.maxUnauthenticatedSockets },
  );
  media.attach(server.server);
  undo.defer(() => media.close());
  const stopWatching = watchEventLoop(metrics, clock);
  undo.defer(stopWatching);

  await providers.warmUp();
  await server.listen({ host: config.host, port: config.port });
  const url = urlOf(server.server.address() as AddressInfo);
  logger.info({ url, version }, 'media sidecar is listening');
  // Twilio asks what follows a call that is hung up: somebody has to be there to answer.
  leases.start({ isAlone: db.embedded });

  const running = undo.move();
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    const hadCalls = leases.isHolding;
    logger.info({ calls: registry.size }, 'media sidecar is draining');
    const { drainTimeoutMs } = config.limits;
    await Promise.all([registry.drain(drainTimeoutMs), transcriptions.drain(drainTimeoutMs)]);
    await desk?.close();
    if (hadCalls) await new Promise<void>((done) => void clock.schedule(lastAnswersMs, done));
    await running.disposeAsync();
    logger.info({}, 'media sidecar has stopped');
  }
  /** Nothing would remember a call that goes on without us. */
  async function abandonCalls(): Promise<void> {
    await registry.closeAll();
    await desk?.close();
  }
  const failed = db.died.then(async (error) => {
    await abandonCalls();
    return error;
  });
  return { url, failed, close: () => (closing ??= close()) };
}

function idsOf({ callId, tenant }: ClaimedSession): { callId: string; tenantId: string } {
  return { callId, tenantId: tenant.id };
}

/** As much of a call as is known before it is connected. */
function subjectOf(tenant: TenantProfile): AgentSubject {
  const { name: tenantName, timezone, language, greeting, disclosure, instructions } = tenant;
  const known = { tenantName, timezone, language, greeting, disclosure, instructions };
  return { ...known, direction: 'inbound', variables: {}, toolNames: [] };
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${String(port)}`;
}
