import { z } from 'zod';
import type { UsageRecord, UsageUnit } from '../../call/ports.ts';
import builtIn from './prices.json' with { type: 'json' };

export const usageUnitSchema = z.enum([
  'text-input-token',
  'cached-text-input-token',
  'audio-input-token',
  'cached-audio-input-token',
  'text-output-token',
  'audio-output-token',
  'second',
  'character',
]) satisfies z.ZodType<UsageUnit>;

const nameSchema = z.string().trim().min(1).max(100);

const priceSchema = z.strictObject({
  provider: nameSchema,
  model: nameSchema,
  unit: usageUnitSchema,
  /** Micro-USD for a million of the unit. */
  microUsdPerMillion: z.int().min(0),
});
export type Price = z.infer<typeof priceSchema>;

/** A table of prices, as `PRICES_FILE` holds one. */
export const priceTableSchema = z.strictObject({
  /** Since when these prices hold. */
  validFrom: z.iso.date(),
  /** Where they come from. */
  source: z.string().trim().min(1).max(2000),
  currency: z.literal('USD'),
  prices: z
    .array(priceSchema)
    .max(2000)
    .refine((prices) => new Set(prices.map(keyOf)).size === prices.length, {
      message: 'must name each unit of a model once',
    }),
});
export type PriceTableData = z.infer<typeof priceTableSchema>;

/** A file of prices that cannot be used; the message tells where and why. */
export class PriceTableError extends Error {
  override readonly name = 'PriceTableError';
}

/** What is counted, and what it costs. Decimal numbers are texts, so that nothing is lost. */
export interface PricedAmount {
  readonly unit: UsageUnit;
  /** With at most six decimals. */
  readonly quantity: string;
  /** Exact, with at most twelve decimals; undefined: the table does not name it. */
  readonly microUsd: string | undefined;
}

/** Decimals of a quantity, and as many again for the division by a million. */
const quantityDecimals = 6;
const costDecimals = 12;
const quantityScale = 10 ** quantityDecimals;

export class PriceTable {
  readonly data: PriceTableData;
  readonly #prices: ReadonlyMap<string, bigint>;

  /** @throws PriceTableError when the data is no table of prices */
  constructor(data: unknown) {
    const parsed = priceTableSchema.safeParse(data);
    if (!parsed.success) throw new PriceTableError(firstIssue(parsed.error));
    this.data = parsed.data;
    this.#prices = new Map(
      parsed.data.prices.map((price) => [keyOf(price), BigInt(price.microUsdPerMillion)]),
    );
  }

  /** @param text JSON @throws PriceTableError */
  static parse(text: string): PriceTable {
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      throw new PriceTableError('is no JSON');
    }
    return new PriceTable(data);
  }

  /** What a usage costs, unit by unit. Nothing is rounded here: sums are, once. */
  price({ provider, model, amounts }: Pick<UsageRecord, 'provider' | 'model' | 'amounts'>) {
    const counted = Object.entries(amounts) as [UsageUnit, number][];
    return counted.flatMap(([unit, amount]): PricedAmount[] => {
      const quantity = BigInt(Math.round(amount * quantityScale));
      if (quantity <= 0n) return [];
      const price = this.#prices.get(keyOf({ provider, model, unit }));
      return [
        {
          unit,
          quantity: decimal(quantity, quantityDecimals),
          microUsd: price === undefined ? undefined : decimal(quantity * price, costDecimals),
        },
      ];
    });
  }
}

/** Dated list prices that come with the product. */
export const builtInPrices = new PriceTable(builtIn);

function keyOf({ provider, model, unit }: Omit<Price, 'microUsdPerMillion'>): string {
  return `${provider} ${model} ${unit}`;
}

function decimal(value: bigint, decimals: number): string {
  const digits = value.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  return path === '' ? (issue?.message ?? 'is invalid') : `${path}: ${issue?.message ?? ''}`;
}
