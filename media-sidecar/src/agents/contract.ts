/**
 * What an agent says and may do. Pure: no I/O, time is an argument. The conversation's mechanics
 * (when to speak, when to stop) are none of its business.
 */
export interface Agent {
  readonly name: string;
  /** First words of a call, with the disclosure that an AI speaks. */
  readonly opening: Opening;
  /** Instructions for the model. `nowMs`: wall clock, ms since the Unix epoch. */
  systemPrompt(nowMs: number): string;
  /** One of several wordings of a fixed phrase; any `index` is valid. */
  phrase(kind: AgentPhrase, index: number): string;
  /** All wordings, for a cache that is warmed before the first call. */
  phrases(): readonly string[];
  readonly builtInTools: readonly BuiltInTool[];
}

/**
 * EU AI Act, article 50(1): who talks to an AI is told so at the latest in the first interaction.
 * The caller cannot interrupt before that was heard.
 */
export interface Opening {
  /** In the order in which they are said. */
  readonly sentences: readonly OpeningSentence[];
}

export interface OpeningSentence {
  readonly text: string;
  /** Must be heard to its end. */
  readonly required: boolean;
}

export type AgentPhrase =
  | 'filler'
  | 'idle-prompt'
  | 'idle-goodbye'
  /** The line to the model was lost for a moment, and the caller is waiting. */
  | 'bridge'
  | 'apology'
  | 'final-apology'
  | 'cannot-hear'
  | 'time-limit'
  | 'goodbye'
  /** Before the caller is connected with a person. */
  | 'transfer'
  /** Said by the carrier after a conversation that broke, before a message is taken. */
  | 'take-message';

export type BuiltInAction =
  'end-call' | 'transfer' | 'get-current-time' | 'schedule-callback' | 'opt-out';

/** A tool that the call itself performs. */
export interface BuiltInTool {
  readonly action: BuiltInAction;
  /** Same shape as a tool that a workflow offers. */
  readonly definition: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

/** What an agent knows about the call that it is made for. */
export interface AgentSubject {
  readonly tenantName: string;
  /** IANA name. */
  readonly timezone: string;
  /** BCP-47; Spanish and English have words of their own, others get Spanish. */
  readonly language: string;
  readonly greeting: string;
  readonly disclosure: string;
  readonly instructions: string;
  readonly direction: 'inbound' | 'outbound';
  readonly contactName?: string;
  /** What else is known of the person, by name. */
  readonly contactAttributes?: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the tools that workflows offer. */
  readonly toolNames: readonly string[];
}

export type AgentFactory = (subject: AgentSubject) => Agent;
