import type { StoredContact } from '../contacts/repository.ts';
import type { SessionContact } from './repository.ts';
import type { SessionRequest } from './schema.ts';

/** What the workflow says comes before what is known. */
export function contactOf(
  request: SessionRequest,
  known: StoredContact | undefined,
): SessionContact {
  const name = request.contact.name ?? known?.name ?? undefined;
  return {
    ...(name !== undefined && { name }),
    ...(known !== undefined && { attributes: wordsOf(known) }),
  };
}

/** Longer values would drown what the agent is told otherwise. */
const maxWordsLength = 2000;

/** What an agent may be told of a contact, as words. */
function wordsOf(contact: StoredContact): Record<string, string> {
  const { company, role, notes, attributes } = contact;
  const known = Object.entries({ company, role, ...attributes, notes });
  const words = known.flatMap(([name, value]) =>
    value === null
      ? []
      : [
          [
            name,
            (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, maxWordsLength),
          ],
        ],
  );
  return Object.fromEntries(words) as Record<string, string>;
}
