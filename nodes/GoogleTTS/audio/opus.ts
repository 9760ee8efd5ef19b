import { AudioError } from './problem';
import { flag, readPages, writePage, type Page } from './ogg';

export interface OggOpus {
	bytes: Buffer;
	durationMs: number;
}

/** Opus counts in 48 kHz whatever it encodes (RFC 7845, section 4). */
const samplesPerMs = 48;
/** Any number does: there is one stream in the file. */
const serial = 1;

interface Stream {
	/** Page of OpusHead, and pages of OpusTags. */
	headers: Page[];
	audio: Page[];
	channels: number;
	preSkip: number;
	/** Of the packets that end on each page of `audio`. */
	samples: Array<number | undefined>;
	/** What the decoder leaves out at the end, in samples. */
	endTrim: number;
}

/**
 * Joins Ogg Opus files to one logical stream: chained ones are valid, but many players stop at the end
 * of the first or show its length only. The few ms that an encoder adds at the seams stay.
 * @throws {AudioError} when a file is not Ogg Opus, is damaged, or has other channels than the first
 */
export function joinOpus(files: Buffer[]): OggOpus {
	const streams = files.map(readStream);
	const [first] = streams;
	const last = streams.at(-1);
	if (!first || !last) throw new AudioError('is empty');
	if (streams.some(({ channels }) => channels !== first.channels)) {
		throw new AudioError('changes the number of channels');
	}
	const audio = streams.flatMap((stream) => stream.audio);
	const samples = streams.flatMap((stream) => stream.samples);
	const headers = first.headers.map((page, sequence) =>
		writePage({ ...page, flags: sequence === 0 ? flag.first : 0, granule: 0n }, serial, sequence),
	);
	let before = 0;
	const pages = audio.map((page, index) => {
		const isLast = index === audio.length - 1;
		const ending = samples[index];
		before += ending ?? 0;
		const granule = ending === undefined ? -1 : before - (isLast ? last.endTrim : 0);
		const flags = (page.flags & flag.continued) | (isLast ? flag.last : 0);
		return writePage({ ...page, flags, granule: BigInt(granule) }, serial, headers.length + index);
	});
	return {
		bytes: Buffer.concat([...headers, ...pages]),
		durationMs: (before - last.endTrim - first.preSkip) / samplesPerMs,
	};
}

function readStream(file: Buffer): Stream {
	const pages = readPages(file);
	const [head] = pages;
	if (!head || head.body.toString('latin1', 0, 8) !== 'OpusHead') {
		throw new AudioError('is not Ogg Opus');
	}
	// OpusTags ends with the first packet that ends behind the head.
	const tagsEnd = pages.findIndex(
		({ segments }, index) => index > 0 && segments.some((length) => length < 255),
	);
	const audio = tagsEnd === -1 ? [] : pages.slice(tagsEnd + 1);
	const last = audio.at(-1);
	if (!last) throw new AudioError('has no sound');
	if ((last.flags & flag.last) === 0) throw new AudioError('was cut off: its last page is missing');
	const samples = samplesByPage(audio);
	const total = samples.reduce<number>((sum, ending) => sum + (ending ?? 0), 0);
	return {
		headers: pages.slice(0, tagsEnd + 1),
		audio,
		channels: head.body[9] ?? 0,
		preSkip: head.body.readUInt16LE(10),
		samples,
		endTrim: Math.max(0, total - Number(last.granule)),
	};
}

/**
 * For each page, the samples of the packets that end on it, at 48 kHz; undefined when none does. A
 * packet may begin on the page before.
 */
function samplesByPage(pages: Page[]): Array<number | undefined> {
	let begun = Buffer.alloc(0);
	return pages.map(({ segments, body }) => {
		let samples: number | undefined;
		let start = 0;
		let at = 0;
		for (const length of segments) {
			at += length;
			if (length === 255) continue;
			samples = (samples ?? 0) + packetSamples(Buffer.concat([begun, body.subarray(start, at)]));
			begun = Buffer.alloc(0);
			start = at;
		}
		begun = Buffer.concat([begun, body.subarray(start)]);
		return samples;
	});
}

/** RFC 6716, section 3.1: the configuration in the first byte, the number of frames behind it. */
function packetSamples(packet: Buffer): number {
	const [toc = 0, second = 0] = packet;
	const configuration = toc >> 3;
	const frames = [1, 2, 2, second & 63][toc & 3] ?? 0;
	return packet.length === 0 ? 0 : frames * frameSamples(configuration);
}

function frameSamples(configuration: number): number {
	if (configuration < 12) return [480, 960, 1920, 2880][configuration & 3] ?? 0;
	if (configuration < 16) return configuration & 1 ? 960 : 480;
	return [120, 240, 480, 960][configuration & 3] ?? 0;
}
