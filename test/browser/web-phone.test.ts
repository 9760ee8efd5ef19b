import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { FakeCall } from '../../simulator/src/web-phone/testing/fake-network.ts';
import {
  CONTROL_KEY,
  NUMBERS,
  startPhoneServer,
  type PhoneServer,
} from '../../simulator/src/web-phone/testing/phone-server.ts';
import { launchChromium, skipWithoutChromium } from './chromium.ts';

/** Of a single step; generous, because the machine may be busy. Ms. */
const STEP_TIMEOUT_MS = 20_000;

describe('web phone in a browser', { skip: skipWithoutChromium, timeout: 300_000 }, () => {
  let browser: Browser;
  let server: PhoneServer;
  let page: Page;
  let problems: string[];

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  beforeEach(async () => {
    server = await startPhoneServer();
    page = await browser.newPage();
    page.setDefaultTimeout(STEP_TIMEOUT_MS);
    problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });
  afterEach(async () => {
    await page.close();
    await server.close();
  });

  async function open(key = CONTROL_KEY): Promise<void> {
    await page.goto(`${server.url}/phone?key=${encodeURIComponent(key)}`);
  }

  /** Calls the first number; the other side answers. */
  async function callAndAnswer(): Promise<FakeCall> {
    await open();
    await page.getByText('Connected', { exact: true }).waitFor();
    const placed = server.network.nextCall();
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    const call = await placed;
    call.answer();
    await page.getByText('On the call').waitFor();
    return call;
  }

  /** Playwright's own waiting would evaluate text in the page, which the page's policy forbids. */
  async function until(expression: string): Promise<void> {
    const signal = AbortSignal.timeout(STEP_TIMEOUT_MS);
    while (!(await page.evaluate(expression))) {
      assert.ok(!signal.aborted, `never became true: ${expression}`);
      await setTimeout(50);
    }
  }

  const stream = () => {
    const last = server.recognizer.streams.at(-1);
    assert.ok(last, 'a call is being recognized');
    return last;
  };

  test('holds a conversation: hears, speaks, interrupts, presses digits and hangs up', async () => {
    const call = await callAndAnswer();
    assert.equal(call.to, NUMBERS[0].phoneNumber);

    // Hears: the agent speaks in real time until sound has come out of the audio graph.
    const speech = setInterval(() => call.agentSpeaks(20), 20);
    try {
      await until('(window.webPhone.speaker.agent?.level() ?? 0) > 0.05');
      await until(
        `Number(document.getElementById('agent-level').getAttribute('aria-valuenow')) > 30`,
      );
      stream().interim('Automotora Andes, buenos', 0);
      const greeting = page.locator('.turn.agent').first();
      await greeting.getByText('Automotora Andes, buenos').waitFor();
      stream().interim('Automotora Andes, buenos días, le', 0);
      await greeting.getByText('buenos días, le').waitFor();

      // Interrupts: sends while the agent is speaking, and the agent falls silent.
      await page.getByLabel('What to say').fill('Perdón, ¿a qué hora abren?');
      await page.keyboard.press('Enter');
      await page.locator('.turn.caller').getByText('Perdón, ¿a qué hora abren?').waitFor();
      await until('window.webPhone.speaker.own.level() > 0.05');
    } finally {
      clearInterval(speech);
    }
    call.agentSpeaks(180);
    call.silence(2000);
    await page.locator('.turn.agent[data-state="cut"]').getByText('cut off').waitFor();
    await page.getByText(/agent silent after \d+ ms/).waitFor();
    assert.equal(call.sent.length, 1, 'the caller was heard on the line');

    // Hears the answer, with its delay.
    call.agentSpeaks(500);
    stream().final('A las nueve.', stream().fedBytes / 8 - 500);
    const answer = page.locator('.turn.agent').nth(1);
    await answer.getByText('A las nueve.').waitFor();
    await answer.getByText(/answered after \d+ ms/).waitFor();

    // Presses digits on the screen and on the keyboard, but not while typing.
    await page.getByRole('button', { name: 'Press 4' }).click();
    await page.getByRole('heading', { name: 'Web phone' }).click();
    await page.keyboard.press('#');
    await page.getByLabel('What to say').pressSequentially('7');
    await page.locator('.turn.digits').getByText('#').waitFor();
    assert.equal(call.digits, '4#');

    await page.getByRole('button', { name: 'Hang up' }).click();
    await call.over;
    await page.getByText('You hung up').waitFor();
    assert.deepEqual(await page.locator('.turn .turn-text').allTextContents(), [
      'Automotora Andes, buenos días, le—',
      'Perdón, ¿a qué hora abren?',
      'A las nueve.',
      'Pressed 4',
      'Pressed #',
    ]);
    assert.deepEqual(problems, []);
  });

  test('offers sample phrases that are said with one click, in the chosen voice', async () => {
    await callAndAnswer();
    await page.getByLabel('Voice', { exact: true }).selectOption({ label: 'Man, Spain' });
    await page.getByRole('button', { name: '¿Dónde están ubicados?' }).click();
    await page.locator('.turn.caller').getByText('¿Dónde están ubicados?').waitFor();
    assert.deepEqual(server.voices.requests, [{ text: '¿Dónde están ubicados?', voice: 'es' }]);
  });

  test('stops talking at Escape', async () => {
    const call = await callAndAnswer();
    await page.getByLabel('What to say').fill('Una pregunta muy larga');
    await page.keyboard.press('Enter');
    await page.locator('.turn.caller').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.turn.caller[data-state="cut"]').waitFor();
    assert.equal(call.stops, 1);
  });

  test('shows in words why a call failed, and can call again', async () => {
    const call = await callAndAnswer();
    call.end({ status: 'completed', endedBy: 'network', errorCode: 31920 });
    await page.getByText('The media stream was refused').waitFor();
    await page.getByText('Twilio error 31920').waitFor();
    const placed = server.network.nextCall();
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await placed;
    await page.getByText('Dialing…').waitFor();
  });

  test('dials a typed number, and tells when it is none', async () => {
    await open();
    await page.getByText('Connected', { exact: true }).waitFor();
    const call = page.getByRole('button', { name: 'Call', exact: true });
    await page.getByLabel('Number to call').fill('not a number');
    await call.click();
    await page
      .getByRole('alert')
      .getByText(/international form/)
      .waitFor();
    await page.getByLabel('Number to call').fill('+56 2 2999 (9999)');
    await page.getByLabel('Your own number').fill('+34600111222');
    const placed = server.network.nextCall();
    await call.click();
    const { from, to } = await placed;
    assert.deepEqual({ from, to }, { from: '+34600111222', to: '+56229999999' });
  });

  test('says the words of the browser’s own speech recognition with the simulated voice', async () => {
    await page.addInitScript(`
      window.SpeechRecognition = class {
        start() {
          window.dictationLanguage = this.lang;
          const results = [{ isFinal: true, 0: { transcript: ' ¿a qué hora abren? ' } }];
          setTimeout(() => this.onresult({ resultIndex: 0, results }));
        }
        abort() {}
      };
    `);
    await callAndAnswer();
    await page.getByRole('button', { name: 'Speak' }).click();
    await page.locator('.turn.caller').getByText('¿a qué hora abren?').waitFor();
    assert.equal(await page.evaluate('window.dictationLanguage'), 'es-CL');
    assert.equal(server.voices.requests[0]?.text, '¿a qué hora abren?');
  });

  test('explains that a browser without speech recognition can type only', async () => {
    await page.addInitScript(
      'delete window.SpeechRecognition; delete window.webkitSpeechRecognition;',
    );
    await open();
    await page.getByText(/no speech recognition/).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Speak' }).count(), 0);
  });

  test('tells when the network is gone', async () => {
    await callAndAnswer();
    await server.close();
    await page
      .getByRole('alert')
      .getByText(/Reload the page/)
      .waitFor();
    assert.equal(await page.getByRole('button', { name: 'Call', exact: true }).isDisabled(), true);
  });

  test('asks for the key when it is wrong', async () => {
    await open('wrong');
    await page.getByText('This address needs a key').waitFor();
  });
});
