import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { projectDir } from '../playground/paths.ts';
import { launchChromium } from '../test/browser/chromium.ts';
import { eventually, TestPlayground } from '../test/system/playground.ts';

/** `npm run docs:images`: takes the pictures of docs/images in a real browser, on the real n8n. */
const imagesDir = join(projectDir, 'docs/images');
const viewport = { width: 1440, height: 900 };

await mkdir(imagesDir, { recursive: true });
await using playground = await TestPlayground.start();
const browser = await launchChromium();
try {
  await webPhone(browser);
  await editor(browser);
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

async function editor(browser: Browser): Promise<void> {
  const { n8n, urls, workflow } = playground.stack;
  const context = await browser.newContext({ viewport });
  const [name = '', ...value] = n8n.cookie.split('=');
  await context.addCookies([{ name, value: value.join('='), url: urls.n8n }]);
  const page = await context.newPage();
  await page.goto(urls.workflow);
  await page.getByText('Start a Session').first().waitFor({ timeout: 60_000 });
  await page.keyboard.press('1');
  await page.waitForTimeout(2000);
  await picture(page, 'contact-center-workflow');
  const execution = await eventually('an execution', async () => {
    const all = await n8n.executions(workflow.id);
    return all.find(({ status }) => status === 'success');
  });
  await page.goto(`${urls.workflow}/executions/${execution.id}`);
  await page.waitForTimeout(6000);
  await picture(page, 'execution');
  await context.close();
}
