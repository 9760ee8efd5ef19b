import type { ToolDefinition } from '../../kernel/tool-definition.ts';
import type { ClaimedSession } from '../ports.ts';

export function fakeSession(overrides: Partial<ClaimedSession> = {}): ClaimedSession {
  return {
    sessionId: 'session-1',
    callId: 'call-1',
    agent: 'contact-center',
    pipeline: 'cascade',
    transport: 'media-stream',
    direction: 'inbound',
    callSid: 'CA00000000000000000000000000000001',
    variables: {},
    tools: [],
    tenant: fakeTenant(),
    ...overrides,
  };
}

export function fakeTenant(
  overrides: Partial<ClaimedSession['tenant']> = {},
): ClaimedSession['tenant'] {
  return {
    id: 'tenant-1',
    slug: 'automotora-andes',
    name: 'Automotora Andes',
    timezone: 'America/Santiago',
    language: 'es-CL',
    voice: { name: 'es-US-Chirp3-HD-Aoede', languageCode: 'es-US' },
    greeting: 'Hola, habla con Automotora Andes.',
    disclosure: 'Soy un asistente virtual.',
    instructions: 'Atiende consultas sobre autos usados.',
    ...overrides,
  };
}

/** A tool that a workflow offers; it takes any arguments. */
export function fakeTool(name: string): ToolDefinition {
  return { name, description: 'x', parameters: { type: 'object' } };
}
