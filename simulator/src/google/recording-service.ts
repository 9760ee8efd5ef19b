import { randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { DecodedAudio } from '../audio/audio-file.ts';
import type { RecordingRecognizer } from '../recognition/contract.ts';
import type { Faults } from '../faults/faults.ts';
import type { CloudStorage } from './cloud-storage.ts';
import { bucketAndName } from './cloud-storage.ts';
import { GoogleError } from './google-error.ts';
import { refuseNotImitated } from './not-imitated.ts';
import { speechMessages } from './messages.ts';
import type { OperationView, Operations } from './operations.ts';
import { recordingAudio } from './recording-audio.ts';
import { v1RecordingConfig, v2RecordingConfig } from './recording-config.ts';
import type { RecordingConfig } from './recording-config.ts';
import { RecordingResults } from './recording-results.ts';
import { recognizerOf } from './resource-names.ts';
import { toDuration } from './speech-results.ts';

export interface RecordingServiceParts {
  readonly recognizer: RecordingRecognizer;
  readonly faults: Faults;
  readonly storage: CloudStorage;
  readonly operations: Operations;
}

/** Who asks: nobody in particular with an API key. */
export interface Caller {
  readonly email: string | undefined;
}

/** "Content limits" of the quota page: 10 MB and one minute for synchronous recognition. */
export const MOST_UNARY_BYTES = 10_485_760;
const MOST_INLINE_MS = 60_000;
const MOST_BATCH_FILES = 15;
const V1 = 'google.cloud.speech.v1';
const V2 = 'google.cloud.speech.v2';

const audioSource = z.object({
  content: z.instanceof(Uint8Array).optional(),
  uri: z.string().optional(),
});
const v1Request = z.object({ config: z.unknown(), audio: audioSource.nullish() });
const v2Request = audioSource.extend({ recognizer: z.string(), config: z.unknown() });
const batchRequest = z.object({
  recognizer: z.string(),
  config: z.unknown(),
  files: z.array(z.object({ uri: z.string().default(''), config: z.unknown() })),
  recognitionOutputConfig: z
    .object({
      gcsOutputConfig: z.object({ uri: z.string() }).nullish(),
      inlineResponseConfig: z.object({}).nullish(),
      outputFormatConfig: z
        .object({ vtt: z.object({}).nullish(), srt: z.object({}).nullish() })
        .nullish(),
    })
    .nullish(),
});

interface Transcript {
  readonly results: object[];
  readonly billed: { seconds: string; nanos: number };
}

/** Recognition of whole recordings, in both versions, for gRPC and REST. */
export class RecordingService {
  readonly #parts: RecordingServiceParts;

  constructor(parts: RecordingServiceParts) {
    this.#parts = parts;
  }

  /** `Recognize` of v1. @throws GoogleError */
  async recognize(raw: unknown, caller: Caller, mp3 = false): Promise<object> {
    this.#failIfPlanned();
    const request = v1Request.parse(raw);
    const config = v1RecordingConfig(request.config, { mp3 });
    const audio = await this.#audio(request.audio ?? {}, config, caller);
    if (audio.durationMs > MOST_INLINE_MS) {
      throw GoogleError.invalid(
        "Sync input too long. For audio longer than 1 min use LongRunningRecognize with a 'uri' parameter.",
      );
    }
    const { results, billed } = await this.#transcribe(audio, config);
    await this.#stall();
    return { results, totalBilledTime: billed, requestId: requestNumber() };
  }

  /** `Recognize` of v2. @throws GoogleError */
  async recognizeV2(raw: unknown, caller: Caller): Promise<object> {
    this.#failIfPlanned();
    const request = v2Request.parse(raw);
    const { location } = recognizerOf(request.recognizer);
    const config = v2RecordingConfig(request.config, location);
    const audio = await this.#audio(request, config, caller);
    if (audio.durationMs > MOST_INLINE_MS) {
      throw GoogleError.invalid('Audio can be of a maximum of 60 seconds.');
    }
    const { results, billed } = await this.#transcribe(audio, config);
    await this.#stall();
    return { results, metadata: { requestId: randomUUID(), totalBilledDuration: billed } };
  }

  /** `LongRunningRecognize` of v1. @throws GoogleError for what is refused at once */
  async longRunning(
    raw: unknown,
    caller: Caller,
    { mp3 = false, api = V1 }: { mp3?: boolean; api?: string } = {},
  ): Promise<OperationView> {
    this.#failIfPlanned();
    const request = v1Request.parse(raw);
    refuseNotImitated(raw, '', ['outputConfig']);
    const config = v1RecordingConfig(request.config, { mp3 });
    const source = request.audio ?? {};
    const audio = await this.#audio(source, config, caller);
    const uri = source.uri ?? '';
    if (uri === '' && audio.durationMs > MOST_INLINE_MS) {
      throw GoogleError.invalid('Inline audio exceeds duration limit. Please use a GCS URI.');
    }
    return this.#parts.operations.start({
      name: requestNumber(),
      leastMs: this.#parts.faults.current.speech.operationMs,
      metadata: (progressPercent, startTime, lastUpdateTime) => ({
        typeName: `${api}.LongRunningRecognizeMetadata`,
        message: { progressPercent, startTime, lastUpdateTime, uri },
      }),
      work: async () => {
        const { results, billed } = await this.#transcribe(audio, config);
        return {
          typeName: `${api}.LongRunningRecognizeResponse`,
          message: { results, totalBilledTime: billed, requestId: requestNumber() },
        };
      },
    });
  }

  /** `BatchRecognize` of v2. @throws GoogleError for what is refused at once */
  batch(raw: unknown, caller: Caller): OperationView {
    this.#failIfPlanned();
    const request = batchRequest.parse(raw);
    const { project, location } = recognizerOf(request.recognizer);
    const { files, recognitionOutputConfig: output } = request;
    const gcs = output?.gcsOutputConfig?.uri;
    checkOutput(output, files.length);
    const jobs = files.map(({ uri, config }) => {
      bucketAndName(uri);
      return { uri, config: v2RecordingConfig(config ?? request.config, location) };
    });
    return this.#parts.operations.start({
      name: `projects/${project}/locations/${location}/operations/${randomUUID()}`,
      leastMs: this.#parts.faults.current.speech.operationMs,
      metadata: (progressPercent, createTime, updateTime) => ({
        typeName: `${V2}.OperationMetadata`,
        message: {
          createTime,
          updateTime,
          resource: request.recognizer,
          method: `${V2}.Speech.BatchRecognize`,
          progressPercent,
          batchRecognizeRequest: raw,
          batchRecognizeMetadata: {
            transcriptionMetadata: Object.fromEntries(
              jobs.map(({ uri }) => [uri, { progressPercent }]),
            ),
          },
        },
      }),
      work: async () => {
        const results: Record<string, object> = {};
        let billedMs = 0;
        for (const job of jobs) {
          const { result, ms } = await this.#batchFile(job.uri, job.config, gcs, caller);
          results[job.uri] = result;
          billedMs += ms;
        }
        const message = { results, totalBilledDuration: toDuration(billedMs) };
        return { typeName: `${V2}.BatchRecognizeResponse`, message };
      },
    });
  }

  /** What is wrong with one file does not stop the others. */
  async #batchFile(
    uri: string,
    config: RecordingConfig,
    output: string | undefined,
    caller: Caller,
  ): Promise<{ result: object; ms: number }> {
    try {
      const audio = await this.#audio({ uri }, config, caller);
      const { results, billed } = await this.#transcribe(audio, config);
      const ms = Number(billed.seconds) * 1_000;
      const metadata = { requestId: randomUUID(), totalBilledDuration: billed };
      const transcript = { results, metadata };
      if (output === undefined) {
        return { result: { metadata, inlineResult: { transcript }, transcript }, ms };
      }
      const written = this.#writeTranscript(uri, output, transcript, caller);
      return { result: { metadata, cloudStorageResult: { uri: written }, uri: written }, ms };
    } catch (error) {
      if (!(error instanceof GoogleError)) throw error;
      return { result: { error: { code: error.code, message: error.message } }, ms: 0 };
    }
  }

  #writeTranscript(uri: string, prefix: string, transcript: object, caller: Caller): string {
    const [bucket, folder] = bucketAndName(prefix.endsWith('/') ? `${prefix}_` : `${prefix}/_`);
    const [, source] = bucketAndName(uri);
    const base = source
      .split('/')
      .at(-1)!
      .replace(/\.[^.]*$/, '');
    const name = `${folder.slice(0, -1)}${base}_transcript_${randomUUID().slice(0, 13)}.json`;
    const written = speechMessages.write(`${V2}.BatchRecognizeResults`, transcript);
    const json = JSON.stringify(written, null, 2);
    this.#parts.storage.put(
      bucket,
      name,
      Buffer.from(json),
      'application/json',
      principalOf(caller),
    );
    return `gs://${bucket}/${name}`;
  }

  async #audio(
    { content, uri }: z.infer<typeof audioSource>,
    config: RecordingConfig,
    caller: Caller,
  ): Promise<DecodedAudio> {
    if (uri !== undefined) {
      const bytes = this.#parts.storage.read(uri, principalOf(caller));
      return recordingAudio(bytes, config.decoding);
    }
    if (!content || content.length === 0) {
      throw GoogleError.invalid('RecognitionAudio not set.');
    }
    if (content.length > MOST_UNARY_BYTES) {
      throw GoogleError.invalid(`Request audio can be a maximum of ${MOST_UNARY_BYTES} bytes.`);
    }
    return recordingAudio(content, config.decoding);
  }

  async #transcribe(audio: DecodedAudio, config: RecordingConfig): Promise<Transcript> {
    const channels = config.separateChannels ? audio.channels : audio.channels.slice(0, 1);
    const heard = [];
    for (const channel of channels) heard.push(await this.#parts.recognizer.recognize(channel));
    // Audio is billed in whole seconds, each channel for itself.
    const seconds = Math.ceil(audio.durationMs / 1_000) * channels.length;
    return {
      results: new RecordingResults(config).all(heard),
      billed: toDuration(seconds * 1_000),
    };
  }

  #failIfPlanned(): void {
    const failure = this.#parts.faults.takeFailure('speech');
    if (failure) throw GoogleError.planned(failure);
  }

  async #stall(): Promise<void> {
    const { stallMs } = this.#parts.faults.current.speech;
    if (stallMs > 0) await new Promise((resolve) => setTimeout(resolve, stallMs));
  }
}

