import { UserError } from 'n8n-workflow';

import { lacingLength, oggPages, OggWriter } from './oggPages';
import type { Recording, Timeline } from './recording';

/** Opus counts in samples of 48 kHz, whatever it was made of (RFC 7845). */
const samplesPerMs = 48;
/** What a decoder needs before it sounds right again in the middle of a stream: 80 ms. */
const preRollSamples = 80 * samplesPerMs;
const packetsPerPage = 50;
/** The rates that version 1 of the Speech API takes for OGG_OPUS. */
const googleRates = [8000, 12_000, 16_000, 24_000, 48_000];

interface Stream {
	/** The OpusHead packet. */
	head: Buffer;
	packets: Buffer[];
	serial: number;
	/** Granule position of the last page: where the audio ends. */
	lastGranule: number;
}

export function isOgg(bytes: Buffer): boolean {
	return bytes.toString('latin1', 0, 4) === 'OggS';
}

/** @throws {UserError} when the file has something else than Opus in it, or nothing */
export function openOggOpus(bytes: Buffer): Recording {
	const { head, packets, serial, lastGranule } = streamOf(bytes);
	const count = packets.length;
	if (count === 0) {
		throw new UserError('The Ogg file has no audio in it', {
			description: 'It is cut or damaged. Check how the file was made or downloaded.',
		});
	}
	const preSkip = head.readUInt16LE(10);
	const samplesBefore = new Float64Array(count + 1);
	const bytesBefore = new Float64Array(count + 1);
	const levels = new Float32Array(count);
	packets.forEach((packet, unit) => {
		const samples = samplesOf(packet);
		samplesBefore[unit + 1] = (samplesBefore[unit] ?? 0) + samples;
		bytesBefore[unit + 1] = (bytesBefore[unit] ?? 0) + packet.length + lacingLength(packet);
		levels[unit] = packet.length / Math.max(1, samples);
	});
	const total = samplesBefore[count] ?? 0;
	const before = (unit: number) => samplesBefore[unit] ?? total;
	// The last page may say that its last packet is not used to its end.
	const end = lastGranule > preSkip && lastGranule < total ? lastGranule : total;
	const msAt = (samples: number) => Math.max(0, Math.min(samples, end) - preSkip) / samplesPerMs;
	const rate = head.readUInt32LE(12);
	const timeline: Timeline = {
		boundariesMs: samplesBefore.map(msAt),
		bytesBefore,
		levels,
	};
	return {
		format: {
			name: 'Ogg Opus',
			encoding: 'OGG_OPUS',
			sampleRateHz: googleRates.includes(rate) ? rate : 48_000,
			channels: head[9] ?? 1,
			selfDescribing: true,
		},
		durationMs: msAt(end),
		timeline,
		piece(from, to) {
			if (from === 0 && to === count) return { bytes, startMs: 0 };
			let first = from;
			while (first > 0 && before(from) - before(first) < preRollSamples) first--;
			const ownHead = Buffer.from(head);
			if (from > 0) ownHead.writeUInt16LE(before(from) - before(first), 10);
			return {
				bytes: write(
					ownHead,
					serial,
					packets.slice(first, to),
					Math.min(before(to), end) - before(first),
				),
				startMs: msAt(before(from)),
			};
		},
	};
}

function write(head: Buffer, serial: number, packets: Buffer[], lastGranule: number): Buffer {
	const ogg = new OggWriter(serial);
	ogg.page([head], 0, 2);
	ogg.page([opusTags], 0);
	let page: Buffer[] = [];
	let entries = 0;
	let granule = 0;
	let pending = 0;
	for (const packet of packets) {
		const needed = lacingLength(packet);
		if (page.length >= packetsPerPage || entries + needed > 255) {
			ogg.page(page, granule + pending);
			granule += pending;
			[page, entries, pending] = [[], 0, 0];
		}
		page.push(packet);
		entries += needed;
		pending += samplesOf(packet);
	}
	ogg.page(page, lastGranule, 4);
	return ogg.bytes();
}

/** A vendor and no comments. */
const opusTags = Buffer.concat([
	Buffer.from('OpusTags'),
	Buffer.from([3, 0, 0, 0]),
	Buffer.from('n8n'),
	Buffer.alloc(4),
]);

function streamOf(bytes: Buffer): Stream {
	let stream: Stream | undefined;
	let open: Buffer[] = [];
	for (const { flags, granule, serial, lacing, content } of oggPages(bytes)) {
		if (!stream) {
			stream = { head: headOf(content), packets: [], serial, lastGranule: 0 };
			continue;
		}
		if (serial !== stream.serial) continue;
		if ((flags & 1) === 0) open = [];
		let start = 0;
		let length = 0;
		for (const part of lacing) {
			length += part;
			if (part === 255) continue;
			open.push(content.subarray(start, start + length));
			stream.packets.push(open.length === 1 ? (open[0] as Buffer) : Buffer.concat(open));
			open = [];
			start += length;
			length = 0;
		}
		if (length > 0) open.push(content.subarray(start));
		if (granule > 0n) stream.lastGranule = Number(granule);
	}
	if (!stream) {
		throw new UserError('The Ogg file is cut in its header', {
			description: 'Check how the file was made or downloaded.',
		});
	}
	// The first packet after the head is OpusTags.
	const packets = stream.packets.filter(
		(packet, index) =>
			packet.length > 0 && (index > 0 || packet.toString('latin1', 0, 8) !== 'OpusTags'),
	);
	return { ...stream, packets };
}

function headOf(packet: Buffer): Buffer {
	if (packet.toString('latin1', 0, 8) === 'OpusHead' && packet.length >= 19) return packet;
	const known: Array<[string, string]> = [
		['\x01vorbis', 'Vorbis'],
		['Speex   ', 'Speex'],
		['\x7fFLAC', 'FLAC inside Ogg'],
	];
	const name = known.find(([tag]) => packet.toString('latin1', 0, tag.length) === tag)?.[1];
	throw new UserError(
		name
			? `The Ogg file has ${name} in it, which Google does not take`
			: 'The Ogg file has no Opus audio in it',
		{ description: 'Of Ogg, Google takes Opus only. Convert it to Ogg Opus, FLAC, WAV or MP3.' },
	);
}

/** The duration of a packet by its first byte (RFC 6716, section 3.1), in samples of 48 kHz. */
function samplesOf(packet: Buffer): number {
	const toc = packet[0] ?? 0;
	const config = toc >> 3;
	const frameMs =
		config < 12
			? ([10, 20, 40, 60][config & 3] ?? 20)
			: config < 16
				? ([10, 20][config & 1] ?? 20)
				: ([2.5, 5, 10, 20][config & 3] ?? 20);
	const code = toc & 3;
	const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 0x3f;
	return frameMs * samplesPerMs * frames;
}
