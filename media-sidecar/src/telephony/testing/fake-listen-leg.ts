import type { AudioTrack, ListenLeg, ListenLegListener } from '../contract.ts';

/** A copy of a call's audio that a test speaks into. */
export class FakeListenLeg implements ListenLeg {
  readonly callSid = `CA${'0'.repeat(32)}`;
  readonly tracks: readonly AudioTrack[];
  closed: 'closed' | 'refused' | undefined;
  #listener: ListenLegListener | undefined;

  constructor(tracks: readonly AudioTrack[] = ['inbound', 'outbound']) {
    this.tracks = tracks;
  }

  attach(listener: ListenLegListener): void {
    this.#listener = listener;
  }

  counters(): { readonly framesReceived: number; readonly framesLost: number } {
    return { framesReceived: 0, framesLost: 0 };
  }

  close(): void {
    this.closed ??= 'closed';
  }

  refuse(): void {
    this.closed ??= 'refused';
  }

  get listener(): ListenLegListener {
    if (!this.#listener) throw new Error('nobody listens');
    return this.#listener;
  }
}
