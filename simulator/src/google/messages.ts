import { ProtoJson } from './proto-json.ts';

/** Messages of Speech-to-Text and of long-running operations. */
export const speechMessages = new ProtoJson('@google-cloud/speech/build/protos/protos.json');

/** Messages of Text-to-Speech. */
export const synthesisMessages = new ProtoJson(
  '@google-cloud/text-to-speech/build/protos/protos.json',
);
