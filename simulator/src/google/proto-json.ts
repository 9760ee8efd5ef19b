import { createRequire } from 'node:module';
import { GoogleError } from './google-error.ts';
import type { FieldViolation } from './google-error.ts';

/** A descriptor as protobufjs writes it into JSON, which Google's own clients bring. */
interface Descriptor {
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: readonly string[] }>>;
  readonly values?: Readonly<Record<string, number>>;
}

interface Field {
  readonly type: string;
  readonly rule?: 'repeated';
  readonly keyType?: string;
}

export type Message = Record<string, unknown>;

const load = createRequire(import.meta.url);
const INT32 = { int32: true, sint32: true, uint32: true } as const;
const INT64 = { int64: true, uint64: true } as const;
const FLOATS = { float: true, double: true } as const;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const DURATION = /^(-?\d+)(?:\.(\d{1,9}))?s$/;
const WRAPPED: Readonly<Record<string, string>> = {
  'google.protobuf.BoolValue': 'bool',
  'google.protobuf.StringValue': 'string',
};

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const isObject = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The JSON mapping of proto3 (protobuf.dev/programming-guides/json) as Google's REST front end
 * carries it out: what it refuses is refused with its words, all mistakes at once.
 */
export class ProtoJson {
  readonly #root: Descriptor;

  /** @param descriptors the module with the descriptors, e.g. of `@google-cloud/speech` */
  constructor(descriptors: string) {
    this.#root = load(descriptors) as Descriptor;
  }

  /**
   * A message as gRPC would have delivered it (enums by name, defaults filled in, oneofs named).
   * @throws GoogleError INVALID_ARGUMENT
   */
  read(typeName: string, json: unknown): Message {
    const violations: FieldViolation[] = [];
    const message = this.#message(typeName, json ?? {}, '', violations);
    if (violations.length > 0) {
      const all = violations.map(({ description }) => description).join('\n');
      throw GoogleError.invalid(all, violations);
    }
    return message;
  }

  /** What is unset or has its default is left out, as Google does. */
  write(typeName: string, message: object, enumsAsNumbers = false): Message {
    const { fields = {} } = this.#descriptor(typeName);
    const json: Message = {};
    for (const [name, field] of Object.entries(fields)) {
      const value = (message as Message)[name];
      if (value === undefined || value === null) continue;
      const type = this.#resolve(field.type, typeName);
      const one = (each: unknown): unknown => this.#written(type, each, enumsAsNumbers);
      if (field.keyType !== undefined) {
        const entries = Object.entries(value as Message);
        if (entries.length > 0)
          json[name] = Object.fromEntries(entries.map(([k, v]) => [k, one(v)]));
      } else if (field.rule === 'repeated') {
        if ((value as unknown[]).length > 0) json[name] = (value as unknown[]).map(one);
      } else {
        const written = one(value);
        if (!isDefault(type, written, this.#enumOf(type))) json[name] = written;
      }
    }
    return json;
  }

  #descriptor(typeName: string): Descriptor {
    const found = this.#find(typeName);
    if (!found) throw new TypeError(`no type ${typeName}`);
    return found;
  }

  #find(typeName: string): Descriptor | undefined {
    let at: Descriptor | undefined = this.#root;
    for (const part of typeName.split('.')) at = at?.nested?.[part];
    return at;
  }

