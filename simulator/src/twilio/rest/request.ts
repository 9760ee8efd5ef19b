import type { FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { CallSession } from '../call-session.ts';
import type { Exchange } from '../exchange.ts';
import { restErrors } from './errors.ts';
import { Form } from './form.ts';

/** What the routes of a resource need. */
export interface RestContext {
  readonly exchange: Exchange;
  /** Whose credentials came with the request. @throws RestError 20003 */
  accountOf(request: FastifyRequest): Account;
}

export interface Path {
  readonly accountSid: string;
  readonly sid?: string;
  readonly callSid?: string;
  readonly conferenceSid?: string;
  readonly queueSid?: string;
}

export function paramsOf(request: FastifyRequest): Path {
  return request.params as Path;
}

export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] as string;
}

export function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(request.url.split('?').slice(1).join('?'));
}

/** A POST without a body has no fields. */
export function formOf(request: FastifyRequest): Form {
  const { body } = request;
  return new Form(body instanceof URLSearchParams ? body : new URLSearchParams());
}

/** @throws RestError 20404 */
export function found<T>(thing: T | undefined, request: FastifyRequest): T {
  if (thing === undefined) throw restErrors.notFound(pathOf(request));
  return thing;
}

/** The call that a path names. @throws RestError 20404 */
export function callOf(
  context: RestContext,
  request: FastifyRequest,
  name: 'sid' | 'callSid',
): CallSession {
  return found(context.accountOf(request).calls.get(paramsOf(request)[name] ?? ''), request);
}
