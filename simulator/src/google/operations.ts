import { GoogleError } from './google-error.ts';

/** A message with its type, as `google.protobuf.Any` carries it. */
export interface TypedMessage {
  readonly typeName: string;
  readonly message: object;
}

export interface OperationView {
  readonly name: string;
  readonly metadata: TypedMessage;
  readonly done: boolean;
  readonly response?: TypedMessage;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface OperationPlan {
  readonly name: string;
  /** It is not over sooner, even if the work is; ms. */
  readonly leastMs: number;
  /** @param progressPercent 100 only when it is over */
  metadata(progressPercent: number, startTime: string, updateTime: string): TypedMessage;
  work(): Promise<TypedMessage>;
}

interface Running {
  readonly plan: OperationPlan;
  readonly startedAt: number;
  finishedAt?: number;
  response?: TypedMessage;
  error?: { code: number; message: string };
}

/** As many as are remembered; the oldest are forgotten first. */
const MOST_OPERATIONS = 1_000;

/** Long-running operations (google.longrunning). */
export class Operations {
  readonly #running = new Map<string, Running>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  start(plan: OperationPlan): OperationView {
    const running: Running = { plan, startedAt: this.#now() };
    this.#running.set(plan.name, running);
    for (const oldest of this.#running.keys()) {
      if (this.#running.size <= MOST_OPERATIONS) break;
      this.#running.delete(oldest);
    }
    plan
      .work()
      .then(
        (response) => Object.assign(running, { response }),
        (error: unknown) => {
          const { code, message } =
            error instanceof GoogleError
              ? error
              : new GoogleError('INTERNAL', error instanceof Error ? error.message : String(error));
          running.error = { code, message };
        },
      )
      .finally(() => {
        running.finishedAt = Math.max(this.#now(), running.startedAt + plan.leastMs);
      });
    return this.#view(running);
  }

  /** @throws GoogleError NOT_FOUND */
  get(name: string): OperationView {
    const running = this.#running.get(name);
    if (!running) throw new GoogleError('NOT_FOUND', 'Operation not found.');
    return this.#view(running);
  }

  list(prefix: string): OperationView[] {
    return [...this.#running.values()]
      .filter(({ plan }) => plan.name.startsWith(prefix))
      .map((running) => this.#view(running));
  }

  #view({ plan, startedAt, finishedAt, response, error }: Running): OperationView {
    const now = this.#now();
    const done = finishedAt !== undefined && now >= finishedAt;
    const share = plan.leastMs === 0 ? 0.99 : (now - startedAt) / plan.leastMs;
    const progress = done ? 100 : Math.min(99, Math.floor(share * 100));
    const iso = (ms: number): string => new Date(ms).toISOString();
    return {
      name: plan.name,
      metadata: plan.metadata(progress, iso(startedAt), iso(done ? finishedAt : now)),
      done,
      ...(done && response ? { response } : {}),
      ...(done && error ? { error } : {}),
    };
  }
}
