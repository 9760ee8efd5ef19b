import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hotModules, hotSpots } from './hot-spots.ts';

const OURS = 'file:///somewhere/media-sidecar/src';
const frame = (functionName: string, url = '', lineNumber = 0) => ({
  functionName,
  url,
  lineNumber,
});
const node = (id: number, callFrame: ReturnType<typeof frame>, ...children: number[]) => ({
  id,
  callFrame,
  children,
});

/** Idle for 1 ms, at work for 0.4 ms. */
const profile = {
  nodes: [
    node(1, frame('(root)'), 2, 3),
    node(2, frame('(idle)')),
    node(3, frame('outer', `${OURS}/a.ts`, 9), 4),
    node(4, frame('inner', `${OURS}/a.ts`, 19), 5),
    node(5, frame('send', 'file:///somewhere/bench/node_modules/ws/lib/sender.js', 0)),
  ],
  samples: [2, 3, 4, 4, 5],
  timeDeltas: [1000, 100, 100, 150, 50],
};

test('idle time is no work, and callers answer for what they call', () => {
  assert.deepEqual(hotSpots(profile, 2), [
    { place: 'inner media-sidecar/src/a.ts:20', selfShare: 0.625, totalShare: 0.75 },
    { place: 'outer media-sidecar/src/a.ts:10', selfShare: 0.25, totalShare: 1 },
  ]);
});

test('a module answers once for what its functions call, of it and of packages', () => {
  assert.deepEqual(hotModules(profile, 9), [
    { place: 'media-sidecar/src/a.ts', selfShare: 0.875, totalShare: 1 },
    { place: 'ws', selfShare: 0.125, totalShare: 0.125 },
  ]);
});
