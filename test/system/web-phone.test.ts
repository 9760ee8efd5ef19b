import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium, skipWithoutChromium } from '../browser/chromium.ts';
import { readExecution } from './executions.ts';
import { plain } from './plain-words.ts';
import { eventually, type TestPlayground } from './playground.ts';
import { sharedPlayground } from './shared-playground.ts';

interface CallRecord {
  readonly id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly endReason: string;
  readonly turns: readonly {
    readonly role: 'caller' | 'agent' | 'tool';
    readonly text: string;
    readonly generatedText: string | null;
    readonly interrupted: boolean;
  }[];
}

/** Longer than anything takes on a machine that is busy with other tests. */
const patienceMs = 60_000;
/** So far into a long answer the caller interrupts, in ms. */
const intoAnswerMs = 2500;
/** Words at the place of the cut that one side counts as heard and the other does not. */
const wordsAtCut = 2;

/** What the first page of the README promises: somebody calls in a browser, and talks. */
describe('a person on the web phone', { skip: skipWithoutChromium, concurrency: true }, () => {
  let playground: TestPlayground;
  let browser: Browser;
  before(async () => {
    playground = await sharedPlayground();
    browser = await launchChromium();
  });
  after(() => browser?.close());

  /** Greeted, answered, interrupted and answered again, all of which the page shows. */
  async function talk(dialled: string, own: string): Promise<{ sid: string; heardOfCut: string }> {
    const page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(playground.stack.urls.phone);
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.locator(`button[data-number="${dialled}"]`).click();
    await page.getByLabel('Your own number').fill(own);
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await heard(page, /inteligencia artificial/i);
    await say(page, '¿Cuánto cuesta el cambio de aceite?');
    await heard(page, /pesos/);
    await say(page, 'Cuéntame sobre los servicios que ofrecen');
    await agent(page, 'speaking').waitFor();
    await setTimeout(intoAnswerMs);
    await say(page, 'Perdón, ¿dónde están ubicados?');
    await heard(page, /avenida/i);
    await page.getByText(/agent silent after \d+ ms/).waitFor();
    const heardOfCut = await agent(page, 'cut').last().locator('.turn-text').innerText();
    const sid = await page.locator('#call-sid').innerText();
    await page.getByRole('button', { name: 'Hang up' }).click();
    await page.getByText('You hung up').waitFor();
    await page.close();
    assert.deepEqual(problems, []);
    return { sid, heardOfCut };
  }

  const agent = (page: Page, state: 'speaking' | 'said' | 'cut'): Locator =>
    page.locator(`.turn.agent[data-state="${state}"]`);

  /** The agent has said this, and is silent. */
  async function heard(page: Page, words: RegExp): Promise<void> {
    await agent(page, 'said').filter({ hasText: words }).first().waitFor();
    await agent(page, 'speaking').waitFor({ state: 'detached' });
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.getByLabel('What to say').fill(text);
    await page.keyboard.press('Enter');
  }

  async function recordOf(sid: string): Promise<CallRecord> {
    return eventually('the call is over', async () => {
      const found = await playground.sidecar<CallRecord>('GET', `/v1/calls/${sid}`);
      return found.status === 'in-progress' ? undefined : found;
    });
  }

  /** The interrupted turn is recorded as far as the earpiece has played it. */
  function assertHeardOnly({ turns }: CallRecord, heardOfCut: string): void {
    const cut = turns.findLast(({ role, interrupted }) => role === 'agent' && interrupted);
    assert.ok(cut, 'no turn is marked as interrupted');
    assert.ok(cut.text.length < (cut.generatedText ?? '').length, 'it was heard to its end');
    const recorded = plain(cut.text).split(' ');
    const played = plain(heardOfCut).split(' ');
    assert.ok(
      Math.abs(recorded.length - played.length) <= wordsAtCut,
      `recorded “${cut.text}”, heard “${heardOfCut}”`,
    );
    const both = Math.min(recorded.length, played.length) - wordsAtCut;
    assert.deepEqual(recorded.slice(0, both), played.slice(0, both));
  }

  test('talks to a dealer of the contact center, and sees the execution in the editor', async () => {
    const dealer = playground.stack.tenants[0]!;
    const { sid, heardOfCut } = await talk(dealer.phoneNumber, '+56987650021');
    const record = await recordOf(sid);
    assert.equal(record.pipeline, 'cascade');
    assert.equal(record.endReason, 'caller-hung-up');
    assertHeardOnly(record, heardOfCut);

    const { n8n, urls, workflow } = playground.stack;
    const execution = await eventually('the execution of the call', async () => {
      for (const { id, status } of await n8n.executions(workflow.id)) {
        if (status !== 'success') continue;
        const [incoming] = (await readExecution(n8n, id)).json('Incoming Call');
        if (incoming?.callSid === sid) return id;
      }
      return undefined;
    });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const [name = '', ...value] = n8n.cookie.split('=');
    await context.addCookies([{ name, value: value.join('='), url: urls.n8n }]);
    const editor = await context.newPage();
    editor.setDefaultTimeout(patienceMs);
    await editor.goto(`${urls.workflow}/executions/${execution}`);
    await editor.locator(`[data-test-id="execution-preview-details-${execution}"]`).waitFor();
    for (const node of ['Incoming Call', 'Start a Session', 'Connect to the Agent']) {
      await editor
        .locator('[data-test-id="canvas-node"]')
        .filter({ hasText: node })
        .locator('[data-test-id="canvas-node-status-success"]')
        .waitFor();
    }
    await context.close();
  });

  test('talks to the third number, which is a model that hears and speaks', async () => {
    const dealer = playground.stack.tenants.find(({ slug }) => slug === 'automotora-austral')!;
    const line = dealer.lines.find(({ template }) => template === 'realtime-assistant')!;
    const { sid, heardOfCut } = await talk(line.phoneNumber, '+56987650022');
    const record = await recordOf(sid);
    assert.equal(record.pipeline, 'realtime');
    assert.equal(record.endReason, 'caller-hung-up');
    assertHeardOnly(record, heardOfCut);
  });
});
