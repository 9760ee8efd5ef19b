import type { Faults } from '../faults/faults.ts';
import type { Lexicon } from '../recognition/lexicon.ts';
import { createRecordingRecognizer } from '../recognition/recording.ts';
import { CloudStorage } from './cloud-storage.ts';
import type { BucketSettings } from './cloud-storage.ts';
import { Operations } from './operations.ts';
import { RecordingService } from './recording-service.ts';
import { ServiceAccounts } from './service-accounts.ts';
import type { ServiceAccountSettings } from './service-accounts.ts';

/** What Google's services have in common, over gRPC and over REST. */
export interface GoogleCloud {
  readonly accounts: ServiceAccounts;
  readonly storage: CloudStorage;
  readonly operations: Operations;
  readonly recordings: RecordingService;
}

export interface GoogleCloudSettings {
  readonly serviceAccounts?: readonly ServiceAccountSettings[];
  readonly buckets?: readonly BucketSettings[];
  readonly lexicon: Lexicon;
  readonly faults: Faults;
}

/** @throws Error for a public key that is none */
export function createGoogleCloud(settings: GoogleCloudSettings): GoogleCloud {
  const { serviceAccounts = [], buckets = [], lexicon, faults } = settings;
  const accounts = new ServiceAccounts(serviceAccounts);
  const storage = new CloudStorage(buckets);
  const operations = new Operations();
  const recognizer = createRecordingRecognizer(lexicon);
  const recordings = new RecordingService({ recognizer, faults, storage, operations });
  return { accounts, storage, operations, recordings };
}
