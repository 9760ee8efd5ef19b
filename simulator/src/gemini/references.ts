import { GoogleError } from '../google/google-error.ts';
import type { Content } from './request.ts';

/**
 * A text under `$ref` in the response of a function names one of the files that came with it. Any
 * other, such as of a JSON Schema, is refused.
 * @throws GoogleError INVALID_ARGUMENT
 * @see https://github.com/vercel/ai/issues/14369
 */
export function checkReferences(contents: readonly Content[]): void {
  for (const { functionResponse } of contents.flatMap(({ parts }) => parts)) {
    if (!functionResponse) continue;
    const files = functionResponse.parts?.map(({ inlineData }) => inlineData.displayName) ?? [];
    for (const name of referencesIn(functionResponse.response)) {
      if (files.includes(name)) continue;
      throw GoogleError.invalid(
        `The referenced name \`${name}\` in function_response.response does not match to a display_name in the function_response.parts.`,
      );
    }
  }
}

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === '$ref' && typeof each === 'string') yield each;
    else yield* referencesIn(each);
  }
}