  /** Names are relative to the message that uses them, as in the language itself. */
  #resolve(type: string, from: string): string {
    const scope = from.split('.');
    for (let depth = scope.length; depth >= 0; depth--) {
      const candidate = [...scope.slice(0, depth), type].join('.');
      const found = this.#find(candidate);
      if (found?.fields || found?.values) return candidate;
    }
    return type;
  }

  #enumOf(type: string): Readonly<Record<string, number>> | undefined {
    return this.#find(type)?.values;
  }

  #message(typeName: string, json: unknown, path: string, violations: FieldViolation[]): Message {
    const descriptor = this.#descriptor(typeName);
    const { fields = {}, oneofs = {} } = descriptor;
    const message = this.#defaults(typeName, descriptor);
    if (!isObject(json)) {
      const type = `type.googleapis.com/${typeName}`;
      violations.push(invalidValue(path, type, json));
      return message;
    }
    for (const [key, value] of Object.entries(json)) {
      const name = Object.hasOwn(fields, key) ? key : camelCase(key);
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field) {
        violations.push(unknownName(key, path));
        continue;
      }
      if (value === null) continue;
      const at = path === '' ? snakeCase(name) : `${path}.${snakeCase(name)}`;
      const oneof = Object.entries(oneofs).find(([, { oneof: each }]) => each.includes(name))?.[0];
      if (oneof !== undefined) {
        if (message[oneof] !== undefined) {
          violations.push({
            field: path,
            description: `Invalid value at '${path}' (oneof), oneof field '${snakeCase(oneof)}' is already set. Cannot set '${name}'`,
          });
          continue;
        }
        message[oneof] = name;
      }
      message[name] = this.#field(
        this.#resolve(field.type, typeName),
        field,
        value,
        at,
        violations,
      );
    }
    return message;
  }

  #defaults(typeName: string, { fields = {}, oneofs = {} }: Descriptor): Message {
    const alternatives = new Set(Object.values(oneofs).flatMap(({ oneof }) => oneof));
    const message: Message = {};
    for (const [name, field] of Object.entries(fields)) {
      if (alternatives.has(name)) continue;
      const type = this.#resolve(field.type, typeName);
      if (field.keyType !== undefined) message[name] = {};
      else if (field.rule === 'repeated') message[name] = [];
      else message[name] = this.#defaultOf(type);
    }
    return message;
  }

  #defaultOf(type: string): unknown {
    const values = this.#enumOf(type);
    if (values) return Object.entries(values).find(([, number]) => number === 0)?.[0];
    if (type in INT32 || type in FLOATS) return 0;
    if (type in INT64) return '0';
    if (type === 'bool') return false;
    if (type === 'string') return '';
    return type === 'bytes' ? new Uint8Array(0) : null;
  }

  #field(
    type: string,
    field: Field,
    value: unknown,
    path: string,
    violations: FieldViolation[],
  ): unknown {
    if (field.keyType !== undefined) {
      const entries = Object.entries(isObject(value) ? value : {});
      return Object.fromEntries(
        entries.map(([key, each]) => [key, this.#value(type, each, `${path}[${key}]`, violations)]),
      );
    }
    if (field.rule !== 'repeated') {
      if (!Array.isArray(value)) return this.#value(type, value, path, violations);
      const name = path.split('.').at(-1)!;
      const parent = path.slice(0, -name.length - 1);
      violations.push(
        unknownName(camelCase(name), parent, 'Proto field is not repeating, cannot start list.'),
      );
      return undefined;
    }
    const list = Array.isArray(value) ? (value as unknown[]) : [value];
    return list.map((each, i) => this.#value(type, each, `${path}[${i}]`, violations));
  }

  #value(type: string, value: unknown, path: string, violations: FieldViolation[]): unknown {
    const invalid = (name: string): undefined => {
      violations.push(invalidValue(path, name, value));
      return undefined;
    };
    const values = this.#enumOf(type);
    if (values) {
      if (typeof value === 'number') {
        const known = Object.entries(values).find(([, number]) => number === value);
        return known?.[0] ?? String(value);
      }
      const known = typeof value === 'string' && Object.hasOwn(values, value);
      return known ? value : invalid(`type.googleapis.com/${type}`);
    }
    if (type in INT32 || type in INT64) {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (!Number.isInteger(number)) return invalid(`TYPE_${type.toUpperCase()}`);
      return type in INT64 ? String(number) : number;
    }
    if (type in FLOATS) {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      return typeof number === 'number' && !Number.isNaN(number)
        ? number
        : invalid(`TYPE_${type.toUpperCase()}`);
    }
    switch (type) {
      case 'bool':
        return typeof value === 'boolean' ? value : invalid('TYPE_BOOL');
      case 'string':
        return typeof value === 'string' ? value : invalid('TYPE_STRING');
      case 'bytes':
        return typeof value === 'string' && BASE64.test(value)
          ? new Uint8Array(Buffer.from(value, 'base64'))
          : invalid('TYPE_BYTES');
      case 'google.protobuf.Duration': {
        const match = typeof value === 'string' ? DURATION.exec(value) : null;
        if (!match) return invalid('type.googleapis.com/google.protobuf.Duration');
        return { seconds: match[1]!, nanos: Number((match[2] ?? '').padEnd(9, '0')) };
      }
      case 'google.protobuf.FieldMask':
        return typeof value === 'string'
          ? { paths: value.split(',').filter(Boolean).map(snakeCase) }
          : invalid('type.googleapis.com/google.protobuf.FieldMask');
      default: {
        const wrapped = WRAPPED[type];
        if (wrapped) return { value: this.#value(wrapped, value, path, violations) };
        return this.#message(type, value, path, violations);
      }
    }
  }

  #written(type: string, value: unknown, enumsAsNumbers: boolean): unknown {
    const values = this.#enumOf(type);
    if (values) return enumsAsNumbers ? values[value as string] : value;
    if (type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
    if (type === 'google.protobuf.Duration') return durationText(value as Duration);
    if (type === 'google.protobuf.Timestamp') return value;
    if (type === 'google.protobuf.Any') {
      const { typeName, message } = value as { typeName: string; message: object };
      const written = this.write(typeName, message, enumsAsNumbers);
      return { '@type': `type.googleapis.com/${typeName}`, ...written };
    }
    return isObject(value) ? this.write(type, value, enumsAsNumbers) : value;
  }
}

interface Duration {
  readonly seconds: string;
  readonly nanos: number;
}

/** With 0, 3, 6 or 9 digits behind the point. */
function durationText({ seconds, nanos }: Duration): string {
  if (nanos === 0) return `${seconds}s`;
  const digits = String(nanos).padStart(9, '0');
  return `${seconds}.${digits.replace(/(?:000){1,2}$/, '')}s`;
}

function isDefault(
  type: string,
  value: unknown,
  values?: Readonly<Record<string, number>>,
): boolean {
  if (values) return value === 0 || (typeof value === 'string' && values[value] === 0);
  return value === 0 || value === '' || value === false || (type in INT64 && value === '0');
}

const unknownName = (name: string, path: string, why = 'Cannot find field.'): FieldViolation => ({
  field: path,
  description: `Invalid JSON payload received. Unknown name "${name}"${path === '' ? '' : ` at '${path}'`}: ${why}`,
});

const invalidValue = (path: string, type: string, value: unknown): FieldViolation => ({
  field: path,
  description: `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`,
});
