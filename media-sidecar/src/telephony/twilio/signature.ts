import { validateRequest, validateRequestWithBody } from 'twilio/lib/webhooks/webhooks.js';

/**
 * Checks `X-Twilio-Signature`. Every function answers false for whatever it cannot check: without a
 * token, without a signature or without a URL nothing is Twilio's. The comparison takes constant
 * time. Source: twilio.com/docs/usage/security#validating-requests.
 */
export interface SignedRequest {
  readonly authToken: string;
  /** The header as the HTTP server gives it; a repeated header is no signature. */
  readonly signature: string | readonly string[] | undefined;
  /** As Twilio knows it: from the configured public origin, never from a Host header. */
  readonly url: string;
}

/** A form-encoded webhook; `params` as the form parser gives them. */
export function isSignedForm(
  request: SignedRequest & { readonly params: Readonly<Record<string, unknown>> },
): boolean {
  const signature = usable(request);
  if (signature === undefined) return false;
  return validateRequest(request.authToken, signature, request.url, request.params);
}

/** A JSON webhook: the URL carries `bodySHA256`, and the signature covers the URL only. */
export function isSignedBody(request: SignedRequest & { readonly rawBody: string }): boolean {
  const signature = usable(request);
  if (signature === undefined || !new URL(request.url).searchParams.has('bodySHA256')) return false;
  return validateRequestWithBody(request.authToken, signature, request.url, request.rawBody);
}

/**
 * The upgrade to a media WebSocket: signed over the `wss://` URL of `<Stream>` without parameters.
 * Which spelling of it (final slash, explicit port) was signed is not documented, so all are tried;
 * they mean the same address.
 */
export function isSignedUpgrade(request: SignedRequest): boolean {
  const signature = usable(request);
  if (signature === undefined) return false;
  const { protocol, hostname, port, pathname, search } = new URL(request.url);
  if (protocol !== 'wss:') return false;
  const path = pathname.replace(/\/$/, '');
  const ports = port === '' ? ['', ':443'] : [`:${port}`];
  return ports
    .flatMap((suffix) => [`${hostname}${suffix}${path}`, `${hostname}${suffix}${path}/`])
    .some((address) =>
      validateRequest(request.authToken, signature, `wss://${address}${search}`, {}),
    );
}

function usable({ authToken, signature, url }: SignedRequest): string | undefined {
  if (authToken === '' || typeof signature !== 'string' || signature === '') return undefined;
  return URL.canParse(url) ? signature : undefined;
}
