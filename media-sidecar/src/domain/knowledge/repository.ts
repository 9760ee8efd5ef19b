import { sql } from 'kysely';
import type { TenantDb } from '../../db/database.ts';
import { containing, isBehind, type Page, type TimePosition } from '../paging.ts';
import type {
  DocumentFilter,
  DocumentWithText,
  KnowledgeDocument,
  KnowledgeHit,
} from './schema.ts';

export type StoredDocument = Omit<KnowledgeDocument, 'tenant'>;

export interface NewDocument {
  readonly id: string;
  readonly externalId: string | undefined;
  readonly title: string;
  readonly source: string | undefined;
  readonly language: string;
  readonly text: string;
  readonly passages: readonly string[];
  readonly now: Date;
}

/** PostgreSQL's text search configuration for a language (BCP-47). */
function configurationFor(language: string): 'spanish' | 'english' | 'portuguese' | 'simple' {
  switch (new Intl.Locale(language).language) {
    case 'es':
      return 'spanish';
    case 'en':
      return 'english';
    case 'pt':
      return 'portuguese';
    default:
      return 'simple';
  }
}

/**
 * Adds a document, or puts it in the place of the one with the same external id.
 * @returns its id, and whether there was none before
 */
export async function saveDocument(
  tx: TenantDb,
  document: NewDocument,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const text = document.text.replaceAll('\0', '');
  const values = {
    title: document.title,
    source: document.source ?? null,
    language: document.language,
    text,
    updated_at: document.now,
  };
  const row = await tx.db
    .insertInto('knowledge_documents')
    .values({
      tenant_id: tx.tenantId,
      id: document.id,
      external_id: document.externalId ?? null,
      created_at: document.now,
      ...values,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'external_id']).doUpdateSet(values))
    .returning('id')
    .executeTakeFirstOrThrow();
  const { id } = row;
  await tx.db.deleteFrom('knowledge_passages').where('document_id', '=', id).execute();
  await insertPassages(tx, id, document);
  return { id, created: id === document.id };
}

/** In one statement per hundred, each with the title, whose words count for more. */
async function insertPassages(tx: TenantDb, id: string, document: NewDocument): Promise<void> {
  const configuration = configurationFor(document.language);
  for (let from = 0; from < document.passages.length; from += 100) {
    const rows = document.passages.slice(from, from + 100).map((passage, index) => {
      const text = passage.replaceAll('\0', '');
      return sql`(${tx.tenantId}::uuid, ${id}::uuid, ${from + index}::integer, ${text}::text,
        ${configuration}::regconfig,
        setweight(${vectorOf(configuration, document.title)}, 'A')
          || setweight(${vectorOf(configuration, text)}, 'B'))`;
    });
    await sql`insert into app.knowledge_passages
      (tenant_id, document_id, passage_index, text, configuration, search)
      values ${sql.join(rows)}`.execute(tx.db);
  }
}

/** With and without accents: stems differ, and people leave accents out. */
function vectorOf(configuration: string, text: string) {
  return sql`(to_tsvector(${configuration}::regconfig, ${text}::text)
    || to_tsvector(${configuration}::regconfig, app.without_accents(${text}::text)))`;
}

/**
 * Any word may match. `plainto_tsquery` joins words by " & "; inside a quoted word there are no
 * spaces, so nothing else is meant by that.
 */
function anyWordOf(query: string) {
  const words = (text: ReturnType<typeof sql>) =>
    sql`replace(plainto_tsquery(passage.configuration, ${text})::text, ' & ', ' | ')::tsquery`;
  const plain = sql`${query}::text`;
  return sql`(${words(plain)} || ${words(sql`app.without_accents(${plain})`)})`;
}

export async function searchPassages(
  tx: TenantDb,
  wanted: {
    readonly query: string;
    readonly language: string | undefined;
    readonly documentId: string | undefined;
    readonly limit: number;
  },
): Promise<KnowledgeHit[]> {
  const { query, language, documentId, limit } = wanted;
  const words = anyWordOf(query);
  const conditions = [sql`passage.search @@ ${words}`];
  if (language !== undefined) conditions.push(sql`document.language = ${language}`);
  if (documentId !== undefined) conditions.push(sql`document.id = ${documentId}::uuid`);
  // The headline is made of what was found only: it reads the whole text again.
  const { rows } = await sql<{
    id: string;
    title: string;
    source: string | null;
    external_id: string | null;
    language: string;
    passage_index: number;
    text: string;
    headline: string;
    score: number;
  }>`
    with found as (
      select document.id, document.title, document.source, document.external_id,
             document.language, passage.passage_index, passage.text, passage.configuration,
             ts_rank(passage.search, ${words}, 1) as score
        from app.knowledge_passages passage
        join app.knowledge_documents document
          on document.tenant_id = passage.tenant_id and document.id = passage.document_id
       where ${sql.join(conditions, sql` and `)}
       order by score desc, document.id, passage.passage_index
       limit ${limit}
    )
    select passage.*,
           ts_headline(passage.configuration, passage.text, ${words},
             'StartSel=**, StopSel=**, MaxWords=35, MinWords=12') as headline
      from found passage
     order by score desc, id, passage_index`.execute(tx.db);
  return rows.map((row) => ({
    document: {
      id: row.id,
      title: row.title,
      source: row.source,
      externalId: row.external_id,
      language: row.language,
    },
    passage: { index: row.passage_index, text: row.text },
    headline: row.headline,
    score: row.score,
  }));
}

export async function findDocument(
  tx: TenantDb,
  id: string,
): Promise<Omit<DocumentWithText, 'tenant'> | undefined> {
  const row = await selectDocuments(tx).select('text').where('id', '=', id).executeTakeFirst();
  return row && { ...toDocument(row), text: row.text };
}

/** Newest first. */
export async function listDocuments(
  tx: TenantDb,
  filter: Omit<DocumentFilter, 'tenant'>,
  page: Page<TimePosition>,
): Promise<StoredDocument[]> {
  let query = selectDocuments(tx);
  const { search, externalId } = filter;
  if (externalId !== undefined) query = query.where('external_id', '=', externalId);
  if (search !== undefined && search.trim() !== '') {
    query = query.where('title', 'ilike', containing(search));
  }
  if (page.after !== undefined) query = query.where(isBehind(page.after, 'created_at', 'id'));
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toDocument);
}

/** @returns whether there was one */
export async function deleteDocument(tx: TenantDb, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('knowledge_documents')
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

function selectDocuments(tx: TenantDb) {
  return tx.db
    .selectFrom('knowledge_documents')
    .select(['id', 'external_id', 'title', 'source', 'language', 'created_at', 'updated_at'])
    .select(sql<number>`length(text)`.as('characters'))
    .select((eb) =>
      eb
        .selectFrom('knowledge_passages')
        .whereRef('knowledge_passages.tenant_id', '=', 'knowledge_documents.tenant_id')
        .whereRef('knowledge_passages.document_id', '=', 'knowledge_documents.id')
        .select(sql<number>`count(*)::integer`.as('count'))
        .as('passages'),
    );
}

type Row = Awaited<ReturnType<ReturnType<typeof selectDocuments>['execute']>>[number];

function toDocument(row: Row): StoredDocument {
  return {
    id: row.id,
    externalId: row.external_id,
    title: row.title,
    source: row.source,
    language: row.language,
    characters: row.characters,
    passages: row.passages ?? 0,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
