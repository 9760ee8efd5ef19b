import { AudioError } from './problem';

export type WavEncoding = 'pcm16' | 'mulaw' | 'alaw';

export interface Wav {
	encoding: WavEncoding;
	sampleRateHz: number;
	channels: number;
	/** The samples without any header. */
	samples: Buffer;
}

const formatTags: Record<WavEncoding, number> = { pcm16: 1, alaw: 6, mulaw: 7 };
/** In place of the sizes when a header is written before they are known. */
const unknownSize = 0xffff_ffff;

export const isWav = (bytes: Buffer): boolean =>
	bytes.length >= 12 &&
	bytes.toString('latin1', 0, 4) === 'RIFF' &&
	bytes.toString('latin1', 8, 12) === 'WAVE';

/**
 * Reads a WAV file chunk by chunk: headers of 44, 46 and 58 bytes are all in use.
 * @throws {AudioError} when it is none, is cut off, or has another encoding
 */
export function readWav(bytes: Buffer): Wav {
	if (!isWav(bytes)) throw new AudioError('is not a WAV file');
	let format: Omit<Wav, 'samples'> | undefined;
	let at = 12;
	while (at + 8 <= bytes.length) {
		const id = bytes.toString('latin1', at, at + 4);
		const size = bytes.readUInt32LE(at + 4);
		const start = at + 8;
		if (id === 'fmt ') format = readFormat(bytes.subarray(start, start + size));
		if (id === 'data') {
			if (!format) throw new AudioError('has samples before their format');
			return { ...format, samples: readSamples(bytes, start, size) };
		}
		// Chunks begin at even places.
		at = start + size + (size % 2);
	}
	throw new AudioError('has a WAV header without samples');
}

function readFormat(chunk: Buffer): Omit<Wav, 'samples'> {
	if (chunk.length < 16) throw new AudioError('has an incomplete WAV header');
	const tag = chunk.readUInt16LE(0);
	const bits = chunk.readUInt16LE(14);
	const [encoding] = Object.entries(formatTags).find(([, one]) => one === tag) ?? [];
	if (!encoding || bits !== bitsOf(encoding as WavEncoding)) {
		throw new AudioError(`has the unknown WAV format ${String(tag)} with ${String(bits)} bits`);
	}
	return {
		encoding: encoding as WavEncoding,
		channels: chunk.readUInt16LE(2),
		sampleRateHz: chunk.readUInt32LE(4),
	};
}

function readSamples(bytes: Buffer, start: number, size: number): Buffer {
	const there = bytes.length - start;
	if (size === unknownSize || size === 0) return bytes.subarray(start);
	if (size > there) {
		throw new AudioError(`was cut off: ${String(there)} of ${String(size)} bytes arrived`);
	}
	return bytes.subarray(start, start + size);
}

/** A WAV file with one header; the one for G.711 has a fact chunk, as the format demands. */
export function writeWav({ encoding, sampleRateHz, channels, samples }: Wav): Buffer {
	const isPcm = encoding === 'pcm16';
	const blockBytes = (bitsOf(encoding) / 8) * channels;
	const format = Buffer.alloc(isPcm ? 16 : 18);
	format.writeUInt16LE(formatTags[encoding], 0);
	format.writeUInt16LE(channels, 2);
	format.writeUInt32LE(sampleRateHz, 4);
	format.writeUInt32LE(sampleRateHz * blockBytes, 8);
	format.writeUInt16LE(blockBytes, 12);
	format.writeUInt16LE(bitsOf(encoding), 14);
	const fact = Buffer.alloc(4);
	fact.writeUInt32LE(Math.floor(samples.length / blockBytes));
	const content = Buffer.concat([
		Buffer.from('WAVE'),
		chunkOf('fmt ', format),
		...(isPcm ? [] : [chunkOf('fact', fact)]),
		chunkOf('data', samples),
	]);
	return chunkOf('RIFF', content);
}

export function wavDurationMs({ encoding, sampleRateHz, channels, samples }: Wav): number {
	return (samples.length / (bitsOf(encoding) / 8) / channels / sampleRateHz) * 1000;
}

const bitsOf = (encoding: WavEncoding): number => (encoding === 'pcm16' ? 16 : 8);

function chunkOf(id: string, content: Buffer): Buffer {
	const header = Buffer.alloc(8);
	header.write(id, 0, 'latin1');
	header.writeUInt32LE(content.length, 4);
	return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
}
