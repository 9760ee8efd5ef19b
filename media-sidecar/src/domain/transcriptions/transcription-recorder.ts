import type {
  TranscriptionEnding,
  TranscriptionRecorder,
  TranscriptionReference,
  UtteranceRecord,
} from '../../call/ports.ts';
import type { Database, TenantDb } from '../../db/database.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metrics } from '../../kernel/metrics.ts';
import type { EventPublisher } from '../events/publisher.ts';
import type { EventData } from '../events/schema.ts';
import { OrderedWrites, type OrderedWriteOptions } from '../ordered-writes.ts';
import {
  endTranscription,
  findTranscription,
  insertUtterance,
  startTranscription,
  utterancesOf,
} from './repository.ts';
import type { Transcription } from './schema.ts';

/**
 * Writes transcriptions down off the frame path: in order, retried, each write together with its
 * event in one transaction. What was stored already is not told twice.
 */
export class StoredTranscriptionRecorder implements TranscriptionRecorder {
  readonly #writes: OrderedWrites;
  readonly #logger: Logger;

  constructor(
    parts: {
      readonly db: Pick<Database, 'withTenant'>;
      readonly publisher: EventPublisher;
      readonly metrics: Metrics;
      readonly logger: Logger;
    },
    options: OrderedWriteOptions = {},
  ) {
    this.#writes = new OrderedWrites(parts, options);
    this.#logger = parts.logger;
  }

  started(about: TranscriptionReference & { readonly startedAtMs: number }): void {
    this.#write(about, async (tx) => {
      const startedAt = new Date(about.startedAtMs);
      if (!(await startTranscription(tx, about.transcriptionId, startedAt))) return undefined;
      const transcription = await existing(tx, about.transcriptionId);
      const { tenant } = transcription;
      return { type: 'transcription.started', data: { tenant, transcription } };
    });
  }

  utterance(record: UtteranceRecord): void {
    this.#write(record, async (tx) => {
      if (!(await insertUtterance(tx, record))) return undefined;
      const transcription = await existing(tx, record.transcriptionId);
      const { index, track, text, confidence = null, startMs, endMs, languageCode } = record;
      const utterance = { index, track, text, confidence, startMs, endMs, languageCode };
      const { tenant } = transcription;
      return { type: 'transcription.utterance', data: { tenant, transcription, utterance } };
    });
  }

  ended(ending: TranscriptionEnding): void {
    this.#write(ending, async (tx) => {
      if (!(await endTranscription(tx, ending))) return undefined;
      const ended = await existing(tx, ending.transcriptionId);
      const utterances = await utterancesOf(tx, ended.id);
      const { tenant } = ended;
      return {
        type: ended.status === 'failed' ? 'transcription.failed' : 'transcription.completed',
        data: { tenant, transcription: { ...ended, utterances } },
      };
    });
  }

  /** Resolves when what was handed in about a transcription is stored, or lost. */
  written(transcriptionId: string): Promise<void> {
    return this.#writes.written(transcriptionId);
  }

  /** For the end of the process: what the database does not take in time is lost. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  #write(
    { transcriptionId, tenantId }: TranscriptionReference,
    work: (tx: TenantDb) => Promise<EventData | undefined>,
  ): void {
    this.#writes.add({
      subject: transcriptionId,
      tenantId,
      work,
      onLost: (error) =>
        this.#logger.error(
          { err: error, transcriptionId, tenantId },
          'part of a transcription was not recorded',
        ),
    });
  }
}

async function existing(tx: TenantDb, id: string): Promise<Transcription> {
  const transcription = await findTranscription(tx, id);
  if (transcription === undefined) throw new Error('the transcription is not there');
  return transcription;
}
