import { startSimulator, type Simulator } from '../../index.ts';
import type { SimulatorOptions } from '../../config.ts';
import { TestApplication } from './application.ts';

export const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;
export const AUTH_TOKEN = 'token-of-the-test-account-000001';
export const CONTROL_KEY = 'control-key-of-tests';
export const NUMBER = '+56221234567';
export const CALLER = '+56987654321';

export interface Rig {
  readonly simulator: Simulator;
  readonly application: TestApplication;
  close(): Promise<void>;
}

/** A simulator with one account and one number, and the application behind it. */
export async function startRig(
  account: Partial<SimulatorOptions['accounts'][number]> = {},
  options: Partial<SimulatorOptions> = {},
): Promise<Rig> {
  const application = new TestApplication();
  await application.start();
  const simulator = await startSimulator({
    port: 0,
    grpcPort: 0,
    trustedCaPem: application.certPem,
    accounts: [
      {
        accountSid: ACCOUNT_SID,
        authToken: AUTH_TOKEN,
        callsPerSecond: 1000,
        numbers: [{ phoneNumber: NUMBER, voiceUrl: `${application.url}/voice` }],
        ...account,
      },
    ],
    googleApiKey: 'google-key-of-tests',
    geminiApiKey: 'gemini-key-of-tests',
    controlKey: CONTROL_KEY,
    ...options,
  });
  return {
    simulator,
    application,
    close: async () => {
      await simulator.close();
      await application.close();
    },
  };
}
