import type { Clock } from '../../kernel/clock.ts';
import type { RespondRequest } from '../../realtime/contract.ts';
import type {
  FakeRealtimeModel,
  FakeRealtimeSession,
} from '../../realtime/testing/fake-realtime-model.ts';
import type { RealtimeDefaults } from '../realtime/options.ts';

/** How fast the fake model speaks. */
export const MS_PER_CHARACTER = 60;

export const testedDefaults: RealtimeDefaults = {
  model: 'gpt-realtime-2.1',
  voice: 'marin',
  turnDetection: { type: 'semantic_vad' },
  transcriptionModel: 'gpt-4o-mini-transcribe',
};

/** What a model makes of what it is asked. */
export interface RealtimeScript {
  /** A request for an answer. @defaultValue nothing */
  readonly onAnswer?: (session: FakeRealtimeSession) => void;
  /** A sentence that it is to say. @defaultValue it says it */
  readonly onSay?: (session: FakeRealtimeSession, text: string, request: RespondRequest) => void;
}

export function followScript(
  model: FakeRealtimeModel,
  clock: Clock,
  { onAnswer, onSay }: RealtimeScript,
): void {
  let said = 0;
  model.onOpen = (session) => {
    session.onRespond = (request) => {
      // Like a real one: what was asked of it before it was ready comes after that.
      if (!session.isReady) {
        if (!session.closed) clock.schedule(10, () => session.onRespond(request));
        return;
      }
      const text = sentenceIn(request);
      if (text === undefined) onAnswer?.(session);
      else if (onSay) onSay(session, text, request);
      else speak(session, `said-${++said}`, text, request);
    };
  };
}

/** The sentence that the model is told to say, if it is told to. */
export function sentenceIn({ instructions }: RespondRequest): string | undefined {
  return instructions === undefined ? undefined : /\n"(.*)"$/s.exec(instructions)?.[1];
}

export function speak(
  session: FakeRealtimeSession,
  itemId: string,
  text: string,
  { tag }: RespondRequest,
): void {
  const responseId = `response-of-${itemId}`;
  const options = tag === undefined ? { responseId } : { responseId, tag };
  session.speaks(itemId, text, text.length * MS_PER_CHARACTER, options);
}
