import { defaultDetectionOptions, type DetectionOptions } from '../../twilio/answering-machine.ts';
import type { StatusCallback } from '../../twilio/call-data.ts';
import { parseAddress, type Address } from '../../twilio/phone-numbers.ts';
import type { TwimlElement } from '../document.ts';
import { methodOf, numberOf, resolveUrl, type VerbContext } from '../verb.ts';

/** Whom a noun of `<Dial>` names: a number, `sip:…`, or a client, which is named without its scheme. */
export function addressOf({ name, text, children }: TwimlElement): Address | undefined {
  if (name !== 'Client') {
    const address = parseAddress(text);
    return address?.kind === (name === 'Sip' ? 'sip' : 'number') ? address : undefined;
  }
  const identity = children.find((child) => child.name === 'Identity')?.text ?? text;
  return parseAddress(identity.startsWith('client:') ? identity : `client:${identity}`);
}

export function statusCallbackOf(
  target: TwimlElement,
  context: VerbContext,
): StatusCallback | undefined {
  const { statusCallback, statusCallbackEvent = 'completed' } = target.attributes;
  if (statusCallback === undefined) return undefined;
  return {
    url: resolveUrl(context, statusCallback),
    method: methodOf(target, 'statusCallbackMethod'),
    events: new Set(
      statusCallbackEvent.split(' ') as ('initiated' | 'ringing' | 'answered' | 'completed')[],
    ),
  };
}

export function detectionOf(
  target: TwimlElement,
  context: VerbContext,
): DetectionOptions | undefined {
  const { machineDetection, amdStatusCallback } = target.attributes;
  if (machineDetection !== 'Enable' && machineDetection !== 'DetectMessageEnd') return undefined;
  const d = defaultDetectionOptions;
  return {
    mode: machineDetection,
    timeoutMs: numberOf(target, 'machineDetectionTimeout', d.timeoutMs / 1000) * 1000,
    speechThresholdMs: numberOf(target, 'machineDetectionSpeechThreshold', d.speechThresholdMs),
    speechEndThresholdMs: numberOf(
      target,
      'machineDetectionSpeechEndThreshold',
      d.speechEndThresholdMs,
    ),
    silenceTimeoutMs: numberOf(target, 'machineDetectionSilenceTimeout', d.silenceTimeoutMs),
    asynchronous: true,
    callback: amdStatusCallback
      ? {
          url: resolveUrl(context, amdStatusCallback),
          method: methodOf(target, 'amdStatusCallbackMethod'),
        }
      : undefined,
  };
}
