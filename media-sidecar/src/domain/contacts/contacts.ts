import type { TenantDb } from '../../db/database.ts';
import { violatedConstraint } from '../../db/sql.ts';
import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId, newId } from '../identifiers.ts';
import { mergedByName, sizeOf } from '../json.ts';
import type { Page, TimePosition } from '../paging.ts';
import { phoneNumberSchema } from '../phone-numbers/schema.ts';
import type { RecordsParts } from '../records-parts.ts';
import {
  deleteContact,
  findContact,
  insertContact,
  listContacts,
  lockContact,
  updateContact,
  withTenant,
} from './repository.ts';
import type { StoredContact } from './repository.ts';
import type { Contact, ContactFilter, ContactInput, ContactUpdate } from './schema.ts';
import { maxAttributesBytes } from './schema.ts';

/** Whom a tenant knows. */
export class Contacts {
  readonly #parts: RecordsParts;

  constructor(parts: RecordsParts) {
    this.#parts = parts;
  }

  /**
   * Creates, or changes the contact of that number.
   * @throws DomainError tenant-required, tenant-not-found, invalid-request
   */
  async save(
    access: Access,
    input: ContactInput,
  ): Promise<{ readonly contact: Contact; readonly created: boolean }> {
    const { tenant: name, phoneNumber, ...rest } = input;
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const now = new Date(this.#parts.clock.nowMs());
    return this.#parts.db.withTenant(tenant.id, async (tx) => {
      const created = await insertContact(tx, { id: newId(), phoneNumber, now });
      const existing = await findContact(tx, { phoneNumber });
      if (existing === undefined) throw domainErrors.contactNotFound();
      const contact = await this.#change(tx, existing.id, rest);
      return { contact: withTenant(contact, tenant), created };
    });
  }

  /** @throws DomainError contact-not-found, phone-number-taken, invalid-request, tenant-required */
  async update(access: Access, id: string, update: ContactUpdate): Promise<Contact> {
    const { tenant: name, ...rest } = update;
    const tenant = await this.#parts.tenants.requireScope(access, name);
    if (!isId(id)) throw domainErrors.contactNotFound();
    try {
      return await this.#parts.db.withTenant(tenant.id, async (tx) =>
        withTenant(await this.#change(tx, id, rest), tenant),
      );
    } catch (error) {
      if (violatedConstraint(error) === 'contacts_phone_number_key') {
        throw domainErrors.contactNumberTaken();
      }
      throw error;
    }
  }

  /** @param idOrNumber our id, or E.164 @throws DomainError contact-not-found, tenant-required */
  async get(access: Access, idOrNumber: string, name: string | undefined): Promise<Contact> {
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const by = isId(idOrNumber) ? { id: idOrNumber } : { phoneNumber: idOrNumber };
    const contact = await this.#parts.db.withTenant(tenant.id, (tx) => findContact(tx, by));
    if (contact === undefined) throw domainErrors.contactNotFound();
    return withTenant(contact, tenant);
  }

  /** Newest first. @throws DomainError tenant-required, tenant-not-found */
  async list(access: Access, filter: ContactFilter, page: Page<TimePosition>): Promise<Contact[]> {
    const { tenant: name, ...rest } = filter;
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const found = await this.#parts.db.withTenant(tenant.id, (tx) => listContacts(tx, rest, page));
    return found.map((contact) => withTenant(contact, tenant));
  }

  /** @throws DomainError contact-not-found, tenant-required */
  async delete(access: Access, id: string, name: string | undefined): Promise<void> {
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const isThere =
      isId(id) && (await this.#parts.db.withTenant(tenant.id, (tx) => deleteContact(tx, id)));
    if (!isThere) throw domainErrors.contactNotFound();
  }

  /** Whom a number belongs to, as far as the tenant knows. */
  async ofNumber(
    tenantId: string,
    phoneNumber: string | undefined,
  ): Promise<StoredContact | undefined> {
    if (!phoneNumberSchema.safeParse(phoneNumber).success || phoneNumber === undefined) {
      return undefined;
    }
    return this.#parts.db.withTenant(tenantId, (tx) => findContact(tx, { phoneNumber }));
  }

  async #change(
    tx: TenantDb,
    id: string,
    update: Omit<ContactUpdate, 'tenant'>,
  ): Promise<StoredContact> {
    const before = await lockContact(tx, id);
    if (before === undefined) throw domainErrors.contactNotFound();
    const { attributes: changes = {}, ...rest } = update;
    const attributes = mergedByName(before.attributes, changes);
    if (sizeOf(attributes) > maxAttributesBytes) {
      throw domainErrors.tooLarge('attributes', maxAttributesBytes);
    }
    await updateContact(tx, id, rest, attributes, new Date(this.#parts.clock.nowMs()));
    const after = await findContact(tx, { id });
    if (after === undefined) throw domainErrors.contactNotFound();
    return after;
  }
}
