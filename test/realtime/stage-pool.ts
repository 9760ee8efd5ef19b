import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startStage, type Stage } from './stage.ts';

/** As many as two cores begin at once without a stutter that a caller could hear. */
export const callsAtOnce = 4;

/**
 * Stages for tests that run at the same time: faults belong to a whole simulator, so each test needs
 * a stage of its own.
 */
export class StagePool implements AsyncDisposable {
  readonly #all: readonly Stage[];
  readonly #idle: Stage[];

  private constructor(stages: readonly Stage[]) {
    this.#all = stages;
    this.#idle = [...stages];
  }

  static async start(size: number): Promise<StagePool> {
    return new StagePool(await Promise.all(Array.from({ length: size }, () => startStage())));
  }

  /** One that nobody uses, until the end of the test. What failed at n8n then fails the test. */
  take(t: TestContext): Stage {
    const stage = this.#idle.pop() ?? assert.fail('more tests at a time than stages');
    t.after(() => {
      const failures = stage.n8n.failures.splice(0);
      stage.reset();
      this.#idle.push(stage);
      assert.deepEqual(failures, []);
    });
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((stage) => stage[Symbol.asyncDispose]()));
  }
}
