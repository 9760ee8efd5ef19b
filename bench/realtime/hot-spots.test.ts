import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hotSpots } from './hot-spots.ts';

const frame = (functionName: string, lineNumber = 0) => ({
  functionName,
  url: functionName.startsWith('(') ? '' : 'file:///somewhere/media-sidecar/src/a.ts',
  lineNumber,
});

test('idle time is no work, and callers answer for what they call', () => {
  const spots = hotSpots(
    {
      nodes: [
        { id: 1, callFrame: frame('(root)'), children: [2, 3] },
        { id: 2, callFrame: frame('(idle)') },
        { id: 3, callFrame: frame('outer', 9), children: [4] },
        { id: 4, callFrame: frame('inner', 19) },
      ],
      samples: [2, 3, 4, 4, 4],
      timeDeltas: [1000, 100, 100, 100, 100],
    },
    2,
  );
  assert.deepEqual(spots, [
    { place: 'inner media-sidecar/src/a.ts:20', selfShare: 0.75, totalShare: 0.75 },
    { place: 'outer media-sidecar/src/a.ts:10', selfShare: 0.25, totalShare: 1 },
  ]);
});
