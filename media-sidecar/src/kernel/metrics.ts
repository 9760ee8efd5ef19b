/** What the live path reports; `observability/` turns it into Prometheus series. */
export interface Metrics {
  /** Adds to a counter. Label values come from small closed sets, never from a call. */
  count(name: MetricCounter, labels?: Record<string, string>, by?: number): void;
  /** Records one duration. */
  observeMs(name: MetricDuration, valueMs: number, labels?: Record<string, string>): void;
  /** Sets a gauge. */
  gauge(name: MetricGauge, value: number, labels?: Record<string, string>): void;
}

export type MetricCounter =
  | 'media_frames_received'
  | 'media_frames_sent'
  | 'media_frames_lost'
  | 'media_protocol_errors'
  | 'media_sockets_refused'
  | 'calls_started'
  | 'calls_ended'
  | 'interruptions'
  | 'false_interruptions'
  | 'provider_errors'
  | 'provider_unknown_events'
  | 'provider_fallbacks'
  | 'realtime_sessions'
  | 'realtime_malformed_events'
  | 'realtime_events_dropped'
  | 'realtime_frames_dropped'
  | 'realtime_refused_races'
  | 'realtime_dead_sockets'
  | 'tool_calls'
  | 'phrase_cache_requests'
  | 'webhook_deliveries';

export type MetricDuration =
  | 'end_of_turn_wait'
  | 'model_first_token'
  | 'tts_first_byte'
  | 'own_overhead'
  | 'response_total'
  | 'clear_reaction'
  | 'tool_duration'
  | 'event_loop_lag';

export type MetricGauge =
  | 'calls_active'
  | 'realtime_rate_limit_left'
  | 'transcriptions_active'
  | 'sockets_unauthenticated'
  | 'draining';

export const noMetrics: Metrics = { count() {}, observeMs() {}, gauge() {} };
