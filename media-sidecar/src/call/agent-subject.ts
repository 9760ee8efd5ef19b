import type { AgentSubject } from '../agents/contract.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ClaimedSession } from './ports.ts';

/**
 * What the agent is told of a call and of a contact, in bytes of UTF-8: at most about 6000 tokens, as
 * two bytes are one in the densest of data. The Realtime API refuses instructions of more than 16,384;
 * the rest of them has at most 28,000 characters, less than 10,000 tokens of prose.
 */
const maxKnownBytes = 12_000;

type Words = Readonly<Record<string, string>>;

/**
 * What of a session an agent may know: no numbers, no ids. Of the variables and what is known of the
 * contact, in that order, an entry for which there is no room is left out as a whole.
 */
export function agentSubject(session: ClaimedSession, logger: Pick<Logger, 'warn'>): AgentSubject {
  const { tenant, contact } = session;
  let roomBytes = maxKnownBytes;
  let leftOut = 0;
  const thatFit = (words: Words): Words =>
    Object.fromEntries(
      Object.entries(words).filter(([name, value]) => {
        const bytes = Buffer.byteLength(`- ${name}: ${value}\n`);
        const fits = bytes <= roomBytes;
        if (fits) roomBytes -= bytes;
        else leftOut++;
        return fits;
      }),
    );
  const variables = thatFit(session.variables);
  const attributes = contact?.attributes && thatFit(contact.attributes);
  if (leftOut > 0) {
    const { callId } = session;
    logger.warn({ callId, leftOut }, 'the agent is not told all that is known: it is too much');
  }
  return {
    tenantName: tenant.name,
    timezone: tenant.timezone,
    language: tenant.language,
    greeting: tenant.greeting,
    disclosure: tenant.disclosure,
    instructions: tenant.instructions,
    direction: session.direction,
    ...(contact?.name ? { contactName: contact.name } : {}),
    ...(attributes ? { contactAttributes: attributes } : {}),
    variables,
    toolNames: session.tools.map(({ name }) => name),
  };
}
