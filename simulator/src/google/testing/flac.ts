import libflac from 'libflacjs';
import { interleaved } from '../../audio/wav.ts';

const BITS = 16;
const COMPRESSION_LEVEL = 5;

type Flac = ReturnType<typeof libflac>;

function ready(flac: Flac): Promise<void> {
  return new Promise((resolve) => flac.on('ready', () => resolve()));
}

/** A FLAC file of 16 bits per sample. @throws Error when the encoder refuses */
export async function encodeFlac(
  channels: readonly Int16Array[],
  sampleRateHz: number,
): Promise<Buffer> {
  const flac = libflac('release');
  await ready(flac);
  const samples = Int32Array.from(interleaved(channels));
  const frames = samples.length / channels.length;
  const encoder = flac.create_libflac_encoder(
    sampleRateHz,
    channels.length,
    BITS,
    COMPRESSION_LEVEL,
    frames,
  );
  const pieces: Buffer[] = [];
  const status = flac.init_encoder_stream(encoder, (piece) => void pieces.push(Buffer.from(piece)));
  if (encoder === 0 || status !== 0) throw new Error(`libflac refuses: ${status}`);
  const whole =
    flac.FLAC__stream_encoder_process_interleaved(encoder, samples, frames) &&
    flac.FLAC__stream_encoder_finish(encoder);
  flac.FLAC__stream_encoder_delete(encoder);
  if (!whole) throw new Error('libflac could not encode');
  return Buffer.concat(pieces);
}
