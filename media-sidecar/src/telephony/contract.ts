/**
 * The phone side of a live call, as the conversation sees it. Audio is headerless G.711 µ-law at
 * 8,000 Hz in both directions: 8 bytes are one millisecond.
 */
export interface PhoneLeg {
  readonly callSid: string;

  /** Delivers everything that happens from now on. What arrived before is delivered first, in order. */
  attach(listener: PhoneLegListener): void;

  /**
   * Appends audio of an item to what will be played. Items are played in the order of their first
   * audio: a later one waits until the earlier one is finished. Any number of bytes.
   */
  play(itemId: string, mulaw: Uint8Array): void;

  /**
   * Says that no more audio of the item follows; `onItemPlayed` tells when its end was heard. Does
   * nothing for an item that `clear` has removed.
   */
  finishItem(itemId: string): void;

  /**
   * Stops playback at once and forgets what was queued.
   * Returns what was heard of each item whose end is not confirmed, until the moment at which the
   * phone stops.
   */
  clear(): readonly HeardItem[];

  /** How much of an item the caller has heard, in ms: the ledger's best estimate now. */
  heardMs(itemId: string): number;

  /** What went over the line so far; still valid after the end. */
  counters(): PhoneLegCounters;

  /** Closes the media socket: Twilio then follows the `action` URL of `<Connect>`. */
  close(): void;
}

export interface PhoneLegCounters {
  readonly framesReceived: number;
  /** Missing by the phone's own numbering; silence stood in for them. */
  readonly framesLost: number;
  readonly framesSent: number;
}

export interface HeardItem {
  readonly itemId: string;
  readonly heardMs: number;
  /** Audio handed to `play` for this item so far, in ms. */
  readonly queuedMs: number;
}

export interface PhoneLegListener {
  /** One frame of the caller: 160 bytes, 20 ms; gaps in the phone's timestamps are filled with silence. */
  onAudio(frame: Uint8Array): void;
  onDtmf(digit: string): void;
  /** The first audio of an item was confirmed as played by a mark. */
  onFirstPlayed(itemId: string): void;
  /** The whole item was heard (never called for an item that `clear` removed). */
  onItemPlayed(itemId: string): void;
  onEnded(reason: 'caller-hung-up' | 'closed-by-us' | 'connection-lost' | 'protocol-error'): void;
}

/** A copy of a call's audio, into which nothing can be said. */
export interface ListenLeg {
  readonly callSid: string;
  /** What is copied. */
  readonly tracks: readonly AudioTrack[];

  /** Delivers everything that happens from now on. What arrived before is delivered first, in order. */
  attach(listener: ListenLegListener): void;

  counters(): Pick<PhoneLegCounters, 'framesReceived' | 'framesLost'>;

  /** Ends the copy; the call goes on. */
  close(): void;

  /** Closes the socket as one that does not keep the rules. */
  refuse(): void;
}

export type AudioTrack = 'inbound' | 'outbound';

export interface ListenLegListener {
  /**
   * One frame of 160 bytes, 20 ms. Short gaps are filled with silence.
   * @param atMs where the frame begins, since the start of the stream
   */
  onAudio(track: AudioTrack, frame: Uint8Array, atMs: number): void;
  /** Audio did not arrive; in ms since the start of the stream. Gaps under a second are not told. */
  onGap(track: AudioTrack, startMs: number, endMs: number): void;
  onEnded(reason: 'stream-stopped' | 'closed-by-us' | 'connection-lost' | 'protocol-error'): void;
}
