import { contactCenter } from './contact-center/contact-center.ts';
import type { Agent, AgentFactory, AgentSubject } from './contract.ts';

export class UnknownAgentError extends Error {
  override readonly name = 'UnknownAgentError';
}

/** Agents by the name that a session carries. */
export class AgentRegistry {
  readonly #factories: ReadonlyMap<string, AgentFactory>;

  constructor(factories: Readonly<Record<string, AgentFactory>>) {
    this.#factories = new Map(Object.entries(factories));
  }

  get names(): readonly string[] {
    return [...this.#factories.keys()];
  }

  /** @throws UnknownAgentError */
  create(name: string, subject: AgentSubject): Agent {
    const factory = this.#factories.get(name);
    if (!factory)
      throw new UnknownAgentError(`there is no agent of the name ${JSON.stringify(name)}`);
    return factory(subject);
  }
}

export const defaultAgents = new AgentRegistry({ 'contact-center': contactCenter });
