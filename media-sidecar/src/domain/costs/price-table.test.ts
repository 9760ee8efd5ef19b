import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { realtimeModels } from '../tenants/realtime.ts';
import { builtInPrices, PriceTable, PriceTableError } from './price-table.ts';

const price = { provider: 'openai', model: 'm', unit: 'second', microUsdPerMillion: 1 };
const table = { validFrom: '2026-11-20', source: 'a test', currency: 'USD', prices: [price] };

describe('a table of prices', () => {
  test('prices the tokens of a response at list price', () => {
    const amounts = {
      'text-input-token': 1000,
      'cached-audio-input-token': 1000,
      'audio-input-token': 600,
      'audio-output-token': 1200,
    };
    assert.deepEqual(
      builtInPrices.price({ provider: 'openai', model: 'gpt-realtime-2.1', amounts }),
      [
        { unit: 'text-input-token', quantity: '1000.000000', microUsd: '4000.000000000000' },
        { unit: 'cached-audio-input-token', quantity: '1000.000000', microUsd: '400.000000000000' },
        { unit: 'audio-input-token', quantity: '600.000000', microUsd: '19200.000000000000' },
        { unit: 'audio-output-token', quantity: '1200.000000', microUsd: '76800.000000000000' },
      ],
    );
  });

  test('loses nothing of fractions, however small', () => {
    const exact = new PriceTable({ ...table, prices: [{ ...price, microUsdPerMillion: 333_333 }] });
    const priced = exact.price({ provider: 'openai', model: 'm', amounts: { second: 0.1 + 0.2 } });
    assert.deepEqual(priced, [
      { unit: 'second', quantity: '0.300000', microUsd: '0.099999900000' },
    ]);
    const one = exact.price({ provider: 'openai', model: 'm', amounts: { second: 0.000001 } });
    assert.equal(one[0]?.microUsd, '0.000000333333');
  });

  test('does not take for free what it does not name', () => {
    const unknown = { model: 'gpt-realtime-9', amounts: { 'text-input-token': 5 } };
    assert.deepEqual(builtInPrices.price({ provider: 'openai', ...unknown }), [
      { unit: 'text-input-token', quantity: '5.000000', microUsd: undefined },
    ]);
    const unit = {
      provider: 'openai',
      model: 'gpt-realtime-2.1',
      amounts: { character: 5 },
    } as const;
    assert.equal(builtInPrices.price(unit)[0]?.microUsd, undefined);
  });

  test('counts nothing where nothing was used', () => {
    const amounts = { second: 0, 'text-input-token': -3, character: 1e-9 };
    assert.deepEqual(builtInPrices.price({ provider: 'openai', model: 'm', amounts }), []);
  });

  test('names every model that a tenant can choose, with every unit that it counts', () => {
    const units = ['text-input-token', 'cached-text-input-token', 'text-output-token'].concat([
      'audio-input-token',
      'cached-audio-input-token',
      'audio-output-token',
    ]);
    for (const model of realtimeModels) {
      const amounts = Object.fromEntries(units.map((unit) => [unit, 1]));
      for (const { unit, microUsd } of builtInPrices.price({
        provider: 'openai',
        model,
        amounts,
      })) {
        assert.notEqual(microUsd, undefined, `${model} ${unit}`);
      }
    }
  });

  test('is read from a file, and refused with the place of the fault', () => {
    assert.deepEqual(PriceTable.parse(JSON.stringify(table)).data, table);
    const bad: [unknown, RegExp][] = [
      [{ ...table, currency: 'EUR' }, /^currency: /],
      [{ ...table, validFrom: 'yesterday' }, /^validFrom: /],
      [{ ...table, source: ' ' }, /^source: /],
      [{ ...table, prices: [price, price] }, /^prices: must name each unit of a model once/],
      [{ ...table, prices: [{ ...price, unit: 'minute' }] }, /^prices\.0\.unit: /],
      [{ ...table, prices: [{ ...price, microUsdPerMillion: 0.5 }] }, /microUsdPerMillion: /],
      [{ ...table, prices: [{ ...price, microUsdPerMillion: -1 }] }, /microUsdPerMillion: /],
      [{ ...table, surprise: 1 }, /surprise/],
      [[], /./],
    ];
    for (const [data, message] of bad) {
      assert.throws(
        () => PriceTable.parse(JSON.stringify(data)),
        (error) => error instanceof PriceTableError && message.test(error.message),
        JSON.stringify(data),
      );
    }
    assert.throws(() => PriceTable.parse('{'), new PriceTableError('is no JSON'));
  });
});
