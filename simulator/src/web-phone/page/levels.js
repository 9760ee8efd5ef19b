// @ts-check
import { byId } from './dom.js';

/** Quietest level that a bar shows, in dB below full scale. */
const FLOOR_DB = -48;
/** How often assistive technology is told. */
const TELL_EVERY_MS = 500;

/** @param {import('./speaker.js').Speaker} speaker */
export function showLevels(speaker) {
  const bars = [
    { meter: byId('agent-level', HTMLDivElement), channel: () => speaker.agent },
    { meter: byId('own-level', HTMLDivElement), channel: () => speaker.own },
  ];
  let toldAtMs = 0;
  /** @param {number} nowMs */
  const draw = (nowMs) => {
    const tell = nowMs - toldAtMs >= TELL_EVERY_MS;
    if (tell) toldAtMs = nowMs;
    for (const { meter, channel } of bars) {
      const level = channel()?.level() ?? 0;
      const db = 20 * Math.log10(Math.max(level, 1e-6));
      // Telephone speech stays some 6 dB below full scale.
      const share = Math.min(1, Math.max(0, (db - FLOOR_DB) / (-6 - FLOOR_DB)));
      meter.style.setProperty('--level', share.toFixed(3));
      if (tell) meter.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    }
    requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
}
