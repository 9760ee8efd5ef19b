import type { Access } from '../access.ts';
import { domainErrors } from '../errors.ts';
import { isId, newId } from '../identifiers.ts';
import type { Page, TimePosition } from '../paging.ts';
import type { RecordsParts } from '../records-parts.ts';
import type { Tenant } from '../tenants/schema.ts';
import { toReference } from '../tenants/schema.ts';
import { passagesOf } from './passages.ts';
import {
  deleteDocument,
  findDocument,
  listDocuments,
  saveDocument,
  searchPassages,
} from './repository.ts';
import type { StoredDocument } from './repository.ts';
import type {
  DocumentFilter,
  DocumentInput,
  DocumentWithText,
  KnowledgeDocument,
  KnowledgeHit,
  KnowledgeQuery,
} from './schema.ts';

/** What a tenant's agents can look up: documents, found by their passages. */
export class Knowledge {
  readonly #parts: RecordsParts;

  constructor(parts: RecordsParts) {
    this.#parts = parts;
  }

  /**
   * Adds a document, or puts it in the place of the one with the same external id.
   * @throws DomainError tenant-required, tenant-not-found
   */
  async save(
    access: Access,
    input: DocumentInput,
  ): Promise<{ readonly document: KnowledgeDocument; readonly created: boolean }> {
    const tenant = await this.#parts.tenants.requireScope(access, input.tenant);
    const { title, text, source, externalId, language = tenant.language } = input;
    const now = new Date(this.#parts.clock.nowMs());
    const passages = passagesOf(text);
    const id = newId();
    return this.#parts.db.withTenant(tenant.id, async (tx) => {
      const document = { id, externalId, title, source, language, text, passages, now };
      const saved = await saveDocument(tx, document);
      const stored = await findDocument(tx, saved.id);
      if (stored === undefined) throw domainErrors.documentNotFound();
      const { text: _, ...rest } = stored;
      return { document: withTenant(rest, tenant), created: saved.created };
    });
  }

  /** @throws DomainError document-not-found, tenant-required */
  async get(access: Access, id: string, name: string | undefined): Promise<DocumentWithText> {
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const stored = isId(id)
      ? await this.#parts.db.withTenant(tenant.id, (tx) => findDocument(tx, id))
      : undefined;
    if (stored === undefined) throw domainErrors.documentNotFound();
    const { text, ...rest } = stored;
    return { ...withTenant(rest, tenant), text };
  }

  /** Newest first. @throws DomainError tenant-required, tenant-not-found */
  async list(
    access: Access,
    filter: DocumentFilter,
    page: Page<TimePosition>,
  ): Promise<KnowledgeDocument[]> {
    const { tenant: name, ...rest } = filter;
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const found = await this.#parts.db.withTenant(tenant.id, (tx) => listDocuments(tx, rest, page));
    return found.map((document) => withTenant(document, tenant));
  }

  /** @throws DomainError document-not-found, tenant-required */
  async delete(access: Access, id: string, name: string | undefined): Promise<void> {
    const tenant = await this.#parts.tenants.requireScope(access, name);
    const isThere =
      isId(id) && (await this.#parts.db.withTenant(tenant.id, (tx) => deleteDocument(tx, id)));
    if (!isThere) throw domainErrors.documentNotFound();
  }

  /** Best first. @throws DomainError tenant-required, tenant-not-found */
  async search(access: Access, wanted: KnowledgeQuery): Promise<KnowledgeHit[]> {
    const { tenant: name, query, language, documentId, limit } = wanted;
    const tenant = await this.#parts.tenants.requireScope(access, name);
    return this.#parts.db.withTenant(tenant.id, (tx) =>
      searchPassages(tx, { query: query.replaceAll('\0', ''), language, documentId, limit }),
    );
  }
}

function withTenant(document: StoredDocument, tenant: Tenant): KnowledgeDocument {
  const { id, ...rest } = document;
  return { id, tenant: toReference(tenant), ...rest };
}
