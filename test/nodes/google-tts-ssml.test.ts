import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type * as Validate from '../../nodes/GoogleTTS/ssml/validate.ts';
import type * as Split from '../../nodes/GoogleTTS/ssml/split.ts';
import type * as ProblemModule from '../../nodes/GoogleTTS/ssml/problem.ts';
import type { VoiceFamily } from '../../nodes/GoogleTTS/shared/families.ts';
import { built } from './package.ts';

const { readSsml } = built<typeof Validate>('nodes/GoogleTTS/ssml/validate');
const { splitSsml } = built<typeof Split>('nodes/GoogleTTS/ssml/split');
const { positionOf } = built<typeof ProblemModule>('nodes/GoogleTTS/ssml/problem');

const problemsOf = (ssml: string, family: VoiceFamily = 'Neural2') =>
  readSsml(ssml, family).problems.map(
    ({ offset, message, cure }) => `${positionOf(ssml, offset)}: ${message}. ${cure}`,
  );

const spoken = (content: string) => `<speak>${content}</speak>`;

describe('SSML that Google takes', () => {
  const valid = [
    '<?xml version="1.0"?>\n<!-- saludo --><speak version="1.1" xml:lang="es-US" xmlns="http://www.w3.org/2001/10/synthesis">Hola</speak>\n',
    spoken('Hola <break time="300ms"/> y <break strength="x-strong"/> <break time=\'10s\' />'),
    spoken('5 &lt; 6 &amp; 7 &gt; 6, &#241;and&#xFA;, a > b'),
    spoken('<![CDATA[Tom & Jerry <3]]>'),
    spoken('<p><s>Uno.</s><s>Dos.</s></p><p>Tres.</p>'),
    spoken(
      '<say-as interpret-as="telephone" format="56" google:style="zero-as-zero">912345678</say-as>',
    ),
    spoken('<say-as interpret-as="date" format="ddmmyyyy" detail="1">21-11-2026</say-as>'),
    spoken('<prosody rate="90%" pitch="-2st" volume="+6dB">Lento</prosody>'),
    spoken('<sub alias="Automotora Andes">AA</sub><mark name="aquí"/>'),
    spoken(
      '<audio src="https://example.com/tono.mp3" clipEnd="2.5s" soundLevel="-3dB"><desc>tono</desc>Tono</audio>',
    ),
    spoken(
      '<par><media xml:id="a" begin="0.5s"><speak><p>Hola</p></speak></media><media end="a.end+1s" fadeOutDur="1s"><audio src="https://example.com/m.mp3"/></media></par>',
    ),
    spoken('<phoneme alphabet="ipa" ph="ˈtʃile">Chile</phoneme>'),
    spoken('<voice language="en-US" gender="male">Hello</voice><lang xml:lang="fr-FR">Oui</lang>'),
    spoken(
      '<emphasis level="strong">Hoy</emphasis><google:style name="lively">¡Sí!</google:style>',
    ),
  ];
  for (const ssml of valid) {
    test(ssml.slice(0, 70), () => assert.deepEqual(problemsOf(ssml), []));
  }
});

