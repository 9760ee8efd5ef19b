import { GoogleError } from './google-error.ts';

export interface BucketSettings {
  readonly name: string;
  /** What the service accounts may do with it. @defaultValue 'read-write' */
  readonly access?: 'read-write' | 'read-only' | 'none' | undefined;
}

export interface StoredObject {
  readonly bucket: string;
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
  readonly generation: string;
  readonly createdAt: string;
}

type Permission = 'get' | 'create' | 'delete' | 'list';

const READING: readonly Permission[] = ['get', 'list'];
const GS_URI = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])\/(.+)$/;

/** Buckets with objects in memory: as much of Cloud Storage as long recordings need. */
export class CloudStorage {
  readonly #buckets = new Map<string, Required<BucketSettings>>();
  readonly #objects = new Map<string, StoredObject>();
  #generation = 1_700_000_000_000_000;

  constructor(buckets: readonly BucketSettings[]) {
    for (const { name, access } of buckets) {
      this.#buckets.set(name, { name, access: access ?? 'read-write' });
    }
  }

  /** @throws GoogleError NOT_FOUND, PERMISSION_DENIED */
  put(bucket: string, name: string, content: Buffer, contentType: string, who: string) {
    this.#check(bucket, 'create', who);
    const object: StoredObject = {
      bucket,
      name,
      content,
      contentType,
      generation: String(++this.#generation),
      createdAt: new Date().toISOString(),
    };
    this.#objects.set(`${bucket}/${name}`, object);
    return object;
  }

  /** @throws GoogleError NOT_FOUND, PERMISSION_DENIED */
  get(bucket: string, name: string, who: string): StoredObject {
    this.#check(bucket, 'get', who);
    const object = this.#objects.get(`${bucket}/${name}`);
    if (!object) throw new GoogleError('NOT_FOUND', `No such object: ${bucket}/${name}`);
    return object;
  }

  /** @throws GoogleError NOT_FOUND, PERMISSION_DENIED */
  delete(bucket: string, name: string, who: string): void {
    this.#check(bucket, 'delete', who);
    if (!this.#objects.delete(`${bucket}/${name}`)) {
      throw new GoogleError('NOT_FOUND', `No such object: ${bucket}/${name}`);
    }
  }

  /** @throws GoogleError NOT_FOUND, PERMISSION_DENIED */
  list(bucket: string, prefix: string, who: string): StoredObject[] {
    this.#check(bucket, 'list', who);
    return [...this.#objects.values()]
      .filter((object) => object.bucket === bucket && object.name.startsWith(prefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * What Speech-to-Text reads with the permissions of its caller.
   * @throws GoogleError INVALID_ARGUMENT for another kind of address, NOT_FOUND, PERMISSION_DENIED
   */
  read(uri: string, who: string): Buffer {
    const [bucket, name] = bucketAndName(uri);
    return this.get(bucket, name, who).content;
  }

  #check(bucket: string, permission: Permission, who: string): void {
    const settings = this.#buckets.get(bucket);
    if (!settings) throw new GoogleError('NOT_FOUND', 'The specified bucket does not exist.');
    const { access } = settings;
    if (access === 'read-write') return;
    if (access === 'read-only' && READING.includes(permission)) return;
    const kind = permission === 'list' ? 'bucket' : 'object';
    throw new GoogleError(
      'PERMISSION_DENIED',
      `${who} does not have storage.objects.${permission} access to the Google Cloud Storage ${kind}. Permission 'storage.objects.${permission}' denied on resource (or it may not exist).`,
    );
  }
}

/** @throws GoogleError INVALID_ARGUMENT */
export function bucketAndName(uri: string): [bucket: string, name: string] {
  const [, bucket, name] = GS_URI.exec(uri) ?? [];
  if (bucket === undefined || name === undefined) {
    throw GoogleError.invalid('Request contains an invalid argument.');
  }
  return [bucket, name];
}
