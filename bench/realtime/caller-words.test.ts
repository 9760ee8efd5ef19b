import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAME_MS } from './caller-audio.ts';
import { INTERRUPTION, QUESTION, wordsOfLength } from './caller-words.ts';

for (const words of [QUESTION, INTERRUPTION]) {
  test(`“${words.text}” takes whole frames, at a pace that a person can speak`, () => {
    assert.equal(words.spokenMs % FRAME_MS, 0);
    const charactersPerSecond = (words.text.length * 1000) / words.spokenMs;
    assert.ok(charactersPerSecond > 12 && charactersPerSecond < 20);
  });

  test(`“${words.text}” is known by its length, also with a frame less or more`, () => {
    for (const offMs of [-FRAME_MS, 0, FRAME_MS]) {
      assert.equal(wordsOfLength(words.spokenMs + offMs), words);
    }
  });
}
