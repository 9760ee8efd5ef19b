import type { Handset } from '../telephone-network/handset.ts';
import type { IncomingRing } from '../telephone-network/telephones.ts';
import type { Exchange } from './exchange.ts';

/** A call from the network to one of its own numbers: an outbound leg joined to an inbound one. */
export function joinNumbers(exchange: Exchange, ring: IncomingRing): void {
  let answered: Handset | undefined;
  let over = false;
  const dialled = exchange.dial(
    { from: ring.from, to: ring.to },
    {
      answered: () => {
        answered = ring.answer({
          audio: (mulaw) => dialled.sendAudio(mulaw),
          ended: () => {
            over = true;
            dialled.hangUp();
          },
        });
      },
      audio: (mulaw) => answered?.sendAudio(mulaw),
      ended: (ending) => {
        if (over) return;
        over = true;
        if (answered) answered.hangUp();
        else if (ending.status === 'busy') ring.busy();
        else ring.fail();
      },
    },
  );
  ring.cancelled.addEventListener('abort', () => dialled.hangUp(), { once: true });
}
