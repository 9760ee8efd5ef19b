import { z } from 'zod';
import { GoogleError } from '../google/google-error.ts';
import { geminiSchema, jsonSchema } from './json-schema.ts';
import type { GeminiSchema } from './json-schema.ts';
import { responseJsonSchema } from './response-schema.ts';

const struct = z.record(z.string(), z.unknown());

/** `FunctionResponseBlob` */
const responseFile = z.strictObject({
  mimeType: z.string(),
  data: z.string(),
  displayName: z.string().optional(),
});

const partSchema = z
  .strictObject({
    text: z.string().optional(),
    thought: z.boolean().optional(),
    thoughtSignature: z.string().optional(),
    functionCall: z
      .strictObject({ id: z.string().optional(), name: z.string().min(1), args: struct.optional() })
      .optional(),
    functionResponse: z
      .strictObject({
        id: z.string().optional(),
        name: z.string().min(1),
        response: struct,
        willContinue: z.boolean().optional(),
        scheduling: z.enum(['SILENT', 'WHEN_IDLE', 'INTERRUPT']).optional(),
        parts: z.array(z.strictObject({ inlineData: responseFile })).optional(),
      })
      .optional(),
    inlineData: z.strictObject({ mimeType: z.string(), data: z.string() }).optional(),
    fileData: z.strictObject({ mimeType: z.string().optional(), fileUri: z.string() }).optional(),
  })
  .superRefine((part, context) => {
    const { text, functionCall, functionResponse, inlineData, fileData } = part;
    const data = [text, functionCall, functionResponse, inlineData, fileData];
    const count = data.filter((each) => each !== undefined).length;
    if (count === 1 || (count === 0 && part.thoughtSignature !== undefined)) return;
    context.addIssue({
      code: 'custom',
      path: ['data'],
      message:
        count === 0
          ? "required oneof field 'data' must have one initialized field"
          : "oneof field 'data' is already set. Cannot set another field of it",
    });
  });

const contentSchema = z.strictObject({
  role: z
    .string()
    .optional()
    .refine((role) => role === undefined || role === '' || role === 'user' || role === 'model', {
      message: 'Please use a valid role: user, model.',
    }),
  parts: z.array(partSchema).min(1, 'contents.parts must not be empty.'),
});

const FUNCTION_NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/;

const functionDeclaration = z
  .strictObject({
    name: z
      .string()
      .regex(
        FUNCTION_NAME,
        'Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.',
      ),
    description: z.string().optional(),
    behavior: z.enum(['UNSPECIFIED', 'BLOCKING', 'NON_BLOCKING']).optional(),
    parameters: geminiSchema.optional(),
    parametersJsonSchema: jsonSchema.optional(),
    response: geminiSchema.optional(),
    responseJsonSchema: jsonSchema.optional(),
  })
  .superRefine(({ parameters, parametersJsonSchema }, context) => {
    if (parameters && parametersJsonSchema) {
      context.addIssue({
        code: 'custom',
        path: ['parameters'],
        message: 'parameters and parametersJsonSchema are mutually exclusive',
      });
    }
    if (parameters && parameters.type !== 'OBJECT') {
      context.addIssue({
        code: 'custom',
        path: ['parameters', 'type'],
        message: 'schema should be OBJECT type',
      });
    }
  });

