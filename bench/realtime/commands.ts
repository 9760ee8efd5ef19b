import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a process can be asked, by name. */
export type Commands = Readonly<
  Record<string, { readonly request: unknown; readonly reply: unknown }>
>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly request: unknown;
}

type Answer = { readonly id: number } & (
  { readonly reply: unknown } | { readonly failure: string }
);

export type Handlers<C extends Commands> = {
  readonly [Name in keyof C]: (
    request: C[Name]['request'],
  ) => C[Name]['reply'] | Promise<C[Name]['reply']>;
};

/** Answers the process that has started this one, and ends with it. */
export function serveCommands<C extends Commands>(handlers: Handlers<C>): void {
  if (!process.channel) throw new Error('started without a channel');
  process.on('message', ({ id, name, request }: Question) => {
    const handler = handlers[name];
    Promise.resolve()
      .then(() => {
        if (!handler) throw new Error(`nobody knows ${name}`);
        return handler(request);
      })
      .then(
        (reply) => process.send?.({ id, reply } satisfies Answer),
        (error: unknown) => {
          const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
          process.send?.({ id, failure } satisfies Answer);
        },
      );
  });
  process.once('disconnect', () => process.exit());
}

/** Asks a process that serves commands. */
export class CommandClient<C extends Commands> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #questions = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('failure' in answer) waiting?.reject(new Error(answer.failure));
      else waiting?.resolve(answer.reply);
    });
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the process has ended'));
    });
  }

  ask<Name extends keyof C & string>(
    name: Name,
    request: C[Name]['request'],
  ): Promise<C[Name]['reply']> {
    this.#questions += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#questions, waiting);
    this.#child.send({ id: this.#questions, name, request } satisfies Question);
    return waiting.promise as Promise<C[Name]['reply']>;
  }
}

export interface Worker<C extends Commands> extends CommandClient<C> {
  close(): Promise<void>;
}

/** A process of this benchmark's own. */
export function startWorker<C extends Commands>(main: string): Worker<C> {
  const child = fork(main, [], { serialization: 'advanced', stdio: 'inherit' });
  const exited = once(child, 'exit');
  return Object.assign(new CommandClient<C>(child), {
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  });
}
