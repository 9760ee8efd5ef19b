import type { Tenant } from '../tenants/schema.ts';
import type { DeclineReason } from './schema.ts';

const busy: Readonly<Record<string, string>> = {
  es: 'En este momento no podemos atender su llamada. Por favor, inténtelo de nuevo más tarde.',
  en: 'We cannot take your call right now. Please try again later.',
  pt: 'No momento não podemos atender a sua ligação. Por favor, tente novamente mais tarde.',
};

const fallback = 'es';

/** What to tell a caller who is not connected, in the tenant's language. */
export function declineMessage(tenant: Tenant, reason: DeclineReason): string {
  if (reason === 'closed') return tenant.closedMessage;
  const language = new Intl.Locale(tenant.language).language;
  return busy[language] ?? busy[fallback] ?? '';
}
