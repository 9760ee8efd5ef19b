import type { Selectable, Updateable } from 'kysely';
import type { TenantDb } from '../../db/database.ts';
import type { ContactsTable } from '../../db/schema.ts';
import { json } from '../../db/sql.ts';
import type { JsonObject } from '../json.ts';
import { containing, isBehind, type Page, type TimePosition } from '../paging.ts';
import type { TenantReference } from '../tenants/schema.ts';
import type { Contact, ContactFilter, ContactUpdate } from './schema.ts';
import { contactSchema } from './schema.ts';

/** Without its tenant, which the transaction knows. */
export type StoredContact = Omit<Contact, 'tenant'>;

export async function findContact(
  tx: TenantDb,
  by: { readonly id: string } | { readonly phoneNumber: string },
): Promise<StoredContact | undefined> {
  const query = tx.db.selectFrom('contacts').selectAll();
  const row = await (
    'id' in by ? query.where('id', '=', by.id) : query.where('phone_number', '=', by.phoneNumber)
  ).executeTakeFirst();
  return row && toContact(row);
}

/** Keeps others from changing a contact until the end of the transaction. */
export async function lockContact(tx: TenantDb, id: string): Promise<StoredContact | undefined> {
  const row = await tx.db
    .selectFrom('contacts')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && toContact(row);
}

export async function listContacts(
  tx: TenantDb,
  filter: Omit<ContactFilter, 'tenant'>,
  page: Page<TimePosition>,
): Promise<StoredContact[]> {
  let query = tx.db.selectFrom('contacts').selectAll();
  const { search, phoneNumber, externalId, status } = filter;
  if (phoneNumber !== undefined) query = query.where('phone_number', '=', phoneNumber);
  if (externalId !== undefined) query = query.where('external_id', '=', externalId);
  if (status !== undefined) query = query.where('status', '=', status);
  if (search !== undefined && search.trim() !== '') {
    const pattern = containing(search);
    query = query.where((eb) =>
      eb.or(
        (['name', 'email', 'company', 'phone_number', 'external_id'] as const).map((column) =>
          eb(column, 'ilike', pattern),
        ),
      ),
    );
  }
  if (page.after !== undefined) query = query.where(isBehind(page.after, 'created_at', 'id'));
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toContact);
}

/** @returns false when there is a contact of that number */
export async function insertContact(
  tx: TenantDb,
  contact: { readonly id: string; readonly phoneNumber: string; readonly now: Date },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.db
    .insertInto('contacts')
    .values({
      tenant_id: tx.tenantId,
      id: contact.id,
      phone_number: contact.phoneNumber,
      attributes: json<unknown>({}),
      created_at: contact.now,
      updated_at: contact.now,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'phone_number']).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateContact(
  tx: TenantDb,
  id: string,
  update: Omit<ContactUpdate, 'tenant' | 'attributes'>,
  attributes: JsonObject,
  now: Date,
): Promise<void> {
  const { phoneNumber, externalId, lastOutcome, ...sameName } = update;
  const changes: Updateable<ContactsTable> = {
    ...sameName,
    ...(phoneNumber !== undefined && { phone_number: phoneNumber }),
    ...(externalId !== undefined && { external_id: externalId }),
    ...(lastOutcome !== undefined && { last_outcome: lastOutcome }),
    updated_at: now,
  };
  await tx.db
    .updateTable('contacts')
    .set({ ...changes, attributes: json<unknown>(attributes) })
    .where('id', '=', id)
    .execute();
}

/** @returns whether there was one */
export async function deleteContact(tx: TenantDb, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('contacts')
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export function withTenant(contact: StoredContact, { id, slug, name }: TenantReference): Contact {
  const { id: contactId, ...rest } = contact;
  return { id: contactId, tenant: { id, slug, name }, ...rest };
}

const storedSchema = contactSchema.omit({ tenant: true });

function toContact(row: Selectable<ContactsTable>): StoredContact {
  return storedSchema.parse({
    id: row.id,
    phoneNumber: row.phone_number,
    name: row.name,
    email: row.email,
    language: row.language,
    timezone: row.timezone,
    company: row.company,
    role: row.role,
    externalId: row.external_id,
    status: row.status,
    lastOutcome: row.last_outcome,
    notes: row.notes,
    attributes: row.attributes,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  });
}
