import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { parseArgs } from 'node:util';
import { projectDir } from '../../playground/paths.ts';
import { launchChromium } from '../../test/browser/chromium.ts';
import { eventually, TestPlayground } from '../../test/system/playground.ts';
import { nodePanels } from './node-panels.ts';

/**
 * `npm run docs:images`: takes the pictures of docs/images in a real browser, on the real n8n.
 * `-- --only panels` takes some of them: `phone`, `execution`, `templates`, `panels`.
 */
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const wanted = (name: string): boolean => values.only?.includes(name) ?? true;

const imagesDir = join(projectDir, 'docs/images');
const viewport = { width: 1440, height: 900 };

await mkdir(imagesDir, { recursive: true });
await using playground = await TestPlayground.start();
const browser = await launchChromium();
try {
  if (wanted('phone') || wanted('execution')) await webPhone(browser);
  const page = await editorPage(browser);
  if (wanted('execution')) await execution(page);
  if (wanted('templates')) await templates(page);
  if (wanted('panels')) await panels(page);
} finally {
  await browser.close();
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(imagesDir, `${name}.png`) });
}

/** A short conversation on the web phone, with an interruption. */
async function webPhone(browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.goto(playground.stack.urls.phone);
  await page.getByText('Connected', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  const heard = page.getByText(/inteligencia artificial/i).first();
  await heard.waitFor({ timeout: 30_000 });
  await page.waitForTimeout(2000);
  await say(page, '¿Cuánto cuesta el cambio de aceite?');
  await page.getByText(/pesos/).first().waitFor({ timeout: 30_000 });
  await page.waitForTimeout(6000);
  await say(page, 'Cuéntame sobre los servicios que ofrecen');
  await page.waitForTimeout(6000);
  await say(page, 'Perdón, ¿dónde están ubicados?');
  await page
    .getByText(/Avenida/)
    .first()
    .waitFor({ timeout: 30_000 });
  await page.waitForTimeout(2000);
  await picture(page, 'web-phone');
  await page.getByRole('button', { name: /hang up/i }).click();
  await page.waitForTimeout(500);
  await page.close();
}

async function say(page: Page, text: string): Promise<void> {
  const box = page.getByRole('textbox', { name: /say/i });
  await box.fill(text);
  await box.press('Enter');
}

/** A page that is logged in to n8n. */
async function editorPage(browser: Browser): Promise<Page> {
  const { n8n, urls } = playground.stack;
  const context = await browser.newContext({ viewport });
  const [name = '', ...value] = n8n.cookie.split('=');
  await context.addCookies([{ name, value: value.join('='), url: urls.n8n }]);
  return context.newPage();
}

/** The execution that the call on the web phone left. */
async function execution(page: Page): Promise<void> {
  const { n8n, urls, workflow } = playground.stack;
  const done = await eventually('an execution', async () => {
    const all = await n8n.executions(workflow.id);
    return all.find(({ status }) => status === 'success');
  });
  await page.goto(`${urls.workflow}/executions/${done.id}`);
  await page.waitForTimeout(6000);
  await picture(page, 'execution');
}

/** Each template on the canvas. */
async function templates(page: Page): Promise<void> {
  for (const [name, { id }] of playground.stack.templates) {
    await openWorkflow(page, id);
    await picture(page, `${name}-workflow`);
  }
}

/** Each node of the package with its panel open, and its fields as they are at first. */
async function panels(page: Page): Promise<void> {
  const { n8n, credentialIds } = playground.stack;
  for (const { name, workflow, nodeName } of nodePanels(credentialIds)) {
    const { id } = await n8n.createWorkflow(workflow);
    await openWorkflow(page, id);
    await page
      .locator('[data-test-id="canvas-node"]')
      .filter({ hasText: nodeName })
      .first()
      .dblclick();
    await page.locator('[data-test-id="ndv"]').waitFor();
    await page.waitForTimeout(1500);
    await picture(page, `node-${name}`);
  }
}

async function openWorkflow(page: Page, id: string): Promise<void> {
  await page.goto(`${playground.stack.urls.n8n}/workflow/${id}`);
  await page.locator('[data-test-id="canvas-node"]').first().waitFor({ timeout: 60_000 });
  await page.keyboard.press('1');
  await page.waitForTimeout(2000);
  // n8n's advice for published workflows lies over the canvas.
  const advice = page.getByText('Production Checklist');
  if (await advice.isVisible()) {
    await advice.locator('xpath=following::*[self::button or self::a][1]').click();
    await page.waitForTimeout(500);
  }
}
