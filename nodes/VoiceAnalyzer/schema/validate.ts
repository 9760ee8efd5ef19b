/**
 * The part of JSON Schema that both Gemini (`responseJsonSchema`) and OpenAI (strict structured
 * outputs) take, and that this validator checks. Anything else does not type-check, so that no
 * keyword can be sent that is not checked.
 */
export interface Schema {
	type: SchemaType | readonly SchemaType[];
	description?: string;
	enum?: readonly string[];
	properties?: Readonly<Record<string, Schema>>;
	/** Both engines want each property required; "not there" is `null`. */
	required?: readonly string[];
	additionalProperties?: false;
	items?: Schema;
	/**
	 * Bounds are checked here and not sent: Gemini refuses schemas with many of them ("too many states
	 * for serving"). The description says them to the model.
	 */
	minimum?: number;
	maximum?: number;
}

export type SchemaType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** An object of which each property is required and nothing else is allowed. */
export const objectOf = (properties: Record<string, Schema>, description?: string): Schema => ({
	type: 'object',
	...(description === undefined ? {} : { description }),
	properties,
	required: Object.keys(properties),
	additionalProperties: false,
});

export const arrayOf = (items: Schema, description: string): Schema => ({
	type: 'array',
	description,
	items,
});

/** The schema as it is sent: without what is only checked here. */
export function withoutBounds(schema: Schema): Schema {
	const sent = { ...schema };
	delete sent.minimum;
	delete sent.maximum;
	if (sent.items) sent.items = withoutBounds(sent.items);
	if (sent.properties) {
		sent.properties = Object.fromEntries(
			Object.entries(sent.properties).map(([name, each]) => [name, withoutBounds(each)]),
		);
	}
	return sent;
}

const mostErrors = 10;

/** What is wrong with a value, each with its place; empty when nothing is. At most 10. */
export function validate(value: unknown, schema: Schema): string[] {
	const errors: string[] = [];
	check(value, schema, 'answer', errors);
	return errors.slice(0, mostErrors);
}

function check(value: unknown, schema: Schema, place: string, errors: string[]): void {
	if (errors.length >= mostErrors) return;
	const allowed = typeof schema.type === 'string' ? [schema.type] : schema.type;
	if (!allowed.some((type) => isOf(value, type))) {
		errors.push(`${place} must be ${allowed.join(' or ')}, not ${nameOf(value)}`);
		return;
	}
	if (schema.enum && typeof value === 'string' && !schema.enum.includes(value)) {
		errors.push(`${place} must be one of ${schema.enum.map((each) => `"${each}"`).join(', ')}`);
	}
	if (typeof value === 'number') checkRange(value, schema, place, errors);
	if (Array.isArray(value)) {
		if (!schema.items) return;
		for (const [index, item] of value.entries()) {
			check(item, schema.items, `${place}[${index}]`, errors);
		}
	} else if (typeof value === 'object' && value !== null) {
		checkObject(value as Record<string, unknown>, schema, place, errors);
	}
}

function checkRange(value: number, { minimum, maximum }: Schema, place: string, errors: string[]) {
	if (minimum !== undefined && value < minimum) errors.push(`${place} must be at least ${minimum}`);
	if (maximum !== undefined && value > maximum) errors.push(`${place} must be at most ${maximum}`);
}

function checkObject(
	value: Record<string, unknown>,
	{ properties = {}, required = [], additionalProperties }: Schema,
	place: string,
	errors: string[],
) {
	for (const name of required) {
		if (!Object.hasOwn(value, name)) errors.push(`${place}.${name} is missing`);
	}
	for (const [name, inner] of Object.entries(value)) {
		const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
		if (schema) check(inner, schema, `${place}.${name}`, errors);
		else if (additionalProperties === false) errors.push(`${place}.${name} is not allowed`);
	}
}

function isOf(value: unknown, type: SchemaType): boolean {
	if (type === 'null') return value === null;
	if (type === 'array') return Array.isArray(value);
	if (type === 'object')
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	if (type === 'integer') return Number.isInteger(value);
	if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
	return typeof value === type;
}

function nameOf(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
