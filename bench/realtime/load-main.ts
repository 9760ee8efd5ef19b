/** The process of the phones. */
import { serveCommands } from './commands.ts';
import { sharedNowMs } from './clock.ts';
import { FRAME_MS } from './caller-audio.ts';
import type { LoadCommands } from './load-commands.ts';
import { Phone } from './phone.ts';

/** A frame that is later than this has missed its turn: the next one is due. */
const LATE_MS = FRAME_MS;

const phones: Phone[] = [];
let latenessMs: number[] = [];
let ticking: NodeJS.Timeout | undefined;

function tick(): void {
  const nowMs = sharedNowMs();
  for (const phone of phones) {
    const lateMs = phone.tick(nowMs);
    if (lateMs !== undefined) latenessMs.push(lateMs);
  }
  ticking = setTimeout(tick, 1);
}

serveCommands<LoadCommands>({
  start({ calls, script, network, spacingMs }) {
    const startMs = sharedNowMs() + 20;
    calls.forEach((address, index) => {
      // Spread over the 20 ms of a frame, as calls that know nothing of each other are.
      const offsetMs = (index * FRAME_MS) / calls.length;
      const beginMs = startMs + Math.floor((index * spacingMs) / FRAME_MS) * FRAME_MS + offsetMs;
      setTimeout(
        () => phones.push(new Phone({ phone: index, address, script, network }, beginMs)),
        index * spacingMs,
      );
    });
    ticking ??= setTimeout(tick, 1);
  },
  open: () => phones.filter(({ isOpen }) => isOpen).length,
  reset() {
    latenessMs = [];
  },
  pace() {
    const late = latenessMs.filter((lateMs) => lateMs > LATE_MS).length;
    const sorted = latenessMs.toSorted((a, b) => a - b);
    return {
      frames: sorted.length,
      p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
      lateShare: late / Math.max(1, sorted.length),
    };
  },
  stop() {
    const reports = phones.splice(0).map((phone) => phone.stop());
    clearTimeout(ticking);
    ticking = undefined;
    return reports;
  },
  cpu: () => cpuMs(),
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
