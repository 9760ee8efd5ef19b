import { ProviderError } from '../../kernel/errors.ts';
import type { Access } from '../access.ts';
import { DomainError, domainErrors } from '../errors.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { KeptPhrase, PhraseFilter, PhraseStore } from './ports.ts';
import type {
  Phrase,
  PhraseAudio,
  PhraseAudioInput,
  PhraseRemoval,
  PhraseStatistics,
  Warming,
  WarmingInput,
} from './schema.ts';
import type { Warmings } from './warmings.ts';

const mulawBytesPerMs = 8;

/** The cache of spoken phrases, as far as a key may see it. */
export class Phrases {
  readonly #tenants: Tenants;
  readonly #store: PhraseStore;
  readonly #warmings: Warmings;

  constructor(tenants: Tenants, store: PhraseStore, warmings: Warmings) {
    this.#tenants = tenants;
    this.#store = store;
    this.#warmings = warmings;
  }

  /** @throws DomainError tenant-not-found, invalid-request, rate-limited, speech-unavailable */
  async audio(access: Access, input: PhraseAudioInput, signal: AbortSignal): Promise<PhraseAudio> {
    const phrase = {
      text: input.text,
      voice: input.voice,
      ...(await this.#ownerOf(access, input.tenant)),
    };
    let fetched;
    try {
      fetched = await this.#store.fetch(phrase, signal);
    } catch (error) {
      throw error instanceof ProviderError ? speechError(error) : error;
    }
    const { audio, cached } = fetched;
    return {
      audio: Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64'),
      encoding: 'audio/x-mulaw',
      sampleRateHz: 8000,
      cached,
      durationMs: Math.round(audio.byteLength / mulawBytesPerMs),
      characters: input.text.length,
    };
  }

  /** Returns as soon as the work is taken on. @throws DomainError tenant-not-found */
  async warm(access: Access, input: WarmingInput): Promise<{ id: string; total: number }> {
    const owner = await this.#ownerOf(access, input.tenant);
    const phrases = input.phrases.map((phrase) => ({ ...phrase, ...owner }));
    return { id: this.#warmings.begin(phrases, owner.owner), total: phrases.length };
  }

  /** @throws DomainError warming-not-found */
  warming(access: Access, id: string): Warming {
    const found = this.#warmings.get(id);
    const isTheirs = access.scope === 'platform' || found?.owner === access.tenantId;
    if (found === undefined || !isTheirs) throw domainErrors.warmingNotFound();
    return found.warming;
  }

  /** @throws DomainError tenant-not-found */
  async statistics(access: Access, tenant: string | undefined): Promise<PhraseStatistics> {
    const { owner } = await this.#ownerOf(access, tenant);
    const use = this.#store.use(owner);
    const requests = use.hits + use.misses;
    return { ...use, hitRate: requests === 0 ? null : use.hits / requests };
  }

  /** The newest first. @throws DomainError tenant-not-found */
  async list(
    access: Access,
    filter: { readonly tenant?: string | undefined; readonly search?: string | undefined },
    page: { readonly after: number | undefined; readonly limit: number },
  ): Promise<{ readonly sequence: number; readonly phrase: Phrase }[]> {
    const owner = await this.#ownerOf(access, filter.tenant);
    const wanted = filter.search?.trim().toLowerCase() ?? '';
    return this.#store
      .list(owner)
      .filter(({ sequence }) => page.after === undefined || sequence < page.after)
      .filter(({ text }) => text.toLowerCase().includes(wanted))
      .slice(0, page.limit)
      .map((kept) => ({ sequence: kept.sequence, phrase: toPhrase(kept) }));
  }

  /** @throws DomainError tenant-not-found */
  async remove(access: Access, removal: PhraseRemoval): Promise<{ removed: number }> {
    const { tenant, ...rest } = removal;
    const filter: PhraseFilter = { ...rest, ...(await this.#ownerOf(access, tenant)) };
    return { removed: this.#store.remove(filter) };
  }

  async #ownerOf(access: Access, tenant: string | undefined): Promise<{ owner?: string }> {
    const scope = await this.#tenants.scopeOf(access, tenant);
    return scope === undefined ? {} : { owner: scope.id };
  }
}

function toPhrase(kept: KeptPhrase): Phrase {
  const { text, voice, sizeBytes, hits, createdAtMs, lastUsedAtMs } = kept;
  return {
    text,
    voice: { ...voice },
    sizeBytes,
    durationMs: Math.round(sizeBytes / mulawBytesPerMs),
    hits,
    createdAt: new Date(createdAtMs).toISOString(),
    lastUsedAt: new Date(lastUsedAtMs).toISOString(),
  };
}

/** What the caller of the API may know of a failure of the speech provider. */
function speechError(error: ProviderError): DomainError {
  const { code, message, retryAfterMs } = error;
  if (code === 'invalid-request' || code === 'not-found' || code === 'blocked') {
    const field = code === 'not-found' || /voice|language|rate/i.test(message) ? 'voice' : 'text';
    return new DomainError('invalid', 'invalid-request', message, field);
  }
  if (code === 'rate-limited' || code === 'quota-exhausted') {
    const text = 'The speech provider takes no more requests for now.';
    return new DomainError('rate-limited', 'rate-limited', text, undefined, retryAfterMs);
  }
  const text = `The speech provider did not answer as it should (${code}).`;
  return new DomainError('unavailable', 'speech-unavailable', text, undefined, retryAfterMs);
}