/** Buckets are not public. @throws GoogleError PERMISSION_DENIED */
function principalOf({ email }: Caller): string {
  if (email !== undefined) return email;
  throw new GoogleError(
    'PERMISSION_DENIED',
    "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).",
  );
}

function checkOutput(
  output: z.infer<typeof batchRequest>['recognitionOutputConfig'],
  files: number,
): void {
  if (files === 0) throw GoogleError.invalid('At least one file must be provided.');
  if (files > MOST_BATCH_FILES) {
    throw GoogleError.invalid(`At most ${MOST_BATCH_FILES} files can be provided, got ${files}.`);
  }
  if (!output?.gcsOutputConfig && !output?.inlineResponseConfig) {
    throw GoogleError.invalid('Invalid RecognitionOutputConfig: output must be set.');
  }
  if (output.inlineResponseConfig && files > 1) {
    throw GoogleError.invalid('Inline results are only supported for a single file.');
  }
  if (output.gcsOutputConfig) bucketAndName(`${output.gcsOutputConfig.uri}/_`);
  if (output.outputFormatConfig?.vtt || output.outputFormatConfig?.srt) {
    throw new GoogleError('UNIMPLEMENTED', 'The simulator writes transcripts as JSON only.');
  }
}

/** As v1 numbers its requests and operations: 64 bits, in decimal digits. */
const requestNumber = (): string =>
  `${randomInt(1, 9)}${String(randomInt(2 ** 47)).padStart(17, '0')}`;
