import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { INodeProperties, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { projectDir } from '../playground/paths.ts';

/** One thing that a node of the package can do, as its description tells it. */
export interface NodeOperation {
  /** The node's `name`, e.g. `twilioVoice`. */
  readonly node: string;
  readonly nodeName: string;
  /** Empty for a node without resources. A trigger's resource is `event`. */
  readonly resource: string;
  readonly resourceName: string;
  readonly operation: string;
  readonly operationName: string;
  readonly description: string;
  /** Display names of the credentials that it needs or may use. */
  readonly credentials: readonly string[];
}

const require = createRequire(import.meta.url);

/** Every operation of every node of the built package, in the order of package.json and the panels. */
export function packageOperations(): NodeOperation[] {
  const manifest = require(join(projectDir, 'package.json')) as {
    n8n: { nodes: string[]; credentials: string[] };
  };
  const credentialNames = new Map(
    manifest.n8n.credentials.map((path) => {
      const credential = construct<{ name: string; displayName: string }>(path);
      return [credential.name, credential.displayName];
    }),
  );
  return manifest.n8n.nodes.flatMap((path) => {
    const { description } = construct<INodeType>(path);
    return operationsOf(description).map(({ shown, ...operation }) => ({
      ...operation,
      node: description.name,
      nodeName: description.displayName,
      credentials: (description.credentials ?? [])
        .filter(({ displayOptions }) => isShown(displayOptions?.show, shown))
        .map(({ name }) => credentialNames.get(name) ?? name),
    }));
  });
}

type Described = Omit<NodeOperation, 'node' | 'nodeName' | 'credentials'> & {
  /** The parameters that are set when the operation is chosen. */
  readonly shown: Record<string, string>;
};

function operationsOf(description: INodeTypeDescription): Described[] {
  if (description.group.includes('trigger')) return eventsOf(description.properties);
  const resources = options(description.properties.find(({ name }) => name === 'resource'));
  const operationProperties = description.properties.filter(({ name }) => name === 'operation');
  const rows = (resources.length > 0 ? resources : [undefined]).flatMap((resource) =>
    operationProperties
      .filter(
        ({ displayOptions }) =>
          !resource || isShown(displayOptions?.show, { resource: resource.value }),
      )
      .flatMap((property) =>
        options(property).map((operation) => ({
          resource: resource?.value ?? '',
          resourceName: resource?.name ?? '',
          operation: operation.value,
          operationName: operation.name,
          description: operation.description,
          shown: {
            ...(resource ? { resource: resource.value } : {}),
            operation: operation.value,
          },
        })),
      ),
  );
  if (rows.length === 0) throw new Error(`${description.name} describes no operation`);
  return rows;
}

/** A trigger's events, and what else it can start on. */
function eventsOf(properties: INodeProperties[]): Described[] {
  const named = (wanted: string) => options(properties.find(({ name }) => name === wanted));
  const others = named('mode').filter(({ value }) => value !== 'events');
  return [...named('events'), ...others].map(({ name, value, description }) => ({
    resource: 'event',
    resourceName: 'Event',
    operation: value,
    operationName: name,
    description,
    shown: { event: value },
  }));
}

function options(property: INodeProperties | undefined) {
  return (property?.options ?? []).flatMap((option) =>
    'value' in option
      ? [
          {
            name: option.name,
            value: String(option.value),
            description: option.description ?? '',
          },
        ]
      : [],
  );
}

/** Conditions on parameters other than those of the choice are a user's to make: they count as met. */
function isShown(show: Record<string, unknown> | undefined, chosen: Record<string, string>) {
  return Object.entries(show ?? {}).every(([name, values]) => {
    const value = chosen[name];
    return value === undefined || (Array.isArray(values) && values.includes(value));
  });
}

function construct<T>(path: string): T {
  const exported = require(join(projectDir, path)) as Record<string, new () => T>;
  const name = path.split('/').at(-1)?.split('.')[0] ?? '';
  const Exported = exported[name];
  if (!Exported) throw new Error(`${path} exports no class ${name}`);
  return new Exported();
}
