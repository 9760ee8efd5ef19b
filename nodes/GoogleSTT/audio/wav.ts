import { UserError } from 'n8n-workflow';

import type { SampleKind, Samples } from './samples';

/** Format tags of mmreg.h that Google cannot be sent, with the name that a builder knows. */
const otherTags: Record<number, string> = {
	0x02: 'ADPCM',
	0x11: 'IMA ADPCM',
	0x31: 'GSM 6.10',
	0x40: 'G.721',
	0x55: 'MP3 inside WAV',
	0x64: 'G.726',
	0xff: 'AAC',
};

interface FormatChunk {
	kind: SampleKind;
	sampleRateHz: number;
	channels: number;
}

export function isWav(bytes: Buffer): boolean {
	const tag = bytes.toString('latin1', 0, 4);
	return (tag === 'RIFF' || tag === 'RF64') && bytes.toString('latin1', 8, 12) === 'WAVE';
}

/**
 * The samples of a RIFF WAVE file. A length of `data` that is missing, too long or unknown (0 or -1, as
 * programs write that do not know it yet) means the rest of the file.
 * @throws {UserError} when there is no `fmt ` or `data` chunk, or the samples are of another kind
 */
export function readWav(bytes: Buffer): Samples {
	let format: FormatChunk | undefined;
	for (let at = 12; at + 8 <= bytes.length;) {
		const tag = bytes.toString('latin1', at, at + 4);
		const length = bytes.readUInt32LE(at + 4);
		const start = at + 8;
		if (tag === 'fmt ') {
			format = readFormat(bytes.subarray(start, start + length));
		} else if (tag === 'data') {
			if (!format) break;
			const rest = bytes.length - start;
			const isUnknown = length === 0 || length === 0xffff_ffff || length > rest;
			return {
				name: 'WAV',
				...format,
				bytes: bytes.subarray(start, start + (isUnknown ? rest : length)),
			};
		}
		at = start + length + (length % 2);
	}
	throw new UserError(
		format ? 'The WAV file has no audio in it' : 'The WAV file does not say what is in it',
		{ description: 'It is cut or damaged: it must have a "fmt " and a "data" chunk.' },
	);
}

function readFormat(chunk: Buffer): FormatChunk {
	if (chunk.length < 16) {
		throw new UserError('The WAV file is cut in its header', {
			description: 'Check how the file was made or downloaded.',
		});
	}
	const extensible = 0xfffe;
	const first = chunk.readUInt16LE(0);
	// WAVE_FORMAT_EXTENSIBLE: the sub-format is a GUID that begins with the old tag.
	const tag = first === extensible && chunk.length >= 26 ? chunk.readUInt16LE(24) : first;
	const bits = chunk.readUInt16LE(14);
	const kind = kindOf(tag, bits);
	if (!kind) {
		const name = otherTags[tag] ?? `format ${String(tag)}, ${String(bits)} bits`;
		throw new UserError(`The WAV file has samples of a kind that cannot be sent: ${name}`, {
			description: 'Convert it to 16-bit PCM, µ-law or A-law before this node.',
		});
	}
	return { kind, channels: chunk.readUInt16LE(2), sampleRateHz: chunk.readUInt32LE(4) };
}

function kindOf(tag: number, bits: number): SampleKind | undefined {
	if (tag === 1) return ({ 8: 'u8', 16: 's16', 24: 's24', 32: 's32' } as const)[bits];
	if (tag === 3) return ({ 32: 'f32', 64: 'f64' } as const)[bits];
	if (tag === 6) return 'alaw';
	return tag === 7 ? 'mulaw' : undefined;
}
