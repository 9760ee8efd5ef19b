import { randomUUID } from 'node:crypto';

import { packageOperations } from '../operations.ts';

export interface NodePanel {
  /** Name of the picture. */
  readonly name: string;
  readonly nodeName: string;
  /** A workflow with this node alone, its parameters left as they come. */
  readonly workflow: object;
}

/** One panel for each resource of each node. */
export function nodePanels(credentialIds: Readonly<Record<string, string>>): NodePanel[] {
  const panels = Map.groupBy(packageOperations(), ({ node, resource }) =>
    resource === '' || resource === 'event' ? node : `${node}-${resource}`,
  );
  return [...panels].flatMap(([name, [first]]) => {
    if (!first) return [];
    const { node, nodeName, resource } = first;
    return [
      {
        name,
        nodeName,
        workflow: {
          id: randomUUID().replaceAll('-', '').slice(0, 16),
          name: `Panel of ${name}`,
          nodes: [
            {
              id: randomUUID(),
              name: nodeName,
              type: `n8n-nodes-voice-agents.${node}`,
              typeVersion: 1,
              position: [0, 0],
              parameters: resource === '' || resource === 'event' ? {} : { resource },
              credentials: Object.fromEntries(
                Object.entries(credentialIds).map(([type, id]) => [type, { id, name: type }]),
              ),
            },
          ],
          connections: {},
          settings: {},
        },
      },
    ];
  });
}
