import { access } from 'node:fs/promises';
import { chromium, type Browser } from 'playwright-core';

const configured = process.env['CHROMIUM_PATH'];
const CANDIDATES =
  configured === undefined
    ? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    : [configured];

const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

async function findChromium(): Promise<string | undefined> {
  for (const path of CANDIDATES) {
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

const MISSING =
  'no Chromium found: install it (apt-get install chromium) or set CHROMIUM_PATH to its executable';

export const chromiumPath = await findChromium();

/**
 * For the `skip` of a test: the reason on a machine without a browser. In CI nothing is skipped, so
 * that `launchChromium` fails there and a missing browser cannot look like success.
 */
export const skipWithoutChromium: string | false =
  chromiumPath === undefined && process.env['CI'] === undefined ? MISSING : false;

/** @throws when there is no browser */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(MISSING);
  return chromium.launch({ executablePath: chromiumPath, args: ARGUMENTS });
}
