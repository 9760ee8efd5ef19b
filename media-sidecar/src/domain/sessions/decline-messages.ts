import type { Tenant } from '../tenants/schema.ts';
import type { DeclineReason } from './schema.ts';

const busy: Readonly<Record<string, string>> = {
  es: 'En este momento no podemos atender su llamada. Por favor, inténtelo de nuevo más tarde.',
  en: 'We cannot take your call right now. Please try again later.',
  pt: 'No momento não podemos atender a sua ligação. Por favor, tente novamente mais tarde.',
};

const broken: Readonly<Record<string, string>> = {
  es: 'Lo sentimos, hemos tenido un problema técnico. Por favor, deje su mensaje después del tono.',
  en: 'We are sorry, we have a technical problem. Please leave your message after the tone.',
  pt: 'Lamentamos, tivemos um problema técnico. Por favor, deixe a sua mensagem após o sinal.',
};

const fallback = 'es';

/** What to tell a caller who is not connected, in the tenant's language. */
export function declineMessage(tenant: Tenant, reason: DeclineReason): string | null {
  // It is not even called.
  if (reason === 'do-not-call') return null;
  if (reason === 'closed') return tenant.closedMessage;
  return inLanguage(busy, tenant.language);
}

/** What to say after a conversation that broke, before a message is taken. @param language BCP-47 */
export function apology(language: string): string {
  return inLanguage(broken, language);
}

function inLanguage(texts: Readonly<Record<string, string>>, language: string): string {
  return texts[new Intl.Locale(language).language] ?? texts[fallback] ?? '';
}
