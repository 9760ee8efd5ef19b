import { SaxesParser } from 'saxes';
import { elementSchemas, ssmlElements, type ElementSchema } from './schema.ts';

export interface TwimlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly TwimlElement[];
  /** All text inside, SSML elements flattened, white space collapsed. */
  readonly text: string;
}

/** TwiML that Twilio refuses; `code` is Twilio's. */
export class TwimlError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface OpenElement {
  name: string;
  attributes: Record<string, string>;
  children: TwimlElement[];
  text: string;
  schema: ElementSchema | null;
}

/**
 * Reads a voice document as strictly as Twilio's schema does.
 * @throws TwimlError 12100 (not XML, or no `<Response>`) or 12200 (unknown verb, attribute or
 * nesting, a missing or impossible value)
 */
export function parseTwiml(xml: string): readonly TwimlElement[] {
  const parser = new SaxesParser({ xmlns: false });
  const open: OpenElement[] = [];
  let root: TwimlElement | undefined;
  let violation: TwimlError | undefined;
  const violate = (message: string): void => {
    violation ??= new TwimlError(12_200, `Schema validation warning: ${message}`);
  };

  parser.on('error', (error) => {
    throw new TwimlError(12_100, `Document parse failure: ${error.message}`);
  });
  parser.on('opentag', (tag) => {
    const parent = open.at(-1);
    const attributes = { ...(tag.attributes as Record<string, string>) };
    if (parent === undefined) {
      if (tag.name !== 'Response')
        throw new TwimlError(12_100, 'Document parse failure: the root must be <Response>');
      open.push({
        name: tag.name,
        attributes,
        children: [],
        text: '',
        schema: elementSchemas.Response ?? null,
      });
      return;
    }
    const insideSsml = parent.schema === null;
    const isSsml = ssmlElements.has(tag.name) && (insideSsml || parent.name === 'Say');
    const schema = isSsml ? null : (elementSchemas[tag.name] ?? null);
    if (!isSsml) {
      if (insideSsml || !parent.schema?.children.includes(tag.name))
        violate(`<${tag.name}> is not allowed in <${parent.name}>`);
      else if (schema) checkAttributes(tag.name, attributes, schema, violate);
    }
    open.push({ name: tag.name, attributes, children: [], text: '', schema });
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop() as OpenElement;
    const text = element.text.replace(/\s+/g, ' ').trim();
    if (text !== '' && element.schema && !element.schema.text)
      violate(`<${element.name}> may not have text`);
    const closed = {
      name: element.name,
      attributes: element.attributes,
      children: element.children,
      text,
    };
    const parent = open.at(-1);
    if (parent === undefined) root = closed;
    else if (element.schema === null && ssmlElements.has(element.name)) parent.text += ` ${text} `;
    else parent.children.push(closed);
  });

  parser.write(xml).close();
  if (root === undefined) throw new TwimlError(12_100, 'Document parse failure: no <Response>');
  if (violation) throw violation;
  return root.children;
}

function checkAttributes(
  name: string,
  attributes: Readonly<Record<string, string>>,
  schema: ElementSchema,
  violate: (message: string) => void,
): void {
  for (const [attribute, value] of Object.entries(attributes)) {
    const accepts = schema.attributes[attribute];
    if (accepts === undefined) violate(`<${name}> has no attribute ${attribute}`);
    else if (!accepts(value)) violate(`<${name} ${attribute}> has an impossible value`);
  }
  for (const attribute of schema.required ?? [])
    if (attributes[attribute] === undefined) violate(`<${name}> needs ${attribute}`);
}
