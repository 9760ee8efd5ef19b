export interface SpokenTurn {
  /** As the prompt numbers it. */
  readonly index: number;
  readonly byAgent: boolean;
  readonly text: string;
}

const AGENT = /^(agent|agente|assistant|asistente|model|bot|ejecutiv[oa]|operador[a]?)\b/i;

/**
 * The conversation inside a prompt, in the forms in which people write one: a JSON array of objects
 * with a text, or lines with the speaker before a colon. Without either, the whole prompt is one turn.
 */
export function transcriptIn(prompt: string): SpokenTurn[] {
  return fromJson(prompt) ?? fromLines(prompt) ?? [{ index: 0, byAgent: false, text: prompt }];
}

function fromJson(prompt: string): SpokenTurn[] | undefined {
  for (let from = prompt.indexOf('['); from !== -1; from = prompt.indexOf('[', from + 1)) {
    for (let to = prompt.lastIndexOf(']'); to > from; to = prompt.lastIndexOf(']', to - 1)) {
      const turns = turnsOf(prompt.slice(from, to + 1));
      if (turns) return turns;
      if (!/[}\s]$/.test(prompt.slice(0, to))) break;
    }
  }
  return undefined;
}

function turnsOf(json: string): SpokenTurn[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const turns = value.flatMap((each: unknown, place): SpokenTurn[] => {
    if (typeof each !== 'object' || each === null) return [];
    const { text, role, i, index } = each as Record<string, unknown>;
    if (typeof text !== 'string') return [];
    const number = typeof i === 'number' ? i : typeof index === 'number' ? index : place;
    return [{ index: number, byAgent: AGENT.test(String(role ?? '')), text }];
  });
  return turns.length === value.length ? turns : undefined;
}

function fromLines(prompt: string): SpokenTurn[] | undefined {
  const lines = [...prompt.matchAll(/^\s*(\p{L}[\p{L} ]{0,24}):\s+(.+)$/gmu)];
  if (lines.length < 2) return undefined;
  return lines.map(([, speaker = '', text = ''], index) => ({
    index,
    byAgent: AGENT.test(speaker),
    text,
  }));
}
