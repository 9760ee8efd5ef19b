import type { HttpMethod } from '../account.ts';
import { RestError, restErrors } from './errors.ts';

/** Fields of a form as the API reads them; an empty field counts as given. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams) {
    this.#fields = fields;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  text(name: string): string | undefined {
    return this.#fields.get(name) ?? undefined;
  }

  /** The text where there is one; an empty field is none. */
  filled(name: string): string | undefined {
    return this.text(name) || undefined;
  }

  all(name: string): readonly string[] {
    return this.#fields.getAll(name).filter((value) => value !== '');
  }

  /** @throws RestError 21209 */
  method(name: string): HttpMethod | undefined {
    const value = this.filled(name)?.toUpperCase();
    if (value === undefined || value === 'GET' || value === 'POST') return value;
    throw restErrors.invalidMethod(name);
  }

  /** @throws RestError 21205 */
  url(name: string): string | undefined {
    const value = this.filled(name);
    if (value === undefined) return undefined;
    const isUrl = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
    if (!isUrl) throw restErrors.invalidUrl(name);
    return value;
  }

  integer(name: string, min: number, max: number, error?: () => RestError): number | undefined {
    const value = this.filled(name);
    if (value === undefined) return undefined;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw error?.() ?? restErrors.invalid(`${name} must be between ${min} and ${max}`);
  }

  boolean(name: string): boolean | undefined {
    const value = this.filled(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value === 'true' || value === 'false') return value === 'true';
    throw restErrors.invalid(`${name} must be true or false`);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.filled(name);
    if (value === undefined) return undefined;
    const found = values.find((one) => one === value);
    if (found === undefined) throw restErrors.invalid(`${name} is not valid`);
    return found;
  }

  /** Words of a list, however they come: as fields of the same name, or separated by spaces. */
  someOf<T extends string>(name: string, values: readonly T[]): readonly T[] {
    return this.all(name)
      .flatMap((value) => value.split(/[\s,]+/))
      .filter((word) => word !== '')
      .map((word) => {
        const found = values.find((one) => one === word);
        if (found === undefined) throw restErrors.invalid(`${word} is not valid in ${name}`);
        return found;
      });
  }

  /** @throws RestError for a field that the resource does not know: a misspelt name has no effect */
  allowOnly(names: readonly string[]): void {
    for (const name of this.#fields.keys())
      if (!names.includes(name)) throw restErrors.invalid(`Unknown parameter ${name}`);
  }
}
