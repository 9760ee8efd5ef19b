import { ProviderError } from '../../kernel/errors.ts';
import type { TextToSpeech } from '../../tts/contract.ts';

const name = 'sip';

/** The voice of a call whose audio does not pass through us: nothing that we make can be heard. */
export const noVoice: TextToSpeech = {
  name,
  // eslint-disable-next-line require-yield -- it fails before there is anything to yield
  async *synthesize() {
    const message = 'over SIP only the model can be heard';
    // No failure of a provider: nobody is asked.
    throw new ProviderError(name, 'cancelled', message, { retryable: false });
  },
};
