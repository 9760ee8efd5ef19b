/** What the live path reports; `observability/` turns it into Prometheus series. */
export interface Metrics {
  /** Adds to a counter. Label values come from small closed sets, never from a call. */
  count(name: MetricCounter, labels?: Record<string, string>, by?: number): void;
  /** Records one duration. */
  observeMs(name: MetricDuration, valueMs: number, labels?: Record<string, string>): void;
  /** Sets a gauge. */
  gauge(name: MetricGauge, value: number, labels?: Record<string, string>): void;
}

/** Calls over SIP count as all others do, but for their frames, which do not pass through us. */
export type MetricCounter =
  | 'media_frames_received'
  | 'media_frames_sent'
  | 'media_frames_lost'
  | 'media_protocol_errors'
  | 'media_sockets_refused'
  /** Requests of Twilio whose signature is missing or forged. */
  | 'callbacks_refused'
  | 'calls_started'
  | 'calls_ended'
  /** Of the agent, `by` speech or key. */
  | 'interruptions'
  | 'false_interruptions'
  /** By `source` (realtime, recognition, model, voice, transcription) and `code`; what is retried, too. */
  | 'provider_errors'
  | 'provider_unknown_events'
  /** `source` realtime: a call that was left to the cascade, or over SIP to Twilio. */
  | 'provider_fallbacks'
  /** `event` lost (its socket, in the middle of a call) or moved (before the provider's time limit). */
  | 'realtime_sessions'
  /** No JSON, or not of the shape that its type has. */
  | 'realtime_malformed_events'
  /** `reason` duplicate, after-cancel or after-end. */
  | 'realtime_events_dropped'
  /** Of the caller, because a session was not ready for too long. */
  | 'realtime_frames_dropped'
  /** Requests that came too late, as a cancellation may: no fault. */
  | 'realtime_refused_races'
  /** `reason` no-pong or backpressure. */
  | 'realtime_dead_sockets'
  | 'tool_calls'
  | 'phrase_cache_requests'
  | 'webhook_deliveries'
  /** What will never be written, by `reason`: refused (by the database), full or shutdown. */
  | 'records_lost';

export type MetricDuration =
  | 'end_of_turn_wait'
  | 'model_first_token'
  | 'tts_first_byte'
  | 'own_overhead'
  | 'response_total'
  /** From the caller's speech, as far as the model tells, to silence on the phone. */
  | 'clear_reaction'
  | 'tool_duration'
  | 'event_loop_lag';

export type MetricGauge =
  | 'calls_active'
  /** Part of a limit that is left, 0 to 1, by `kind` (requests, tokens). */
  | 'realtime_rate_limit_left'
  | 'transcriptions_active'
  | 'sockets_unauthenticated'
  | 'draining';

export const noMetrics: Metrics = { count() {}, observeMs() {}, gauge() {} };
