/** Fields that hold personal data or a secret wherever they stand. Compared without case or `_-`. */
const redactedKeys = new Set(
  [
    'from',
    'to',
    'phoneNumber',
    'phoneNumbers',
    'calledNumber',
    'callerNumber',
    'escalationNumber',
    'number',
    'caller',
    'text',
    'generatedText',
    'transcript',
    'interim',
    'final',
    'history',
    'prompt',
    'system',
    'greeting',
    'contact',
    'variables',
    'facts',
    'arguments',
    'result',
    'digit',
    'digits',
    'token',
    'secret',
    'apiKey',
    'key',
    'keys',
    'password',
    'authToken',
    'authorization',
    'cookie',
    'signature',
    'body',
    'payload',
    'customParameters',
    'connectionString',
  ].map(normalise),
);

const redacted = '[redacted]';
const maxDepth = 6;

function normalise(key: string): string {
  return key.replaceAll(/[_-]/g, '').toLowerCase();
}

/** Masks phone numbers and credentials inside free text, such as the message of an error. */
export function maskText(text: string): string {
  return text
    .replaceAll(/(?:\+|%2B)[1-9]\d{6,14}/gi, '+[redacted]')
    .replaceAll(/whsec_[A-Za-z0-9+/=]+/g, 'whsec_[redacted]')
    .replaceAll(/\bvk_[A-Za-z0-9_-]{16,}/g, 'vk_[redacted]')
    .replaceAll(/(bearer\s+)[^\s"']+/gi, '$1[redacted]')
    .replaceAll(/:\/\/[^\s/@]+@/g, '://[redacted]@');
}

/** A copy of log fields without personal data and secrets. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (depth >= maxDepth) return '[too deep]';
  if (Array.isArray(value)) return value.map((each) => redact(each, depth + 1));
  if (value instanceof Error) return redactError(value, depth);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      redactedKeys.has(normalise(key)) && each !== undefined && each !== null
        ? redacted
        : redact(each, depth + 1),
    ]),
  );
}

/** Only what is known to be harmless: a vendor's error may carry the whole request. */
function redactError(error: Error, depth: number): object {
  return {
    type: error.name,
    message: maskText(error.message),
    ...('code' in error && { code: redact(error.code, depth + 1) }),
    ...(error.stack !== undefined && { stack: maskText(error.stack) }),
    ...(error.cause instanceof Error && { cause: redact(error.cause, depth + 1) }),
  };
}
