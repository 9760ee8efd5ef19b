/** The package ships no types. Signatures: libfvad's `include/fvad.h`, compiled by Emscripten. */
declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    /** Pointer of a new detector; 0 when there is no memory left. */
    _fvad_new(): number;
    _fvad_free(detector: number): void;
    /** 0, or -1 for an unknown mode (0 to 3). */
    _fvad_set_mode(detector: number, mode: number): number;
    /** 0, or -1 for a rate that is not 8000, 16000, 32000 or 48000. */
    _fvad_set_sample_rate(detector: number, rateHz: number): number;
    /** 1 voice, 0 none, -1 for a frame that is not 10, 20 or 30 ms long. */
    _fvad_process(detector: number, frame: number, samples: number): number;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    /** Replaced when the memory grows: read it anew each time. */
    readonly HEAP16: Int16Array;
  }
  export default function load(): Promise<FvadModule>;
}
