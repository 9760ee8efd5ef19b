import { readMp3 } from './mp3';
import { joinOpus } from './opus';
import { AudioError } from './problem';
import { isWav, readWav, wavDurationMs, writeWav, type Wav } from './wav';

export type FormatName = 'alaw' | 'alawWav' | 'mp3' | 'mulaw' | 'mulawWav' | 'oggOpus' | 'wav';

export interface AudioFormat {
	/** As Google calls it. */
	encoding: 'ALAW' | 'LINEAR16' | 'MP3' | 'MULAW' | 'OGG_OPUS';
	/** Fixed for the telephone; otherwise the builder's choice or the voice's own. */
	sampleRateHz?: number;
	/** Which rates Google and the format know; any from 8 to 48 kHz when absent. */
	sampleRatesHz?: number[];
	mimeType: string;
	extension: string;
	/** One file out of what Google sent for each part of the text, in order. */
	join(parts: Buffer[]): JoinedAudio;
}

export interface JoinedAudio {
	bytes: Buffer;
	durationMs: number;
}

export const telephoneRateHz = 8000;

export const formats: Record<FormatName, AudioFormat> = {
	mulaw: telephone('mulaw', false),
	mulawWav: telephone('mulaw', true),
	alaw: telephone('alaw', false),
	alawWav: telephone('alaw', true),
	wav: {
		encoding: 'LINEAR16',
		mimeType: 'audio/wav',
		extension: 'wav',
		join: (parts) => {
			const read = parts.map((part) => readWav(part));
			const sampleRateHz = read[0]?.sampleRateHz ?? 0;
			return joinWav(read, { encoding: 'pcm16', sampleRateHz, channels: 1 }, true);
		},
	},
	mp3: {
		encoding: 'MP3',
		sampleRatesHz: [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000],
		mimeType: 'audio/mpeg',
		extension: 'mp3',
		join: joinMp3,
	},
	oggOpus: {
		encoding: 'OGG_OPUS',
		sampleRatesHz: [8000, 12_000, 16_000, 24_000, 48_000],
		mimeType: 'audio/ogg',
		extension: 'ogg',
		join: joinOpus,
	},
};

/** Whether the sidecar's phrase cache has it: headerless or with a header, it is the same µ-law. */
export const isTelephoneMulaw = (name: FormatName): boolean =>
	name === 'mulaw' || name === 'mulawWav';

/** G.711 at 8 kHz: headerless for media streams, with a header for players and Twilio's `<Play>`. */
function telephone(encoding: 'alaw' | 'mulaw', withHeader: boolean): AudioFormat {
	return {
		encoding: encoding === 'mulaw' ? 'MULAW' : 'ALAW',
		sampleRateHz: telephoneRateHz,
		mimeType: withHeader ? 'audio/wav' : `audio/x-${encoding}`,
		extension: withHeader ? 'wav' : encoding === 'mulaw' ? 'ulaw' : 'alaw',
		join: (parts) => {
			const expected = { encoding, sampleRateHz: telephoneRateHz, channels: 1 };
			return joinWav(
				parts.map((part) => readG711(part, expected)),
				expected,
				withHeader,
			);
		},
	};
}

/** Google puts a WAV header before G.711; the sidecar's cache does not. */
function readG711(bytes: Buffer, bare: Omit<Wav, 'samples'>): Wav {
	return isWav(bytes) ? readWav(bytes) : { ...bare, samples: bytes };
}

function joinWav(parts: Wav[], expected: Omit<Wav, 'samples'>, withHeader: boolean): JoinedAudio {
	const { encoding, sampleRateHz, channels } = expected;
	const other = parts.find(
		(part) =>
			part.encoding !== encoding ||
			part.sampleRateHz !== sampleRateHz ||
			part.channels !== channels,
	);
	if (other) {
		throw new AudioError(
			`is ${other.encoding} at ${String(other.sampleRateHz)} Hz with ${String(other.channels)} channels instead of ${encoding} at ${String(sampleRateHz)} Hz with ${String(channels)}`,
		);
	}
	const samples = Buffer.concat(parts.map((part) => part.samples));
	if (samples.length === 0) throw new AudioError('is empty');
	const joined = { ...expected, samples };
	return {
		bytes: withHeader ? writeWav(joined) : samples,
		durationMs: wavDurationMs(joined),
	};
}

/** Frames stand for themselves: those of one encoder with the same settings follow each other. */
function joinMp3(parts: Buffer[]): JoinedAudio {
	const read = parts.map((part) => readMp3(part));
	if (read.some(({ sampleRateHz }) => sampleRateHz !== read[0]?.sampleRateHz)) {
		throw new AudioError('changes its sample rate');
	}
	return {
		bytes: Buffer.concat(read.map(({ frames }) => frames)),
		durationMs: read.reduce((sum, { durationMs }) => sum + durationMs, 0),
	};
}
