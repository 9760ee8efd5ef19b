import type { N8nClient } from './n8n/client.ts';
import type { Secrets } from './secrets.ts';

export interface ServiceUrls {
  readonly simulator: string;
  readonly sidecar: string;
}

/** Gives n8n a credential of each type of the package; returns their ids by type. */
export async function saveCredentials(
  n8n: N8nClient,
  secrets: Secrets,
  { simulator, sidecar }: ServiceUrls,
): Promise<Record<string, string>> {
  const credentials = [
    {
      name: 'Twilio Voice',
      type: 'twilioVoiceApi',
      data: {
        accountSid: secrets.accountSid,
        authToken: secrets.authToken,
        baseUrl: simulator,
        lookupsBaseUrl: simulator,
      },
    },
    {
      name: 'Voice Sidecar',
      type: 'voiceSidecarApi',
      data: { baseUrl: sidecar, apiKey: secrets.platformKey },
    },
    {
      name: 'Google Speech',
      type: 'googleSpeechApi',
      data: {
        authentication: 'apiKey',
        apiKey: secrets.googleApiKey,
        projectId: 'playground',
        customEndpoints: true,
        speechBaseUrl: simulator,
        textToSpeechBaseUrl: simulator,
        storageBaseUrl: simulator,
        tokenUrl: `${simulator}/token`,
      },
    },
    {
      name: 'Gemini',
      type: 'voiceGeminiApi',
      data: { apiKey: secrets.geminiApiKey, baseUrl: simulator },
    },
    {
      name: 'OpenAI',
      type: 'voiceOpenAiApi',
      data: {
        apiKey: secrets.openAiApiKey,
        webhookSecret: secrets.openAiWebhookSecret,
        baseUrl: `${simulator}/openai/v1`,
      },
    },
  ];
  const ids: Record<string, string> = {};
  for (const credential of credentials) {
    ids[credential.type] = await n8n.saveCredential(credential);
  }
  return ids;
}
