/** Audio that is not what was asked for. The message completes "Google's audio …". */
export class AudioError extends Error {}
