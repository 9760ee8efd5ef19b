/**
 * Which folder of media-sidecar/src may import which: the arrows of docs/architecture.md as data.
 * A folder may always import itself; main.ts and app.ts, at the top, may import everything.
 */
const contracts = ['telephony', 'stt', 'tts', 'llm', 'realtime'].map(
  (folder) => `${folder}/contract.ts`,
);

export const mayImport = {
  kernel: [],
  config: ['kernel'],
  audio: ['kernel'],
  turn: ['kernel'],
  agents: ['kernel'],
  telephony: ['audio', 'kernel'],
  stt: ['audio', 'kernel'],
  tts: ['audio', 'kernel'],
  llm: ['kernel'],
  realtime: ['audio', 'kernel'],
  call: [...contracts, 'turn', 'agents', 'audio', 'kernel'],
  db: ['kernel'],
  domain: ['db', 'call/ports.ts', 'kernel'],
  jobs: ['domain', 'kernel'],
  http: ['domain', 'call', 'kernel'],
  observability: ['kernel'],
  console: [],
  doctor: ['config', 'realtime/openai/models.ts'],
};

const source = 'media-sidecar/src';

export const layerZones = Object.entries(mayImport).map(([folder, allowed]) => ({
  target: `./${source}/${folder}`,
  from: `./${source}`,
  except: [folder, ...allowed].map((path) => `./${path}`),
  message: `${folder}/ may import only ${allowed.join(', ') || 'nothing of the other folders'}.`,
}));

/** The simulator must not share a mistake with what it tests. */
export const workspaceZones = [
  {
    target: './media-sidecar',
    from: './simulator',
    message: 'The sidecar knows no simulator.',
  },
  {
    target: './simulator',
    from: './media-sidecar',
    message: 'A mistake that both share could not be seen: write it anew.',
  },
];
