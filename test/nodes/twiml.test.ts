import assert from 'node:assert/strict';
import { test } from 'node:test';

import { built } from './package.ts';

interface Xml {
  escapeXml(text: string): string;
  writeElement(element: { name: string; attributes?: object; content?: unknown[] }): string;
}
interface Document {
  faultOf(document: string): string | undefined;
  maxDocumentBytes: number;
}

const { escapeXml, writeElement } = built<Xml>('nodes/TwilioVoice/twiml/xml');
const { faultOf, maxDocumentBytes } = built<Document>('nodes/TwilioVoice/twiml/document');
interface Language {
  sayLanguage(language?: string): string;
  sayLanguages: ReadonlyArray<{ value: string }>;
  gatherLanguages: ReadonlyArray<{ value: string }>;
}
const { sayLanguage, sayLanguages, gatherLanguages } = built<Language>(
  'nodes/TwilioVoice/twiml/language',
);

test('escapes what would end a text or an attribute', () => {
  assert.equal(
    escapeXml(`<a href="b">'&'</a>`),
    '&lt;a href=&quot;b&quot;&gt;&apos;&amp;&apos;&lt;/a&gt;',
  );
  assert.equal(
    writeElement({ name: 'Say', attributes: { voice: '"><Dial>' }, content: ['</Say><Dial>'] }),
    '<Say voice="&quot;&gt;&lt;Dial&gt;">&lt;/Say&gt;&lt;Dial&gt;</Say>',
  );
});

test('leaves out what XML cannot hold, and keeps everything else', () => {
  assert.equal(escapeXml('a\u0000b\u0008c\uFFFEd'), 'abcd');
  assert.equal(escapeXml('lone \uD83D and \uDE00, pair \u{1F600}'), 'lone  and , pair \u{1F600}');
  assert.equal(escapeXml('ñandú, señor\n\t'), 'ñandú, señor\n\t');
});

test('keeps line breaks of an attribute', () => {
  assert.equal(
    writeElement({ name: 'Parameter', attributes: { value: 'a\nb' } }),
    '<Parameter value="a&#10;b"/>',
  );
});

test('leaves out attributes that were not given', () => {
  assert.equal(
    writeElement({ name: 'Say', attributes: { voice: undefined }, content: ['x'] }),
    '<Say>x</Say>',
  );
});

test('knows TwiML from what is none', () => {
  for (const good of [
    '<Response/>',
    ' <?xml version="1.0"?>\n<!-- x --><Response><Hangup/></Response>\n',
    '<Response foo="1"></Response>',
  ]) {
    assert.equal(faultOf(good), undefined, good);
  }
  for (const bad of ['', 'Hola', '<Responses/>', '<Response><Say>a</Say>', '<Say>a</Say>']) {
    assert.equal(typeof faultOf(bad), 'string', bad);
  }
  const large = `<Response><Say>${'á'.repeat(maxDocumentBytes / 2)}</Say></Response>`;
  assert.match(faultOf(large) ?? '', /bytes/);
});

test('speaks the nearest language', () => {
  const cases: Array<[string | undefined, string]> = [
    ['es-CL', 'es-MX'],
    ['es', 'es-MX'],
    ['ES-es', 'es-ES'],
    ['en', 'en-US'],
    ['pt-PT', 'pt-BR'],
    ['fr-FR', 'fr-FR'],
    ['', 'es-MX'],
    [undefined, 'es-MX'],
  ];
  for (const [wanted, spoken] of cases) assert.equal(sayLanguage(wanted), spoken);
});

test('speaks in some way to everybody it understands', () => {
  const spoken = sayLanguages.map(({ value }) => value);
  for (const { value } of gatherLanguages) assert.ok(spoken.includes(sayLanguage(value)), value);
});
