import type { AgentFactory, BuiltInTool } from '../contract.ts';
import { openingOf } from '../opening.ts';
import { phraseBook, wording } from '../phrases.ts';
import { contactCenterPrompt } from './prompt.ts';

const END_CALL = {
  action: 'end-call',
  definition: {
    name: 'end_call',
    description:
      'Hangs up the phone after what you are saying now was heard. Use it only when the person said goodbye or needs nothing else, together with a short goodbye.',
    parameters: {
      type: 'object',
      properties: {
        reason: { type: 'string', description: 'Why the call ends, in a few words.' },
      },
    },
  },
} as const satisfies BuiltInTool;

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
    builtInTools: [END_CALL],
  };
};
