/** How Google names what it decodes (google.cloud.speech, `AudioEncoding`). */
export type Encoding = 'ALAW' | 'FLAC' | 'LINEAR16' | 'MP3' | 'MULAW' | 'OGG_OPUS';

export interface Format {
	/** What the builder calls it: `WAV`, `MP3`, … */
	name: string;
	encoding: Encoding;
	sampleRateHz: number;
	channels: number;
	/** With its header, so that Google can tell by itself what it is. */
	selfDescribing: boolean;
}

/**
 * Where a recording may be cut, and how loud it is in between. A unit is the smallest part that can
 * be decoded by itself: some samples, a frame, a packet. There is one more boundary than units.
 */
export interface Timeline {
	/** Time of each boundary, ms from the beginning. */
	boundariesMs: Float64Array;
	/** Bytes before each boundary, as they are sent. */
	bytesBefore: Float64Array;
	/** Loudness of each unit, on any scale of its own. */
	levels: Float32Array;
}

export interface Piece {
	bytes: Buffer;
	/** Where the piece begins in the whole recording: what is added to the times in it. */
	startMs: number;
}

export interface Recording {
	format: Format;
	durationMs: number;
	timeline: Timeline;
	/** The units from `from` up to `to`, as a file or stream of their own. */
	piece(from: number, to: number): Piece;
}

/** What the recording is wanted for: it decides how samples are sent. */
export interface Target {
	apiVersion: 'v1' | 'v2';
	/** `mix` adds the channels together where that can be done without decoding more than samples. */
	channels: 'mix' | 'separate';
}
