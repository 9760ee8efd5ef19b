import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { v7 } from 'uuid';
import { z } from 'zod';

/** A new id; ids that one process makes are in the order in which they were made. */
export function newId(): string {
  return v7();
}

const idSchema = z.uuid();

export function isId(value: string): boolean {
  return idSchema.safeParse(value).success;
}

/** 256 random bits, URL-safe. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Tokens and keys are random, so a plain hash cannot be searched through. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function equalHashes(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
