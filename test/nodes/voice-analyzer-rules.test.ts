import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { built, root } from './package.ts';

interface TurnScore {
  sentiment: number;
  frustration: number;
  known: boolean;
}
interface Turn {
  index: number;
  role: 'agent' | 'caller';
  text: string;
}

const { scoreTurn } = built<{ scoreTurn(text: string): TurnScore }>(
  'nodes/VoiceAnalyzer/rules/score',
);
const { labelOf } = built<{ labelOf(score: number): string }>(
  'nodes/VoiceAnalyzer/analysis/output',
);
const { analyzeWithRules } = built<{
  analyzeWithRules(turns: readonly Turn[], request: object): Record<string, unknown>;
}>('nodes/VoiceAnalyzer/rules/analyze');
const { wantsHuman, keywordIn } = built<{
  wantsHuman(turns: readonly Turn[]): { turn: number } | undefined;
  keywordIn(turns: readonly Turn[], keywords: readonly string[]): { keyword: string } | undefined;
}>('nodes/VoiceAnalyzer/rules/escalation');
const { ranked } = built<{
  ranked(text: string, named: readonly object[]): Array<{ name: string }>;
}>('nodes/VoiceAnalyzer/rules/stems');

const score = (text: string) => scoreTurn(text).sentiment;
const said = (...texts: string[]): Turn[] =>
  texts.map((text, index) => ({ index, role: 'caller', text }));
const dialogue = (...lines: Array<[Turn['role'], string]>): Turn[] =>
  lines.map(([role, text], index) => ({ index, role, text }));

describe('sentiment of a turn', () => {
  test('stays between -1 and 1, and 0 where no word is known', () => {
    const worst = scoreTurn('horrible terrible pésimo asqueroso '.repeat(50)).sentiment;
    assert.ok(worst >= -1 && worst < -0.99);
    assert.deepEqual(scoreTurn('La patente es GHTR cuarenta y dos'), {
      sentiment: 0,
      frustration: 0,
      known: false,
    });
    assert.equal(scoreTurn('').sentiment, 0);
  });

  test('knows words without regard to accents and case', () => {
    assert.equal(score('PESIMO'), score('pésimo'));
    assert.equal(score('El trato fue pésimo'), score('el trato fue pesimo'));
  });

  test('is turned around by a negation, but not across a comma or "pero"', () => {
    assert.ok(score('Estoy contento') > 0);
    assert.ok(score('No estoy contento') < 0);
    assert.ok(score('No estoy nada contento con eso') < 0);
    assert.ok(score('No, estoy contento') > 0);
    assert.ok(score("I'm not happy") < 0);
  });

  test('a negated bad word is mildly good, less than a good one', () => {
    assert.ok(score('No está malo') > 0);
    assert.ok(score('No está malo') < score('Está excelente'));
  });

  test('grows with muy, súper, re and -ísimo, and shrinks with un poco', () => {
    for (const more of ['muy malo', 'súper malo', 're malo', 'harto malo']) {
      assert.ok(score(`Es ${more}`) < score('Es malo'), more);
    }
    assert.ok(score('Es carísimo') <= score('Es caro'));
    assert.ok(score('Es un poco malo') > score('Es malo'));
  });

  test('what follows "pero" outweighs what stands before it', () => {
    assert.ok(score('El auto quedó impecable, pero el trato fue pésimo') < 0);
    assert.ok(score('El trato fue pésimo, pero el auto quedó impecable') > 0);
  });

  test('Chilean words: fome, bacán, la raja; cachai says nothing', () => {
    assert.ok(score('Qué fome') < 0);
    assert.ok(score('Bacán') > 0);
    assert.ok(score('La raja') > 0);
    assert.equal(score('Es el del lado izquierdo, cachai'), 0);
  });

  test('a phrase hides its words: "sin problemas" is no problem', () => {
    assert.ok(score('Todo sin problemas') > 0);
    assert.ok(score('Ningún problema') > 0);
  });

  test('impatience is unhappy even without an unhappy word', () => {
    const { sentiment, frustration } = scoreTurn('Es la tercera vez que llamo');
    assert.ok(frustration >= 0.5);
    assert.ok(sentiment < 0);
  });
});

