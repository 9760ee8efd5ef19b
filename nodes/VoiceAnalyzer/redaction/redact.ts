import type { Turn } from '../transcript/turn';
import {
	addSpan,
	findPersonalData,
	findWords,
	type FindOptions,
	type Kind,
	type Span,
} from './find';

export type Style = 'label' | 'number' | 'mask';

export interface RedactOptions extends FindOptions {
	style: Style;
	/** What an engine found beyond the patterns, word for word. */
	further: ReadonlyArray<{ kind: Kind; text: string }>;
}

const labels: Record<Kind, string> = {
	email: 'EMAIL',
	iban: 'IBAN',
	card: 'CARD',
	rut: 'RUT',
	nationalId: 'NATIONAL_ID',
	phone: 'PHONE',
	address: 'ADDRESS',
	name: 'NAME',
};

const keptOfMask = 2;

/** Replaces personal data, with the same replacement for the same value throughout. */
export class Redactor {
	readonly #options: RedactOptions;
	readonly #numbers = new Map<string, number>();
	readonly #counts = new Map<Kind, number>();

	constructor(options: RedactOptions) {
		this.#options = options;
	}

	/** How many pieces of each kind were replaced so far. */
	get counts(): Partial<Record<Kind, number>> {
		return Object.fromEntries(this.#counts);
	}

	text(text: string): string {
		let redacted = '';
		let at = 0;
		for (const span of this.spans(text)) {
			this.#counts.set(span.kind, (this.#counts.get(span.kind) ?? 0) + 1);
			redacted +=
				text.slice(at, span.start) + this.#replacement(span.kind, text.slice(span.start, span.end));
			at = span.end;
		}
		return redacted + text.slice(at);
	}

	turns(turns: readonly Turn[]): Turn[] {
		return turns.map((turn) => ({ ...turn, text: this.text(turn.text) }));
	}

	/** Every text inside a result. Names of fields stay as they are. */
	deep<T>(value: T): T {
		if (typeof value === 'string') return this.text(value) as T;
		if (Array.isArray(value)) return value.map((each: unknown) => this.deep(each)) as T;
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(
			Object.entries(value).map(([name, each]) => [name, this.deep(each as unknown)]),
		) as T;
	}

	spans(text: string): Span[] {
		const spans = findPersonalData(text, this.#options);
		for (const { kind, text: words } of this.#options.further) {
			for (const span of findWords(text, words)) addSpan(spans, { kind, ...span });
		}
		return spans.sort((a, b) => a.start - b.start);
	}

	#replacement(kind: Kind, value: string): string {
		if (this.#options.style === 'label') return `[${labels[kind]}]`;
		const bare = value.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();
		if (this.#options.style === 'mask') return `***${bare.slice(-keptOfMask).toLowerCase()}`;
		const key = `${kind} ${bare}`;
		const known = this.#numbers.get(key);
		const ofKind = [...this.#numbers.keys()].filter((each) => each.startsWith(`${kind} `)).length;
		const number = known ?? ofKind + 1;
		this.#numbers.set(key, number);
		return `[${labels[kind]}_${number}]`;
	}
}
