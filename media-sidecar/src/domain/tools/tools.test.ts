import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { onEachDatabase } from '../../db/testing/test-database.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { Tenant } from '../tenants/schema.ts';
import { createTenant, platform } from '../testing/fixtures.ts';
import { testDomain } from '../testing/test-domain.ts';

onEachDatabase('tools that a call offers', (database) => {
  let tenant: Tenant;
  beforeEach(async () => {
    tenant = await createTenant(database());
  });

  /** A call's tools, after these were stored without a look at their parameters, and what was logged. */
  const offered = async (stored: Record<string, Record<string, unknown>>, names?: string[]) => {
    const warnings: object[] = [];
    const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) };
    const { tools } = testDomain(database(), { logger });
    const ids: Record<string, string> = {};
    for (const [name, parameters] of Object.entries(stored)) {
      const url = 'http://127.0.0.1/';
      const input = { name, description: name, parameters, url, deadlineMs: 500 };
      const made = await tools.create(platform, {
        ...input,
        parameters: { type: 'object', ...parameters },
        tenant: tenant.slug,
      });
      ids[name] = made.id;
    }
    return { definitions: await tools.definitionsFor(tenant.id, names), warnings, ids };
  };

  test('one whose parameters a model would refuse is left out, and the log tells why', async () => {
    const { definitions, warnings, ids } = await offered({
      bueno: { properties: { colores: { type: 'array', items: { type: 'string' } } } },
      malo: { properties: { colores: { type: 'array' } } },
    });
    assert.deepEqual(
      definitions.map(({ name }) => name),
      ['bueno'],
    );
    assert.deepEqual(warnings, [
      {
        tenantId: tenant.id,
        toolId: ids['malo'],
        tool: 'malo',
        at: 'properties.colores.items',
        reason: 'is needed where the type is array',
      },
    ]);
  });

  test('one that the call does not ask for is not looked at', async () => {
    const { warnings } = await offered({ malo: { properties: { a: { type: 'x' } } } }, ['otro']);
    assert.deepEqual(warnings, []);
  });

  test('one without properties gets none, as OpenAI wants them named', async () => {
    const { definitions } = await offered({ sin: { description: 'Nada.' } });
    assert.deepEqual(definitions[0]?.parameters, {
      type: 'object',
      description: 'Nada.',
      properties: {},
    });
  });
});
