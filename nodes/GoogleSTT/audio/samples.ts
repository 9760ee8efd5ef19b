import { UserError } from 'n8n-workflow';

import type { Encoding, Format, Piece, Recording, Target, Timeline } from './recording';

/** How one sample of one channel is written. */
export type SampleKind = 'alaw' | 'f32' | 'f64' | 'mulaw' | 's16' | 's24' | 's32' | 'u8';

export interface Samples {
	/** What the builder calls it. */
	name: string;
	kind: SampleKind;
	sampleRateHz: number;
	channels: number;
	/** Nothing but samples, channel by channel. */
	bytes: Buffer;
}

const bytesPerSample: Record<SampleKind, number> = {
	alaw: 1,
	f32: 4,
	f64: 8,
	mulaw: 1,
	s16: 2,
	s24: 3,
	s32: 4,
	u8: 1,
};

const unitMs = 20;
/** Enough to tell sound from silence. */
const probesPerUnit = 160;

/**
 * Samples that can be cut anywhere. They are sent as they are where Google takes them so, and as
 * 16-bit samples otherwise, piece by piece.
 * @throws {UserError} for a sample rate or a number of channels that Google does not take
 */
export function openSamples(samples: Samples, target: Target): Recording {
	const { kind, sampleRateHz, channels } = samples;
	if (!(sampleRateHz >= 8000 && sampleRateHz <= 48_000)) {
		throw new UserError(`The sample rate of the audio is ${String(sampleRateHz)} Hz`, {
			description: 'Google takes 8000 to 48000 Hz. Convert the audio before this node.',
		});
	}
	if (!(channels >= 1 && channels <= 8)) {
		throw new UserError(`The audio has ${String(channels)} channels`, {
			description: 'Google takes at most 8. Convert the audio before this node.',
		});
	}
	const frameBytes = bytesPerSample[kind] * channels;
	const frames = Math.floor(samples.bytes.length / frameBytes);
	const encoding = encodingFor(samples, target);
	const outChannels = target.channels === 'mix' ? 1 : channels;
	const sentPerFrame = (encoding === 'LINEAR16' ? 2 : 1) * outChannels;
	const asIs = encoding === encodingOf(kind) && outChannels === channels;
	const unitFrames = Math.round((sampleRateHz * unitMs) / 1000);
	const units = Math.ceil(frames / unitFrames);
	const frameAt = (unit: number) => Math.min(unit * unitFrames, frames);

	const format: Format = {
		name: samples.name,
		encoding,
		sampleRateHz,
		channels: outChannels,
		selfDescribing: false,
	};
	const timeline: Timeline = {
		boundariesMs: Float64Array.from(
			{ length: units + 1 },
			(_, unit) => (frameAt(unit) / sampleRateHz) * 1000,
		),
		bytesBefore: Float64Array.from(
			{ length: units + 1 },
			(_, unit) => frameAt(unit) * sentPerFrame,
		),
		levels: Float32Array.from({ length: units }, (_, unit) =>
			levelOf(samples, frameAt(unit), frameAt(unit + 1)),
		),
	};
	const piece = (from: number, to: number): Piece => {
		const part = samples.bytes.subarray(frameAt(from) * frameBytes, frameAt(to) * frameBytes);
		return {
			bytes: asIs ? part : toLinear16(part, kind, channels, outChannels),
			startMs: (frameAt(from) / sampleRateHz) * 1000,
		};
	};
	return { format, durationMs: (frames / sampleRateHz) * 1000, timeline, piece };
}

function encodingOf(kind: SampleKind): Encoding | undefined {
	if (kind === 's16') return 'LINEAR16';
	if (kind === 'mulaw') return 'MULAW';
	return kind === 'alaw' ? 'ALAW' : undefined;
}

/** Version 1 knows no A-law, and µ-law with one channel only. */
function encodingFor({ kind, channels }: Samples, { apiVersion, channels: how }: Target): Encoding {
	const together = channels > 1 && how === 'mix';
	if (kind === 'mulaw' && !together && (channels === 1 || apiVersion === 'v2')) return 'MULAW';
	if (kind === 'alaw' && !together && apiVersion === 'v2') return 'ALAW';
	return 'LINEAR16';
}

function levelOf({ bytes, kind, channels }: Samples, from: number, to: number): number {
	const size = bytesPerSample[kind];
	const first = from * channels;
	const count = (to - from) * channels;
	// Odd, so that it does not meet one of two channels only.
	const step = Math.max(1, Math.floor(count / probesPerUnit)) | 1;
	let sum = 0;
	let probes = 0;
	for (let sample = first; sample < first + count; sample += step) {
		const value = read(bytes, sample * size, kind);
		sum += value * value;
		probes++;
	}
	return Math.sqrt(sum / Math.max(1, probes));
}

function toLinear16(bytes: Buffer, kind: SampleKind, channels: number, out: number): Buffer {
	const size = bytesPerSample[kind];
	const frames = Math.floor(bytes.length / (size * channels));
	const linear = Buffer.allocUnsafe(frames * out * 2);
	const mixed = channels / out;
	for (let sample = 0; sample < frames * out; sample++) {
		let sum = 0;
		for (let channel = 0; channel < mixed; channel++) {
			sum += read(bytes, (sample * mixed + channel) * size, kind);
		}
		const value = Math.round((sum / mixed) * 32_768);
		linear.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)), sample * 2);
	}
	return linear;
}

/** One sample, -1 to 1. */
function read(bytes: Buffer, at: number, kind: SampleKind): number {
	switch (kind) {
		case 'alaw':
			return (alawTable[bytes[at] ?? 0] ?? 0) / 32_768;
		case 'mulaw':
			return (mulawTable[bytes[at] ?? 0] ?? 0) / 32_768;
		case 'u8':
			return ((bytes[at] ?? 128) - 128) / 128;
		case 's16':
			return bytes.readInt16LE(at) / 32_768;
		case 's24':
			return bytes.readIntLE(at, 3) / 8_388_608;
		case 's32':
			return bytes.readInt32LE(at) / 2_147_483_648;
		case 'f32':
			return finite(bytes.readFloatLE(at));
		case 'f64':
			return finite(bytes.readDoubleLE(at));
	}
}

function finite(value: number): number {
	return Number.isFinite(value) ? value : 0;
}

/** ITU-T G.711: 16-bit values of the 256 codes. */
const mulawTable = Int16Array.from({ length: 256 }, (_, code) => {
	const bits = ~code & 0xff;
	const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 0x07)) - 0x84;
	return bits & 0x80 ? -magnitude : magnitude;
});

const alawTable = Int16Array.from({ length: 256 }, (_, code) => {
	const bits = code ^ 0x55;
	const segment = (bits >> 4) & 0x07;
	const mantissa = ((bits & 0x0f) << 4) + 8;
	const magnitude = segment === 0 ? mantissa : (mantissa + 0x100) << (segment - 1);
	return bits & 0x80 ? magnitude : -magnitude;
});
