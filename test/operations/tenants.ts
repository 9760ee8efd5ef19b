import assert from 'node:assert/strict';

import type { IDataObject } from 'n8n-workflow';

import type { Cloud } from './cloud.ts';

/** Settings of a tenant, as a builder types them in. */
export const tenantFields = {
  name: 'Automotora Andes',
  timezone: 'America/Santiago',
  language: 'es-CL',
  voice: 'es-US-Neural2-A',
  greeting: 'Hola, gracias por llamar.',
  disclosure: 'Soy un asistente virtual.',
  closedMessage: 'Estamos cerrados.',
};

/** The same as the sidecar takes them. */
export const tenantBody: IDataObject = {
  ...tenantFields,
  voice: { name: tenantFields.voice, languageCode: 'es-US' },
};

/** A tenant with these numbers, without the node. */
export async function createTenant(
  { credentials }: Pick<Cloud, 'credentials'>,
  slug: string,
  phoneNumbers: string[],
): Promise<void> {
  const { baseUrl = '', apiKey = '' } = credentials.voiceSidecarApi as Record<string, string>;
  const response = await fetch(`${baseUrl}/v1/tenants/${slug}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...tenantBody, phoneNumbers }),
  });
  assert.ok(response.ok, await response.text());
}
