import { z } from 'zod';
import { tenantReferenceSchema } from '../tenants/schema.ts';
import { withDefs } from './definitions.ts';
import { parametersProblem } from './parameters.ts';

export const toolNameSchema = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, 'must be a letter or _, then letters, digits and _');

const maxParametersBytes = 16_384;

const parametersSchema = z
  .looseObject({ type: z.literal('object') })
  .refine((parameters) => Buffer.byteLength(JSON.stringify(parameters)) <= maxParametersBytes, {
    message: 'must be at most 16 KB of JSON',
  })
  .transform(withDefs)
  .superRefine((parameters, context) => {
    const problem = parametersProblem(parameters);
    if (problem === undefined) return;
    context.addIssue({ code: 'custom', path: [...problem.path], message: problem.reason });
  })
  .describe(
    'JSON Schema 2020-12 of the arguments, as both Gemini and OpenAI take it: nested at most 10 levels, arrays with `items`, `required` among the `properties`, references to `#/$defs/` only, as which those to `#/definitions/` are kept, and without loops, patterns that Python knows, too, and neither `oneOf`, `anyOf`, `allOf`, `enum` nor `not` at the top level.',
  );

/** What `POST /v1/tools` takes. */
export const toolInputSchema = z.strictObject({
  name: toolNameSchema,
  description: z.string().trim().min(1).max(2000),
  parameters: parametersSchema,
  url: z.string().max(2000),
  deadlineMs: z.int().min(500).max(20_000).default(5000),
  tenant: z.string().min(1).max(64).optional(),
});
export type ToolInput = z.infer<typeof toolInputSchema>;

export const toolSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  url: z.string(),
  deadlineMs: z.int(),
  /** null: offered to every tenant */
  tenant: tenantReferenceSchema.nullable(),
});
export type Tool = z.infer<typeof toolSchema>;

export const createdToolSchema = toolSchema.extend({ secret: z.string() });
