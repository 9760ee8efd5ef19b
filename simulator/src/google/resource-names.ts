import { GoogleError } from './google-error.ts';

const RECOGNIZER =
  /^projects\/([a-z0-9:.-]+)\/locations\/([a-z0-9-]+)\/recognizers\/([a-z0-9_-]+)$/;

export interface RecognizerName {
  readonly project: string;
  readonly location: string;
}

/**
 * Only the implicit recognizer `_` exists.
 * @throws GoogleError INVALID_ARGUMENT for another form, NOT_FOUND for another recognizer
 */
export function recognizerOf(name: string): RecognizerName {
  const [, project, location, id] = RECOGNIZER.exec(name) ?? [];
  if (project === undefined || location === undefined) {
    throw GoogleError.invalid(
      `Invalid resource field value in the request: recognizer "${name}". Expected "projects/{project}/locations/{location}/recognizers/{recognizer}".`,
    );
  }
  if (id !== '_') throw new GoogleError('NOT_FOUND', `Unable to find Recognizer "${name}".`);
  return { project, location };
}

/**
 * Each region has an endpoint of its own, `us-speech.googleapis.com`, and serves itself only
 * (cloud.google.com/speech-to-text/v2/docs/locations). An address that is none of Google's, as the
 * simulator's own, serves all.
 * @throws GoogleError INVALID_ARGUMENT
 */
export function checkEndpoint(host: string, location: string): void {
  const [, region] = /^(?:([a-z0-9-]+)-)?speech\./.exec(host) ?? [undefined, location];
  const served = region ?? 'global';
  if (served === location) return;
  throw GoogleError.invalid(
    `Expected resource location to be ${served}, but found ${location} in resource name.`,
  );
}
