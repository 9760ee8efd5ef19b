import type { AgentSubject } from '../agents/contract.ts';
import type { ClaimedSession } from './ports.ts';

/** What of a session an agent may know: no numbers, no ids. */
export function agentSubject(session: ClaimedSession): AgentSubject {
  const { tenant, contact } = session;
  return {
    tenantName: tenant.name,
    timezone: tenant.timezone,
    language: tenant.language,
    greeting: tenant.greeting,
    disclosure: tenant.disclosure,
    instructions: tenant.instructions,
    direction: session.direction,
    ...(contact?.name ? { contactName: contact.name } : {}),
    ...(contact?.attributes ? { contactAttributes: contact.attributes } : {}),
    variables: session.variables,
    toolNames: session.tools.map(({ name }) => name),
  };
}
