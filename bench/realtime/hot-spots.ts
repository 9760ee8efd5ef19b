import { sharesBy, type CpuProfile, type ProfileNode, type Share } from './cpu-profile.ts';

/** The functions that take most by themselves: `function file:line`, without the folders that all share. */
export function hotSpots(profile: CpuProfile, most: number): Share[] {
  return sharesBy(profile, placeOf)
    .toSorted((a, b) => b.selfShare - a.selfShare)
    .slice(0, most);
}

/** The files of ours, the packages and the rest that take most with everything that they call. */
export function hotModules(profile: CpuProfile, most: number): Share[] {
  return sharesBy(profile, moduleOf)
    .toSorted((a, b) => b.totalShare - a.totalShare)
    .slice(0, most);
}

function placeOf({ callFrame }: ProfileNode): string {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName || '(anonymous)';
  return url === '' ? name : `${name} ${fileOf(url)}:${lineNumber + 1}`;
}

function moduleOf({ callFrame }: ProfileNode): string {
  const { functionName, url } = callFrame;
  if (url === '') return functionName.startsWith('(') ? functionName : '(built in)';
  if (url.startsWith('node:')) return 'node';
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? fileOf(url);
}

function fileOf(url: string): string {
  return url.replace(/^.*?\/(media-sidecar\/|node_modules\/|bench\/)/, '$1');
}
