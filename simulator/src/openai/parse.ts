import { z } from 'zod';
import { OpenAiError } from './openai-error.ts';

/** `input[0].content[1].text`, as the API writes places. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, key) =>
      typeof key === 'number' ? `${place}[${key}]` : `${place}${place && '.'}${String(key)}`,
    '',
  );
}

const kind = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

/** A union's errors are those of the branch that came furthest. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const branches = issue.errors
    .map((branch) => deepest(branch))
    .filter((each): each is z.core.$ZodIssue => each !== undefined)
    .sort((a, b) => b.path.length - a.path.length);
  const [inner] = branches;
  // No branch at all: its discriminator is unknown.
  if (!inner) return issue;
  return { ...inner, path: [...issue.path, ...inner.path] };
}

const inputAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    body,
  );

/** @throws OpenAiError 400, worded as the API does */
export function parseRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues);
  const place = placeOf(issue?.path ?? []);
  if (issue?.code === 'unrecognized_keys') {
    const param = placeOf([...issue.path, issue.keys[0] ?? '']);
    throw OpenAiError.invalid(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
  }
  const absent = issue !== undefined && inputAt(body, issue.path) === undefined;
  if (absent && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code)) {
    throw OpenAiError.invalid(
      `Missing required parameter: '${place}'.`,
      place,
      'missing_required_parameter',
    );
  }
  if (issue?.code === 'invalid_type') {
    throw OpenAiError.invalid(
      `Invalid type for '${place}': expected ${issue.expected}, but got ${kind(issue.input)} instead.`,
      place,
      'invalid_type',
    );
  }
  if (issue?.code === 'too_small' && typeof issue.input === 'number') {
    throw OpenAiError.invalid(
      `Invalid '${place}': integer below minimum value. Expected a value >= ${issue.minimum}, but got ${issue.input} instead.`,
      place,
      'integer_below_min_value',
    );
  }
  if (issue?.code === 'too_big' && typeof issue.input === 'string') {
    throw OpenAiError.invalid(
      `Invalid '${place}': string too long. Expected a string with maximum length ${issue.maximum}, but got a string with length ${issue.input.length} instead.`,
      place,
      'string_above_max_length',
    );
  }
  if (issue?.code === 'invalid_value') {
    const values = issue.values.map((each) => `'${String(each)}'`).join(', ');
    throw OpenAiError.invalid(
      `Invalid value: '${String(issue.input)}'. Supported values are: ${values}.`,
      place,
      'invalid_value',
    );
  }
  throw OpenAiError.invalid(
    `Invalid '${place}': ${issue?.message ?? 'invalid'}.`,
    place,
    'invalid_value',
  );
}
