/** Where progress is told. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** On a terminal one line that changes; in a log a line for each. */
export class Progress {
  readonly #output: ProgressOutput;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  tell(words: string): void {
    this.#output.write(this.#output.isTTY ? `\r\u001b[K${words}` : `${words}\n`);
  }

  /** Makes room for what is printed next. */
  clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\u001b[K');
  }
}
