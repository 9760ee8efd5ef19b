/** Times are of the machine's monotonic clock, in ms. */

/** How a phone reaches a bridge. */
export interface CallAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly start: {
    readonly accountSid: string;
    readonly callSid: string;
    readonly streamSid: string;
    readonly customParameters: Readonly<Record<string, string>>;
  };
}

/** The truth about one call, as its phone saw it. */
export interface PhoneReport {
  readonly phone: number;
  /** When each frame went into the socket, by its number. */
  readonly sentAtMs: Float64Array;
  /** Of each frame, by its number: 1 when the caller speaks in it. */
  readonly spoken: Uint8Array;
  /** Each stretch of the agent's audio that came: item, first byte, bytes, when. */
  readonly chunks: Float64Array;
  readonly clearsAtMs: readonly number[];
  /** When the caller began to speak over the agent, and over which of its items. */
  readonly interruptions: readonly { readonly atMs: number; readonly item: number }[];
  /** What was truly played of each item. */
  readonly heardBytes: readonly (readonly [item: number, bytes: number])[];
  /** Audio of the agent that came doubled, or behind a hole. */
  readonly misplacedBytes: number;
  readonly failures: readonly string[];
}

/** One session, as the model saw it. */
export interface ModelReport {
  /** undefined: no frame of a phone has reached it */
  readonly phone: number | undefined;
  /** When each frame came, by its number; NaN: never. */
  readonly receivedAtMs: Float64Array;
  readonly outOfOrder: number;
  readonly doubled: number;
  /** Each piece of audio that was sent: item, first byte, when. */
  readonly deltas: Float64Array;
  readonly speechStartedAtMs: readonly number[];
  readonly truncations: readonly {
    readonly item: number;
    readonly audioEndMs: number;
    /** Beyond what there is of the item, or of no item. */
    readonly refused: boolean;
  }[];
  /** Of the items that were answered. */
  readonly answers: number;
  /** Errors that were told to the bridge, by their codes. */
  readonly errors: readonly string[];
}
