export interface RequestGateOptions {
	/** How many requests are under way at once. */
	parallel: number;
	/** How many begin within any 60 s. */
	perMinute: number;
	now(): number;
	/** Waits so many ms. */
	wait(ms: number): Promise<void>;
}

const minuteMs = 60_000;

/** Lets requests through in order, a few at once and so many a minute. */
export class RequestGate {
	private readonly options: RequestGateOptions;

	private readonly waiting: Array<() => void> = [];

	private active = 0;

	/** When the requests of the last minute began. */
	private begun: number[] = [];

	/** The requests begin one after the other, so that none overtakes one that waits for its minute. */
	private lastPaced: Promise<void> = Promise.resolve();

	constructor(options: RequestGateOptions) {
		this.options = options;
	}

	get parallel(): number {
		return this.options.parallel;
	}

	async run<T>(request: () => Promise<T>): Promise<T> {
		await this.enter();
		try {
			const paced = this.lastPaced.then(async () => await this.pace());
			// The next one waits for its turn only; how this one fared is told to its own caller.
			this.lastPaced = paced.catch(() => undefined);
			await paced;
			return await request();
		} finally {
			this.leave();
		}
	}

	private async enter(): Promise<void> {
		if (this.active < this.options.parallel) this.active++;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	/** Hands the place over, so that nobody slips in between. */
	private leave(): void {
		const next = this.waiting.shift();
		if (next) next();
		else this.active--;
	}

	private async pace(): Promise<void> {
		const { now, wait, perMinute } = this.options;
		for (;;) {
			const moment = now();
			this.begun = this.begun.filter((begin) => moment - begin < minuteMs);
			const oldest = this.begun[this.begun.length - perMinute];
			if (oldest === undefined) {
				this.begun.push(moment);
				return;
			}
			await wait(oldest + minuteMs - moment);
		}
	}
}
