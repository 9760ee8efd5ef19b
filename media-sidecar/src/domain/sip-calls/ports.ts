import type { ClaimedSession } from '../../call/ports.ts';

/** Takes calls that reach OpenAI over SIP. */
export interface SipAnswering {
  /**
   * Accepts the call with the session's settings, and begins the conversation.
   * @returns `gone` when the caller has left
   * @throws ProviderError when OpenAI does not take it for another reason; it is hung up then, in case
   * it was taken nevertheless, and may be rejected, in case it still rings
   */
  answer(session: ClaimedSession, openAiCallId: string): Promise<'answered' | 'gone'>;
  /** @param statusCode SIP: 486 busy here, 603 decline @throws ProviderError */
  reject(openAiCallId: string, statusCode: number): Promise<void>;
}
