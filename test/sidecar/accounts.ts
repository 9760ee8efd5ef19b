/** The accounts of tests at the simulated clouds, and the platform's key of their sidecar. */
export const accountSid = `AC${'0'.repeat(31)}1`;
export const authToken = 'auth-token-of-the-tests-00000000';
export const googleApiKey = 'a-google-key-of-tests';
export const geminiApiKey = 'a-gemini-key-of-tests';
export const openAiApiKey = 'sk-an-openai-key-of-tests';
export const platformKey = 'platform-key-of-the-tests-0123456789';
export const controlKey = 'a-control-key-of-tests';