describe('SSML that is not XML is told with its place and the cure', () => {
  const broken: Array<[ssml: string, told: RegExp]> = [
    ['', /^Line 1, column 1: There is no <speak>/],
    ['Hola', /^Line 1, column 1: There is text in front of <speak>/],
    ['<speak>Hola</speak> adiós', /column 21: There is something behind <\/speak>/],
    ['<p>Hola</p>', /The root element is <p>, not <speak>/],
    [spoken('\nPan & queso'), /^Line 2, column 5: An "&" is not escaped\. Write &amp;/],
    [spoken('\n\n  5 < 6'), /^Line 3, column 5: A "<" is not escaped\. Write &lt;/],
    [spoken('a&nbsp;b'), /column 9: XML has no entity &nbsp;\. Write the character itself/],
    [spoken('&#0;'), /XML has no entity &#0;/],
    [spoken('<prosody rate="slow">Hola'), /<\/speak> stands where <prosody> has to be closed/],
    ['<speak>Hola', /^Line 1, column 1: <speak> is not closed\. Add <\/speak>/],
    [spoken('<s>a</p>'), /column 12: <\/p> stands where <s> has to be closed/],
    [spoken('<break time=1s/>'), /The value of time in <break> is not in quotes.*straight quotes/],
    [spoken('<break time=“1s”/>'), /The value of time in <break> is in typographic quotes/],
    [spoken('<break time/>'), /The attribute time of <break> has no value/],
    [spoken('<break time="1s/>'), /has no closing quote/],
    [spoken('<break time="1s" time="2s"/>'), /<break> has the attribute time twice/],
    [spoken('<break time="1s"strength="weak"/>'), /cannot be read at "strength="/],
    [spoken('<break time="1s"'), /The tag <break> has no end/],
    [spoken('si a <b y c'), /The tag <b> has no end|has no value/],
    [spoken('<!-- nota'), /A comment is not closed/],
    [spoken('<![CDATA[nota'), /A CDATA section is not closed/],
    ['<!DOCTYPE speak><speak>a</speak>', /A document type is not allowed/],
    [spoken('a\u0007b'), /The control character U\+0007 is not allowed/],
  ];
  for (const [ssml, told] of broken) {
    test(JSON.stringify(ssml), () => {
      const problems = problemsOf(ssml);
      assert.match(problems[0] ?? '', told);
    });
  }
});

describe('SSML with what Google does not know is told with its place and the cure', () => {
  const wrong: Array<[content: string, told: RegExp]> = [
    ['<break time="15s"/>', /column 15: <break time="15s"> is not valid.*at most 10s/],
    ['<break time="10001ms"/>', /at most 10s/],
    ['<break time="3"/>', /has to be a time such as 500ms or 1\.5s/],
    ['<break strength="huge"/>', /one of none, x-weak, weak, medium, strong or x-strong/],
    ['<break>Hola</break>', /<break> contains text\. It has no content: write <break\/>/],
    ['<Break/>', /knows no element <Break>\. Names are case-sensitive: write <break>/],
    ['<amazon:effect name="whispered">a</amazon:effect>', /knows no element <amazon:effect>/],
    ['<say-as>1</say-as>', /<say-as> has no attribute interpret-as/],
    ['<say-as interpret-as="money">1</say-as>', /one of bleep, cardinal/],
    ['<prosody>a</prosody>', /<prosody> has no attribute\. Give it rate, pitch or volume/],
    ['<prosody rate="veloz">a</prosody>', /x-slow, slow, medium/],
    ['<prosody pitch="alto">a</prosody>', /semitones such as \+2st/],
    ['<prosody volume="11">a</prosody>', /decibels such as \+6dB/],
    [
      '<prosody duration="5s">a</prosody>',
      /has no attribute duration\. It takes rate, pitch, volume/,
    ],
    ['<audio>a</audio>', /<audio> has no attribute src/],
    ['<audio src="http://example.com/a.mp3"/>', /complete https address/],
    ['<audio src="a.mp3"/>', /complete https address/],
    ['<audio src="https://e.com/a.mp3" speed="300%"/>', /from 50% to 200%/],
    ['<audio src="https://e.com/a.mp3" soundLevel="+50dB"/>', /from -40dB to \+40dB/],
    ['<sub alias="">a</sub>', /has to be a text/],
    ['<mark/>a', /<mark> has no attribute name/],
    ['<emphasis level="mucho">a</emphasis>', /one of strong, moderate, none or reduced/],
    ['<phoneme alphabet="apa" ph="a">a</phoneme>', /one of ipa, x-sampa/],
    ['<lang>a</lang>', /<lang> has no attribute xml:lang/],
    ['<lang xml:lang="español">a</lang>', /a language code such as es-US/],
    ['<s>a<s>b</s></s>', /<s> stands in <s>\. Close <s> in front of it/],
    ['<s><p>b</p></s>', /<p> stands in <s>/],
    ['<desc>b</desc>a', /<desc> stands in <speak>\. It may stand in <audio> only/],
    ['<par>a</par>', /<par> contains text/],
    ['<media><speak>a</speak></media>', /<media> stands in <speak>/],
    ['<p><speak>a</speak></p>', /There is one <speak>, around everything/],
    ['<p id="uno">a</p>', /<p> has no attribute id/],
    ['', /There is nothing to say/],
    ['<p> <s/></p>', /There is nothing to say/],
  ];
  for (const [content, told] of wrong) {
    test(content, () => assert.match(problemsOf(spoken(content))[0] ?? '', told));
  }

  test('all of them are told, in the order of the text', () => {
    const ssml = spoken('<break time="99s"/>\n<prosody rate="x"><nada/></prosody>');
    assert.deepEqual(
      problemsOf(ssml).map((one) => one.split(': ')[0]),
      ['Line 1, column 15', 'Line 2, column 10', 'Line 2, column 19'],
    );
  });
});

describe('what a family of voices does not take is told', () => {
  test('Chirp 3 HD takes say-as, p, s, phoneme and sub', () => {
    const ssml = spoken(
      '<p><s><say-as interpret-as="characters">AB</say-as></s></p><phoneme ph="a">a</phoneme><sub alias="a">b</sub>',
    );
    assert.deepEqual(problemsOf(ssml, 'Chirp 3 HD'), []);
  });

  for (const content of [
    '<break time="1s"/>',
    '<prosody rate="slow">a</prosody>',
    '<emphasis>a</emphasis>',
    '<mark name="a"/>',
    '<audio src="https://e.com/a.mp3"/>',
    '<say-as interpret-as="bleep">a</say-as>',
  ]) {
    test(`Chirp 3 HD does not take ${content}`, () => {
      assert.match(
        problemsOf(spoken(content), 'Chirp 3 HD')[0] ?? '',
        /Chirp 3 HD voices do not take/,
      );
    });
  }

  test('a pause for Chirp 3 HD is written in markup', () => {
    assert.match(problemsOf(spoken('<break/>'), 'Chirp 3 HD')[0] ?? '', /Markup.*\[pause short\]/);
  });

  test('Studio takes prosody, but neither its pitch nor emphasis, mark and lang', () => {
    assert.deepEqual(problemsOf(spoken('<prosody rate="slow">a</prosody>'), 'Studio'), []);
    for (const content of [
      '<prosody pitch="high">a</prosody>',
      '<emphasis>a</emphasis>',
      '<mark name="a"/>',
      '<lang xml:lang="en-US">a</lang>',
    ]) {
      assert.match(problemsOf(spoken(content), 'Studio')[0] ?? '', /Studio voices do not take/);
    }
  });
});

describe('long SSML', () => {
  function split(ssml: string, limit: number): string[] {
    const { root, problems } = readSsml(ssml, 'Neural2');
    assert.deepEqual(problems, []);
    assert.ok(root);
    const parts = splitSsml(ssml, root, limit);
    assert.ok(Array.isArray(parts), JSON.stringify(parts));
    for (const part of parts) {
      assert.ok(Buffer.byteLength(part) <= limit, part);
      assert.deepEqual(problemsOf(part), [], part);
    }
    return parts;
  }

  test('that fits stays as it is', () => {
    assert.deepEqual(split(spoken('Hola'), 5000), [spoken('Hola')]);
  });

  test('is divided between paragraphs, each part with the attributes of <speak>', () => {
    const parts = split('<speak xml:lang="es-US"><p>Uno ñ</p> <p>Dos</p><s>Tres</s></speak>', 45);
    assert.deepEqual(parts, [
      '<speak xml:lang="es-US"><p>Uno ñ</p></speak>',
      '<speak xml:lang="es-US"><p>Dos</p></speak>',
      '<speak xml:lang="es-US"><s>Tres</s></speak>',
    ]);
  });

  test('a long paragraph is divided between its sentences, which keep a paragraph around them', () => {
    const parts = split(
      spoken('<p xml:lang="es-US"><s>Primera.</s> <s>Segunda.</s><s>Tercera.</s></p><p>Fin</p>'),
      75,
    );
    assert.deepEqual(parts, [
      spoken('<p xml:lang="es-US"><s>Primera.</s><s>Segunda.</s></p>'),
      spoken('<p xml:lang="es-US"><s>Tercera.</s></p><p>Fin</p>'),
    ]);
  });

  test('what stands between paragraphs stays together', () => {
    const parts = split(
      spoken('Antes <break time="1s"/> luego<p>Párrafo</p>Después <mark name="m"/>'),
      58,
    );
    assert.deepEqual(parts, [
      spoken('Antes <break time="1s"/> luego'),
      spoken('<p>Párrafo</p>Después <mark name="m"/>'),
    ]);
  });

  test('is refused where it cannot be divided, with the place', () => {
    const ssml = spoken(`<p>Uno</p>\n<prosody rate="slow">${'a '.repeat(50)}</prosody>`);
    const { root } = readSsml(ssml, 'Neural2');
    assert.ok(root);
    const refused = splitSsml(ssml, root, 80);
    assert.ok(!Array.isArray(refused));
    assert.match(refused.message, /longer than 80 bytes and cannot be divided/);
    assert.match(refused.cure, /<p> or <s> directly into <speak>/);
    assert.match(positionOf(ssml, refused.offset), /Line [12]/);
  });
});
