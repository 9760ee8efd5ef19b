import { z } from 'zod';

export const jsonObjectSchema = z.record(z.string(), z.json());
export type JsonObject = z.infer<typeof jsonObjectSchema>;

/** A JSON object of limited size. */
export function jsonObjectOf(maxBytes: number) {
  return jsonObjectSchema.refine((value) => sizeOf(value) <= maxBytes, {
    message: `must be at most ${String(maxBytes / 1024)} KB of JSON`,
  });
}

/** Size of a value as JSON, in bytes. */
export function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** `changes` over `before`, by top-level names; null removes a name. */
export function mergedByName(before: JsonObject, changes: JsonObject): JsonObject {
  const merged = { ...before, ...changes };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
