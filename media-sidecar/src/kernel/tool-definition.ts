/** A function that a model may call, whichever kind of model it is. */
export interface ToolDefinition {
  /** `[a-zA-Z_][a-zA-Z0-9_]*`, at most 64 characters. */
  readonly name: string;
  /** What it is for and when to use it, written for the model. */
  readonly description: string;
  /** JSON Schema of the arguments, `type: "object"`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
