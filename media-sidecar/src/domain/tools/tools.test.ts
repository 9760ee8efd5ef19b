import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Pipeline } from '../../call/ports.ts';
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
  const offered = async (
    stored: Record<string, Record<string, unknown>>,
    { names, pipeline = 'realtime' }: { names?: string[]; pipeline?: Pipeline } = {},
  ) => {
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
    const definitions = await tools.definitionsFor(tenant.id, names, pipeline);
    return { definitions, warnings, ids };
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

  test('one that only OpenAI would refuse stays in calls of the cascade', async () => {
    const stored = {
      deAmbos: { properties: { colores: { type: 'texto' } } },
      deOpenAi: { properties: { colores: { type: 'array' } } },
    };
    const cascade = await offered(stored, { pipeline: 'cascade' });
    assert.deepEqual(
      cascade.definitions.map(({ name }) => name),
      ['deOpenAi'],
    );
    assert.equal(cascade.warnings.length, 1);
  });

  test('one that only Gemini would refuse is left out of realtime calls, too: they may fall back', async () => {
    const { definitions } = await offered({ malo: { properties: {}, required: ['marca'] } });
    assert.deepEqual(definitions, []);
  });

  test('one with definitions of earlier drafts has them where the models look', async () => {
    const { definitions, warnings } = await offered({
      viejo: {
        properties: { color: { $ref: '#/definitions/Color' } },
        definitions: { Color: { type: 'string' } },
      },
    });
    assert.deepEqual(definitions[0]?.parameters, {
      type: 'object',
      properties: { color: { $ref: '#/$defs/Color' } },
      $defs: { Color: { type: 'string' } },
    });
    assert.deepEqual(warnings, []);
  });

  test('one that the call does not ask for is not looked at', async () => {
    const { warnings } = await offered(
      { malo: { properties: { a: { type: 'x' } } } },
      { names: ['otro'] },
    );
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
