import { readFile } from 'node:fs/promises';
import { ConfigError } from './config/config.ts';
import { PriceTable, PriceTableError } from './domain/costs/price-table.ts';

/**
 * The prices of `PRICES_FILE`; undefined without one: the built-in ones hold.
 * @throws ConfigError when the file is not there, or holds no table of prices
 */
export async function readPrices(file: string | undefined): Promise<PriceTable | undefined> {
  if (file === undefined) return undefined;
  try {
    return PriceTable.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const isTable = error instanceof PriceTableError;
    const problem = isTable ? error.message : 'names a file that cannot be read';
    throw new ConfigError([{ variable: 'PRICES_FILE', problem }]);
  }
}
