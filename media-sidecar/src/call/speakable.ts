/**
 * Makes of a model's text what a voice can say: markdown, emojis and links leave, words stay.
 */
export function speakable(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(?:#{1,6}|>|[-*•–]|\d{1,2}[.)])\s+/gm, '')
    .replace(/`{1,3}/g, '')
    .replace(/\*+|~~/g, '')
    .replace(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .replace(/\bhttps?:\/\/(?:www\.)?/gi, '')
    .replace(/\s*\|\s*/g, ', ')
    .replace(/(?!\p{N})[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{1F1E6}-\u{1F1FF}]/gu, '')
    .replace(/\u200d|\u20e3|\ufe0f/g, '')
    .replace(/\s+/g, ' ')
    .replace(/\s+([,.;:!?…])/g, '$1')
    .trim();
}
