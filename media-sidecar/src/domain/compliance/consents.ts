import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { newId } from '../identifiers.ts';
import type { Page, TimePosition } from '../paging.ts';
import type { RecordsParts } from '../records-parts.ts';
import { toReference } from '../tenants/schema.ts';
import { currentConsents, insertConsent, listConsents } from './consent-repository.ts';
import type { Consent, ConsentFilter, ConsentInput, ConsentKind, ConsentState } from './schema.ts';
import { consentKindSchema } from './schema.ts';

/** Clocks of two machines differ by less. */
const clockDifferenceMs = 300_000;

const unknown = { status: 'unknown', recordedAt: null, source: null, consentId: null } as const;

/** What people agreed to, and what they took back: a history that is only ever added to. */
export class Consents {
  readonly #parts: RecordsParts;

  constructor(parts: RecordsParts) {
    this.#parts = parts;
  }

  /** @throws DomainError tenant-required, tenant-not-found, invalid-request */
  async record(access: Access, input: ConsentInput): Promise<Consent> {
    const tenant = await this.#parts.tenants.requireScope(access, input.tenant);
    const nowMs = this.#parts.clock.nowMs();
    const givenMs = input.recordedAt === undefined ? nowMs : Date.parse(input.recordedAt);
    if (givenMs > nowMs + clockDifferenceMs) throw domainErrors.inTheFuture('recordedAt');
    // The latest holds: what is withdrawn now must not be older than what a fast clock recorded.
    const recordedAtMs = Math.min(givenMs, nowMs);
    const consent = {
      id: newId(),
      phoneNumber: input.phoneNumber,
      kind: input.kind,
      status: input.status,
      source: input.source,
      evidence: input.evidence ?? null,
      callId: input.callId ?? null,
      recordedAt: new Date(recordedAtMs).toISOString(),
      createdAt: new Date(nowMs).toISOString(),
    };
    await this.#parts.db.withTenant(tenant.id, (tx) => insertConsent(tx, consent));
    return { ...consent, tenant: toReference(tenant) };
  }

  /** What holds now. @throws DomainError tenant-required, tenant-not-found */
  async state(
    access: Access,
    phoneNumber: string,
    name: string | undefined,
  ): Promise<ConsentState> {
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const current = await this.#parts.db.withTenant(tenant.id, (tx) =>
      currentConsents(tx, phoneNumber),
    );
    const stateOf = (kind: ConsentKind): ConsentState['consents'][ConsentKind] => {
      const consent = current.find((each) => each.kind === kind);
      if (consent === undefined) return { ...unknown };
      const { status, recordedAt, source, id: consentId } = consent;
      return { status, recordedAt, source, consentId };
    };
    const states = consentKindSchema.options.map((kind) => [kind, stateOf(kind)] as const);
    return { phoneNumber, consents: Object.fromEntries(states) as ConsentState['consents'] };
  }

  /** The history, newest first. @throws DomainError tenant-required, tenant-not-found */
  async list(access: Access, filter: ConsentFilter, page: Page<TimePosition>): Promise<Consent[]> {
    const { tenant: name, ...rest } = filter;
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const found = await this.#parts.db.withTenant(tenant.id, (tx) => listConsents(tx, rest, page));
    return found.map((consent) => ({ ...consent, tenant: toReference(tenant) }));
  }
}
