import type { Selectable } from 'kysely';
import type { TenantDb } from '../../db/database.ts';
import type { ConsentsTable } from '../../db/schema.ts';
import { isBehind, type Page, type TimePosition } from '../paging.ts';
import type { Consent, ConsentFilter } from './schema.ts';

export type StoredConsent = Omit<Consent, 'tenant'>;

export async function insertConsent(tx: TenantDb, consent: StoredConsent): Promise<void> {
  await tx.db
    .insertInto('consents')
    .values({
      tenant_id: tx.tenantId,
      id: consent.id,
      phone_number: consent.phoneNumber,
      kind: consent.kind,
      status: consent.status,
      source: consent.source,
      evidence: consent.evidence,
      call_id: consent.callId,
      recorded_at: new Date(consent.recordedAt),
      created_at: new Date(consent.createdAt),
    })
    .execute();
}

/** The latest of each kind: what was recorded last holds. */
export async function currentConsents(tx: TenantDb, phoneNumber: string): Promise<StoredConsent[]> {
  const rows = await tx.db
    .selectFrom('consents')
    .selectAll()
    .distinctOn('kind')
    .where('phone_number', '=', phoneNumber)
    .orderBy('kind')
    .orderBy('recorded_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(toConsent);
}

export async function listConsents(
  tx: TenantDb,
  filter: Omit<ConsentFilter, 'tenant'>,
  page: Page<TimePosition>,
): Promise<StoredConsent[]> {
  let query = tx.db.selectFrom('consents').selectAll();
  const { phoneNumber, kind, status, callId } = filter;
  if (phoneNumber !== undefined) query = query.where('phone_number', '=', phoneNumber);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (status !== undefined) query = query.where('status', '=', status);
  if (callId !== undefined) query = query.where('call_id', '=', callId);
  if (page.after !== undefined) query = query.where(isBehind(page.after, 'recorded_at', 'id'));
  const rows = await query
    .orderBy('recorded_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toConsent);
}

function toConsent(row: Selectable<ConsentsTable>): StoredConsent {
  return {
    id: row.id,
    phoneNumber: row.phone_number,
    kind: row.kind,
    status: row.status,
    source: row.source,
    evidence: row.evidence,
    callId: row.call_id,
    recordedAt: row.recorded_at.toISOString(),
    createdAt: row.created_at.toISOString(),
  };
}
