/** Where version 2 recognizes, and through which door. */
export interface SpeechPlace {
  readonly location: string;
  /** Absent: the global one. */
  readonly endpoint?: string;
}

/**
 * Each region has an endpoint of its own, which serves that region only: either of the two tells the other.
 * An address that is none of Google's serves whatever it is asked for.
 * @throws RangeError when they do not fit
 * @see https://cloud.google.com/speech-to-text/v2/docs/locations
 */
export function speechPlace(given: {
  readonly location?: string;
  readonly endpoint?: string;
}): SpeechPlace {
  const { endpoint } = given;
  if (endpoint === undefined) {
    const { location = 'global' } = given;
    return location === 'global'
      ? { location }
      : { location, endpoint: `${location}-speech.googleapis.com` };
  }
  const served = locationOf(endpoint);
  const { location = served ?? 'global' } = given;
  if (served !== undefined && served !== location) {
    throw new RangeError(`${endpoint} serves the location ${served} only`);
  }
  return { location, endpoint };
}

function locationOf(endpoint: string): string | undefined {
  const google = /^(?:(?<region>[a-z0-9-]+)-)?speech\.googleapis\.com(?::\d+)?$/.exec(endpoint);
  return google ? (google.groups?.['region'] ?? 'global') : undefined;
}
