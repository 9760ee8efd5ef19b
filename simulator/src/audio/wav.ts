/** RIFF/WAVE as Google's unary Text-to-Speech wraps LINEAR16, MULAW and ALAW. */
export interface WavFormat {
  readonly encoding: 'pcm' | 'mulaw' | 'alaw';
  readonly sampleRateHz: number;
  /**
   * The samples of one moment stand beside each other.
   * @defaultValue 1
   */
  readonly channels?: number;
}

const FORMAT_CODES = { pcm: 1, alaw: 6, mulaw: 7 } as const;

/**
 * PCM gets the classic header of 44 bytes; companded formats get 58: their `fmt ` chunk has an
 * extension size, and a `fact` chunk with the number of samples stands before `data` (Microsoft's
 * "New Multimedia Data Types and Data Techniques", 1994, demands both for all but PCM).
 */
export function wavFile(data: Uint8Array, format: WavFormat): Uint8Array<ArrayBuffer> {
  const pcm = format.encoding === 'pcm';
  const { channels = 1 } = format;
  const bytesPerSample = pcm ? 2 : 1;
  const formatBytes = pcm ? 16 : 18;
  const headerBytes = 12 + 8 + formatBytes + (pcm ? 0 : 12) + 8;
  const padding = data.length % 2;
  const file = new Uint8Array(headerBytes + data.length + padding);
  const view = new DataView(file.buffer);
  let at = 0;
  const tag = (text: string): void => {
    for (const character of text) view.setUint8(at++, character.charCodeAt(0));
  };
  const uint16 = (value: number): void => {
    view.setUint16(at, value, true);
    at += 2;
  };
  const uint32 = (value: number): void => {
    view.setUint32(at, value, true);
    at += 4;
  };
  tag('RIFF');
  uint32(file.length - 8);
  tag('WAVE');
  tag('fmt ');
  uint32(formatBytes);
  uint16(FORMAT_CODES[format.encoding]);
  uint16(channels);
  uint32(format.sampleRateHz);
  uint32(format.sampleRateHz * channels * bytesPerSample);
  uint16(channels * bytesPerSample);
  uint16(bytesPerSample * 8);
  if (!pcm) {
    uint16(0);
    tag('fact');
    uint32(4);
    uint32(data.length / channels);
  }
  tag('data');
  uint32(data.length);
  file.set(data, at);
  return file;
}

/** The bytes of 16-bit samples, little-endian. */
export function pcmBytes(pcm: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pcm.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < pcm.length; i++) view.setInt16(i * 2, pcm[i]!, true);
  return bytes;
}

/** The samples of several channels in turn; a channel that ends earlier is silent. */
export function interleaved(channels: readonly Int16Array[]): Int16Array {
  const frames = Math.max(0, ...channels.map((channel) => channel.length));
  const samples = new Int16Array(frames * channels.length);
  for (const [index, channel] of channels.entries()) {
    for (let i = 0; i < channel.length; i++) samples[i * channels.length + index] = channel[i]!;
  }
  return samples;
}
