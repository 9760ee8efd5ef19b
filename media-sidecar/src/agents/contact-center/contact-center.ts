import { phoneTools } from '../built-in-tools.ts';
import type { AgentFactory } from '../contract.ts';
import { openingOf } from '../opening.ts';
import { phraseBook, wording } from '../phrases.ts';
import { contactCenterPrompt } from './prompt.ts';

/** Answers for a tenant: informs with the help of its tools, politely and briefly. */
export const contactCenter: AgentFactory = (subject) => {
  const book = phraseBook(subject.language);
  const opening = openingOf(subject.greeting, subject.disclosure, subject.language);
  return {
    name: 'contact-center',
    opening,
    systemPrompt: (nowMs) => contactCenterPrompt(subject, nowMs),
    phrase: (kind, index) => wording(book, kind, index),
    phrases: () => [...opening.sentences.map(({ text }) => text), ...Object.values(book).flat()],
    builtInTools: phoneTools,
  };
};
