import { UserError } from 'n8n-workflow';

import type { Samples } from './samples';

/** Encodings of the .au header that need no change of byte order: ITU-T G.711. */
const kinds: Record<number, Samples['kind']> = { 1: 'mulaw', 27: 'alaw' };

export function isAu(bytes: Buffer): boolean {
	return bytes.toString('latin1', 0, 4) === '.snd';
}

/** Sun's audio file, the real `audio/basic`. @throws {UserError} for anything but µ-law and A-law */
export function readAu(bytes: Buffer): Samples {
	const kind = bytes.length < 24 ? undefined : kinds[bytes.readUInt32BE(12)];
	if (!kind) {
		throw new UserError('The AU file has samples of a kind that cannot be sent', {
			description: 'Convert it to µ-law, or to a WAV file, before this node.',
		});
	}
	return {
		name: 'AU',
		kind,
		sampleRateHz: bytes.readUInt32BE(16),
		channels: bytes.readUInt32BE(20),
		bytes: bytes.subarray(bytes.readUInt32BE(4)),
	};
}