describe('the labelled sentences', () => {
  type Set = 'tuning' | 'heldOut';
  /** By set, language and label; who is frustrated is negative, too. */
  type Corpus = Record<Set, Record<string, Record<string, string[]>>>;

  const corpus = JSON.parse(
    readFileSync(new URL('voice-analyzer-corpus.json', import.meta.url), 'utf8'),
  ) as Corpus;
  const sentencesOf = (set: Set) =>
    Object.values(corpus[set]).flatMap((byLabel) =>
      Object.entries(byLabel).flatMap(([kind, texts]) =>
        texts.map((text) => ({
          text,
          frustrated: kind === 'frustrated',
          sentiment: kind === 'frustrated' ? 'negative' : kind,
        })),
      ),
    );

  function figuresOf(set: Set) {
    const judged = sentencesOf(set).map((each) => {
      const { sentiment, frustration } = scoreTurn(each.text);
      return { ...each, label: labelOf(sentiment), angry: frustration >= 0.5 };
    });
    const count = (test: (each: (typeof judged)[number]) => boolean) => judged.filter(test).length;
    const right = count((each) => each.label === each.sentiment);
    const rightPolar = count((each) => each.label !== 'neutral' && each.label === each.sentiment);
    const rightAngry = count((each) => each.angry && each.frustrated);
    const all = judged.length;
    return {
      all,
      right,
      rows: [
        [right, all],
        [rightPolar, count(({ label }) => label !== 'neutral')],
        [rightPolar, count(({ sentiment }) => sentiment !== 'neutral')],
        [
          count(
            ({ label, sentiment }) =>
              label !== sentiment && label !== 'neutral' && sentiment !== 'neutral',
          ),
          all,
        ],
        [rightAngry, count(({ angry }) => angry)],
        [rightAngry, count(({ frustrated }) => frustrated)],
      ].map(([part, whole]) => `${part} / ${whole}`),
    };
  }

  test('the unseen ones give the figures of docs/voice-analyzer.md, and no better ones', () => {
    const docs = readFileSync(`${root}docs/voice-analyzer.md`, 'utf8');
    const documented = [...docs.matchAll(/\| (\d+ \/ \d+)\s*\|/g)].map(([, figure]) => figure);
    assert.deepEqual(documented, figuresOf('heldOut').rows);
  });

  test('the known ones are nearly all right: who changes the lexicon notices what breaks', () => {
    const { all, right } = figuresOf('tuning');
    assert.ok(right / all >= 0.97, `${right} of ${all}`);
  });
});

describe('frustration and satisfaction of a conversation', () => {
  const mood = (...texts: string[]) =>
    analyzeWithRules(said(...texts), { satisfaction: true, language: '' }) as {
      frustration: number;
      satisfaction: number;
    };

  test('0 and 0.5 where nothing tells', () => {
    const { frustration, satisfaction } = mood('Quiero agendar una revisión');
    assert.deepEqual([frustration, satisfaction], [0, 0.5]);
  });

  test('a peak is remembered when the caller calms down, and weighs more when it comes last', () => {
    const calmed = mood('Estoy harta de esperar', 'Ya, perfecto, muchas gracias');
    const risen = mood('Perfecto, muchas gracias', 'Estoy harta de esperar');
    assert.ok(calmed.frustration >= 0.5);
    assert.ok(risen.frustration > calmed.frustration);
    assert.ok(risen.satisfaction < calmed.satisfaction);
  });
});

