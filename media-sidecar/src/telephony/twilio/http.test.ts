import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { isSignedBody, isSignedForm, isSignedUpgrade } from './signature.ts';
import { dialTwiml, hangUpTwiml, redirectTwiml, takeMessageTwiml, whisperTwiml } from './twiml.ts';

const authToken = '12345678901234567890123456789012';

describe("Twilio's signature", () => {
  const url = 'https://voice.example.com/twilio/stream-ended';
  const params = { CallSid: 'CA1', From: '+56912345678', Digit: ['2', '1', '1'] };
  const signature = getExpectedTwilioSignature(authToken, url, params);

  it('is accepted on a form, with its repeated fields', () => {
    assert.equal(isSignedForm({ authToken, signature, url, params }), true);
  });

  it('is refused when a field, the URL, the token or the signature is another', () => {
    const changed = { ...params, From: '+56912345679' };
    assert.equal(isSignedForm({ authToken, signature, url, params: changed }), false);
    assert.equal(isSignedForm({ authToken, signature, url: `${url}2`, params }), false);
    assert.equal(isSignedForm({ authToken: 'other', signature, url, params }), false);
    assert.equal(isSignedForm({ authToken, signature: `${signature}=`, url, params }), false);
  });

  it('is refused when there is nothing to check', () => {
    const empty = getExpectedTwilioSignature('', url, params);
    assert.equal(isSignedForm({ authToken: '', signature: empty, url, params }), false);
    assert.equal(isSignedForm({ authToken, signature: undefined, url, params }), false);
    assert.equal(isSignedForm({ authToken, signature: '', url, params }), false);
    assert.equal(isSignedForm({ authToken, signature: [signature], url, params }), false);
    assert.equal(isSignedForm({ authToken, signature, url: 'not a URL', params }), false);
    assert.equal(isSignedUpgrade({ authToken, signature: '', url: 'wss://a.example/' }), false);
    assert.equal(isSignedBody({ authToken, signature, url: 'nonsense', rawBody: '' }), false);
  });

  it('covers a JSON body by its hash in the URL', () => {
    const rawBody = '{"a":"ñ"}';
    const hash = createHash('sha256').update(rawBody).digest('hex');
    const hashed = `${url}?bodySHA256=${hash}`;
    const signed = getExpectedTwilioSignature(authToken, hashed, {});
    assert.equal(isSignedBody({ authToken, signature: signed, url: hashed, rawBody }), true);
    const other = '{"a":"n"}';
    assert.equal(
      isSignedBody({ authToken, signature: signed, url: hashed, rawBody: other }),
      false,
    );
    // A signature of the bare URL says nothing about the body.
    const bare = getExpectedTwilioSignature(authToken, url, {});
    assert.equal(isSignedBody({ authToken, signature: bare, url, rawBody }), false);
  });

  it('is accepted on an upgrade in every spelling of the address', () => {
    const configured = 'wss://voice.example.com/twilio/media';
    for (const signedUrl of [
      'wss://voice.example.com/twilio/media',
      'wss://voice.example.com/twilio/media/',
      'wss://voice.example.com:443/twilio/media',
      'wss://voice.example.com:443/twilio/media/',
    ]) {
      const made = getExpectedTwilioSignature(authToken, signedUrl, {});
      assert.equal(
        isSignedUpgrade({ authToken, signature: made, url: configured }),
        true,
        signedUrl,
      );
      assert.equal(isSignedUpgrade({ authToken, signature: made, url: `${configured}/` }), true);
    }
    const local = 'wss://localhost:8443/twilio/media';
    const made = getExpectedTwilioSignature(authToken, local, {});
    assert.equal(isSignedUpgrade({ authToken, signature: made, url: local }), true);
  });

  it('is refused on an upgrade that was signed as https or for another port or path', () => {
    const configured = 'wss://voice.example.com/twilio/media';
    for (const signedUrl of [
      'https://voice.example.com/twilio/media',
      'wss://voice.example.com:8443/twilio/media',
      'wss://voice.example.com/twilio',
      'wss://evil.example.com/twilio/media',
    ]) {
      const made = getExpectedTwilioSignature(authToken, signedUrl, {});
      assert.equal(isSignedUpgrade({ authToken, signature: made, url: configured }), false);
    }
    const https = 'https://voice.example.com/twilio/media';
    const made = getExpectedTwilioSignature(authToken, https, {});
    assert.equal(isSignedUpgrade({ authToken, signature: made, url: https }), false);
  });
});

describe('TwiML after the stream', () => {
  const body = (twiml: string) => twiml.replace('<?xml version="1.0" encoding="UTF-8"?>', '');

  it('hangs up', () => {
    assert.equal(body(hangUpTwiml()), '<Response><Hangup/></Response>');
  });

  it('takes a message, in seconds, and hangs up behind it', () => {
    assert.equal(
      body(takeMessageTwiml({ say: 'Deje su mensaje & cuelgue.', language: 'es-MX' })),
      '<Response><Say language="es-MX">Deje su mensaje &amp; cuelgue.</Say>' +
        '<Record maxLength="120" playBeep="true"/><Hangup/></Response>',
    );
  });

  it('goes back to the workflow', () => {
    assert.equal(
      body(redirectTwiml('https://n8n.example.com/webhook/a?x=1&y=2')),
      '<Response><Redirect method="POST">https://n8n.example.com/webhook/a?x=1&amp;y=2</Redirect></Response>',
    );
  });

  it('whispers to a human, or joins the calls without a word', () => {
    assert.equal(
      body(whisperTwiml('Pregunta por <un auto>.', 'es-MX')),
      '<Response><Say language="es-MX">Pregunta por &lt;un auto&gt;.</Say></Response>',
    );
    assert.equal(body(whisperTwiml(undefined, 'es-MX')), '<Response/>');
  });

  it('connects a human, who hears a whisper first', () => {
    assert.equal(
      body(
        dialTwiml({
          number: '+56221234567',
          callerId: '+56227654321',
          actionUrl: 'https://a.example/end',
          whisperUrl: 'https://a.example/whisper',
        }),
      ),
      '<Response><Dial answerOnBridge="true" timeout="25" callerId="+56227654321" ' +
        'action="https://a.example/end"><Number url="https://a.example/whisper">+56221234567' +
        '</Number></Dial></Response>',
    );
  });
});