const CALLING_MODES = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] as const;
const THINKING_LEVELS = ['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const;

const generationConfig = z
  .strictObject({
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().min(0).max(1).optional(),
    topK: z.number().int().positive().optional(),
    candidateCount: z.number().int().min(1).max(8).optional(),
    maxOutputTokens: z.number().int().positive().max(65_536).optional(),
    stopSequences: z.array(z.string().min(1)).max(5).optional(),
    seed: z.number().int().optional(),
    presencePenalty: z.number().min(-2).lt(2).optional(),
    frequencyPenalty: z.number().min(-2).lt(2).optional(),
    responseMimeType: z.enum(['text/plain', 'application/json', 'text/x.enum']).optional(),
    responseSchema: geminiSchema.optional(),
    responseJsonSchema: responseJsonSchema.optional(),
    responseModalities: z.array(z.literal('TEXT')).optional(),
    thinkingConfig: z
      .strictObject({
        thinkingLevel: z.enum(THINKING_LEVELS).optional(),
        thinkingBudget: z.number().int().min(-1).max(32_768).optional(),
        includeThoughts: z.boolean().optional(),
      })
      .refine(
        (config) => config.thinkingLevel === undefined || config.thinkingBudget === undefined,
        {
          message: 'You can only set one of thinking budget and thinking level.',
        },
      )
      .optional(),
  })
  .superRefine((config, context) => {
    const { responseSchema, responseJsonSchema, responseMimeType } = config;
    if (!responseSchema && !responseJsonSchema) return;
    if (responseSchema && responseJsonSchema) {
      context.addIssue({
        code: 'custom',
        path: ['responseSchema'],
        message: 'response_schema and response_json_schema are mutually exclusive',
      });
    }
    if (responseMimeType === undefined || responseMimeType === 'text/plain') {
      context.addIssue({
        code: 'custom',
        path: ['responseMimeType'],
        message: "Function calling with a response mime type: 'text/plain' is unsupported",
      });
    }
  });

const requestSchema = z.strictObject({
  contents: z.array(contentSchema).min(1, 'contents is not specified'),
  systemInstruction: z
    .strictObject({ role: z.string().optional(), parts: z.array(partSchema).min(1) })
    .optional(),
  tools: z
    .array(z.strictObject({ functionDeclarations: z.array(functionDeclaration).min(1) }))
    .optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z
        .strictObject({
          mode: z.enum(CALLING_MODES).optional(),
          allowedFunctionNames: z.array(z.string()).optional(),
        })
        .optional(),
    })
    .optional(),
  generationConfig: generationConfig.optional(),
  safetySettings: z
    .array(z.strictObject({ category: z.string(), threshold: z.string() }))
    .optional(),
  labels: z.record(z.string(), z.string()).optional(),
});

export type GenerateRequest = z.infer<typeof requestSchema>;
export type Content = GenerateRequest['contents'][number];
export type Part = Content['parts'][number];

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: GeminiSchema | undefined;
}

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `tools[0].function_declarations[1].parameters`, as the API writes places. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((place, key) => {
    if (typeof key === 'number') return `${place}[${key}]`;
    return place === '' ? snake(String(key)) : `${place}.${snake(String(key))}`;
  }, '');
}

/** @throws GoogleError INVALID_ARGUMENT */
export function parseGenerateRequest(body: unknown): GenerateRequest {
  const parsed = requestSchema.safeParse(body ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = placeOf(issue?.path ?? []);
    if (issue?.code === 'unrecognized_keys') {
      const where = place === '' ? '' : ` at '${place}'`;
      throw GoogleError.invalid(
        `Invalid JSON payload received. Unknown name "${issue.keys[0]}"${where}: Cannot find field.`,
      );
    }
    if (issue?.message === 'Please use a valid role: user, model.')
      throw GoogleError.invalid(issue.message);
    throw GoogleError.invalid(
      `* GenerateContentRequest.${place}: ${issue?.message ?? 'invalid'}\n`,
    );
  }
  const request = parsed.data;
  const names = toolsOf(request).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw GoogleError.invalid(`Duplicate function declaration found: ${twice}`);
  }
  const calling = request.toolConfig?.functionCallingConfig;
  for (const name of calling?.allowedFunctionNames ?? []) {
    if (calling?.mode !== 'ANY' && calling?.mode !== 'VALIDATED') {
      throw GoogleError.invalid(
        'Allowed function names should only be set when function calling mode is ANY or VALIDATED.',
      );
    }
    if (!names.includes(name)) {
      throw GoogleError.invalid(`allowed_function_names includes an undeclared function: ${name}`);
    }
  }
  if (calling?.mode === 'ANY' && names.length === 0) {
    throw GoogleError.invalid('Function calling config is set without function_declarations.');
  }
  return request;
}

export function toolsOf(request: GenerateRequest): Tool[] {
  return (request.tools ?? []).flatMap(({ functionDeclarations }) =>
    functionDeclarations.map(({ name, description = '', parameters, parametersJsonSchema }) => ({
      name,
      description,
      parameters: parameters ?? parametersJsonSchema,
    })),
  );
}

/** Those that the model may call in this request. */
export function callableTools(request: GenerateRequest): Tool[] {
  const { mode, allowedFunctionNames } = request.toolConfig?.functionCallingConfig ?? {};
  if (mode === 'NONE') return [];
  const tools = toolsOf(request);
  if (!allowedFunctionNames || allowedFunctionNames.length === 0) return tools;
  return tools.filter(({ name }) => allowedFunctionNames.includes(name));
}

/** The request's language, in the parts that a person would read. */
export const textOf = (parts: readonly Part[]): string =>
  parts
    .filter((part) => part.thought !== true)
    .map((part) => part.text ?? '')
    .join(' ')
    .trim();