describe('intent and topics', () => {
  const intents = [
    { name: 'agendar', description: 'Reservar hora para una revisión', keywords: ['una hora'] },
    { name: 'comprar', description: 'Cotizar un auto nuevo', keywords: [] },
  ];

  test('keywords before names before descriptions; "other" where nothing fits', () => {
    const of = (text: string) =>
      (
        analyzeWithRules(said(text), { intent: { intents }, language: '' }).intent as {
          name: string;
        }
      ).name;
    assert.equal(of('Quisiera pedir una hora para el auto nuevo'), 'agendar');
    assert.equal(of('Quiero comprar'), 'comprar');
    assert.equal(of('Me interesan las cotizaciones de autos nuevos'), 'comprar');
    assert.equal(of('¿Está Juan?'), 'other');
  });

  test('the evidence is the turn that tells', () => {
    const turns = said('Hola', 'Quiero pedir una hora');
    const { intent } = analyzeWithRules(turns, { intent: { intents }, language: '' }) as {
      intent: { evidence: object[] };
    };
    assert.deepEqual(intent.evidence, [{ turn: 1, quote: 'Quiero pedir una hora' }]);
  });

  test('without a list, one of the usual subjects', () => {
    const { intent, topics } = analyzeWithRules(
      said('¿A qué hora abren el sábado? Y quiero saber el precio de la revisión.'),
      { intent: { intents: [] }, topics: { most: 2 }, language: '' },
    ) as { intent: { name: string }; topics: string[] };
    assert.equal(intent.name, 'opening hours');
    assert.equal(topics.length, 2);
    assert.ok(topics.includes('opening hours'));
  });

  test('a keyword is a word of its own', () => {
    const named = [{ name: 'x', description: '', keywords: ['pie'] }];
    assert.deepEqual(ranked('Me duele la pierna', named), []);
    assert.equal(ranked('Quiero el pie de vuelta', named)[0]?.name, 'x');
  });
});

describe('escalation', () => {
  const asks = [
    'Quiero hablar con una persona',
    '¿Me puede comunicar con un ejecutivo?',
    'Páseme con su supervisor',
    'Prefiero un humano',
    'I want to speak to a manager',
    'Can I talk to a real person?',
  ];
  for (const text of asks) {
    test(`"${text}" asks for a person`, () => assert.equal(wantsHuman(said(text))?.turn, 0));
  }

  test('nobody asks for a person by mentioning one, and the agent does not count', () => {
    assert.equal(wantsHuman(said('Una persona me chocó el auto')), undefined);
    assert.equal(wantsHuman(said('El vendedor fue muy amable')), undefined);
    assert.equal(
      wantsHuman(dialogue(['agent', '¿Quiere hablar con una persona?'], ['caller', 'No'])),
      undefined,
    );
  });

  test('keywords match whole words without accents and case', () => {
    assert.equal(keywordIn(said('Voy a ir al SERNAC.'), ['sernac'])?.keyword, 'sernac');
    assert.equal(keywordIn(said('Esto es una denunciá'), ['denuncia'])?.keyword, 'denuncia');
    assert.equal(keywordIn(said('Tengo abogados en la familia'), ['abogado']), undefined);
    assert.equal(keywordIn(said('cualquier cosa'), ['']), undefined);
  });
});

describe('summary, action items and criteria', () => {
  const turns = dialogue(
    ['agent', 'Buenos días, Automotora Andes.'],
    ['caller', 'Hola. Necesito cambiar el aceite y revisar los frenos de mi camioneta.'],
    ['agent', 'Claro. Le voy a enviar la confirmación por correo.'],
    ['caller', 'Ya, gracias.'],
  );

  test('the summary is made of what was said', () => {
    const { summary } = analyzeWithRules(turns, {
      summary: { purpose: 'record', mostWords: 50 },
      language: '',
    });
    for (const line of String(summary).split('\n')) {
      const words = line.replace(/^(?:Caller|Agent, at the end): /, '');
      assert.ok(
        turns.some(({ text }) => text.includes(words)),
        line,
      );
    }
  });

  test('a promise is an action item of who gave it', () => {
    const { actionItems } = analyzeWithRules(turns, { actionItems: true, language: '' });
    assert.deepEqual(actionItems, [
      {
        task: 'Le voy a enviar la confirmación por correo.',
        owner: 'agent',
        due: null,
        evidence: [{ turn: 2, quote: 'Le voy a enviar la confirmación por correo.' }],
      },
    ]);
  });

  test('a criterion is judged by the phrases of the agent, or not at all', () => {
    const criteria = [
      { phrases: ['buenos días'] },
      { phrases: ['necesito cambiar'] },
      { phrases: [] },
    ];
    const { quality } = analyzeWithRules(turns, {
      quality: { criteria, passMark: 0 },
      language: '',
    });
    assert.deepEqual(
      (quality as Array<{ score: number | null }>).map(({ score: points }) => points),
      [10, 0, null],
    );
  });

  test('questions stay unanswered', () => {
    const { answers } = analyzeWithRules(turns, { questions: [{ text: '¿?' }], language: '' });
    assert.deepEqual(answers, [{ answer: null, evidence: [] }]);
  });
});
