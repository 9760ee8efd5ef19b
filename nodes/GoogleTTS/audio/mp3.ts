import { AudioError } from './problem';

export interface Mp3 {
	/** The frames that sound, without tags and without the frame that only counts the others. */
	frames: Buffer;
	sampleRateHz: number;
	durationMs: number;
}

interface Frame {
	bytes: number;
	samples: number;
	sampleRateHz: number;
	/** Where the main data begins, behind header, checksum and side information. */
	sideEnd: number;
}

/** ISO/IEC 11172-3 and 13818-3, Layer III, in kbit/s. */
const bitratesOfVersion1 = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const bitratesOfVersion2 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** By the bits of the version: 2.5, none, 2, 1. */
const sampleRates: Array<number[] | undefined> = [
	[11_025, 12_000, 8000],
	undefined,
	[22_050, 24_000, 16_000],
	[44_100, 48_000, 32_000],
];

/**
 * Reads MPEG audio, Layer III, frame by frame.
 * @throws {AudioError} when it is none or is cut off within a frame
 */
export function readMp3(bytes: Buffer): Mp3 {
	let at = id3Bytes(bytes);
	const frames: Buffer[] = [];
	let durationMs = 0;
	let sampleRateHz = 0;
	while (at < bytes.length && !isTrailer(bytes, at)) {
		const frame = frameAt(bytes, at);
		if (!frame) throw new AudioError(at === 0 ? 'is not MP3' : 'has a damaged MP3 frame');
		const end = at + frame.bytes;
		if (end > bytes.length) throw new AudioError('was cut off within an MP3 frame');
		const one = bytes.subarray(at, end);
		at = end;
		if (isCount(one, frame)) continue;
		frames.push(one);
		sampleRateHz = frame.sampleRateHz;
		durationMs += (frame.samples / frame.sampleRateHz) * 1000;
	}
	if (frames.length === 0) throw new AudioError('is not MP3');
	return { frames: Buffer.concat(frames), sampleRateHz, durationMs };
}

function frameAt(bytes: Buffer, at: number): Frame | undefined {
	if (at + 4 > bytes.length) return undefined;
	const header = bytes.readUInt32BE(at);
	const version = (header >>> 19) & 3;
	const isLayer3 = ((header >>> 17) & 3) === 1;
	const isVersion1 = version === 3;
	const rates = sampleRates[version];
	const bitrates = isVersion1 ? bitratesOfVersion1 : bitratesOfVersion2;
	const kilobits = bitrates[((header >>> 12) & 15) - 1];
	const sampleRateHz = rates?.[(header >>> 10) & 3];
	if (header >>> 21 !== 0x7ff || !isLayer3 || !kilobits || !sampleRateHz) return undefined;
	const samples = isVersion1 ? 1152 : 576;
	const padding = (header >>> 9) & 1;
	const checksumBytes = (header >>> 16) & 1 ? 0 : 2;
	const isMono = ((header >>> 6) & 3) === 3;
	const sideBytes = isVersion1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
	return {
		bytes: Math.floor(((samples / 8) * kilobits * 1000) / sampleRateHz) + padding,
		samples,
		sampleRateHz,
		sideEnd: 4 + checksumBytes + sideBytes,
	};
}

/** A first frame that tells how many follow: wrong as soon as others are joined. */
function isCount(frame: Buffer, { sideEnd }: Frame): boolean {
	const tag = frame.toString('latin1', sideEnd, sideEnd + 4);
	return tag === 'Xing' || tag === 'Info' || frame.toString('latin1', 36, 40) === 'VBRI';
}

function id3Bytes(bytes: Buffer): number {
	if (bytes.length < 10 || bytes.toString('latin1', 0, 3) !== 'ID3') return 0;
	// Seven bits of each byte count.
	const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((bytes[at] ?? 0) & 127), 0);
	const hasFooter = ((bytes[5] ?? 0) & 16) !== 0;
	return 10 + size + (hasFooter ? 10 : 0);
}

function isTrailer(bytes: Buffer, at: number): boolean {
	return (
		bytes.toString('latin1', at, at + 3) === 'TAG' ||
		bytes.toString('latin1', at, at + 8) === 'APETAGEX'
	);
}
