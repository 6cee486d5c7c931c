import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Step, steps } from './relationship.js';
import { type DatedStep, findingsOf, firstSteps, passedOver, skippedBy, stepFindings } from './steps-v1.js';

const taken = (...all: readonly (readonly [Step, number])[]): readonly DatedStep[] =>
  all.map(([step, at]) => ({ step, at }));
const found = (...all: readonly (readonly [Step, number])[]) => findingsOf(firstSteps(taken(...all)));

describe('what is found of steps', () => {
  it.each<[string, readonly (readonly [Step, number])[], readonly string[]]>([
    ['nothing of none', [], []],
    [
      'nothing of all in their order',
      [
        ['listen', 1],
        ['acknowledge', 2],
        ['engage', 3],
        ['involve', 4],
      ],
      [],
    ],
    [
      'nothing of all at one time',
      [
        ['involve', 1],
        ['engage', 1],
        ['acknowledge', 1],
        ['listen', 1],
      ],
      [],
    ],
    [
      'never involved',
      [
        ['listen', 1],
        ['acknowledge', 2],
        ['engage', 3],
      ],
      ['never-involved'],
    ],
    [
      'engaged before listening and acknowledging',
      [['engage', 1]],
      ['engaged-before-listening', 'engaged-before-acknowledging', 'never-involved'],
    ],
    [
      'what was made up for later',
      [
        ['engage', 1],
        ['listen', 2],
        ['acknowledge', 3],
        ['engage', 4],
        ['involve', 5],
      ],
      ['engaged-before-listening', 'engaged-before-acknowledging'],
    ],
    [
      'involved before everything',
      [['involve', 1]],
      ['involved-before-listening', 'involved-before-acknowledging', 'involved-before-engaging'],
    ],
    [
      'the first time alone',
      [
        ['listen', 1],
        ['engage', 5],
        ['acknowledge', 3],
        ['involve', 6],
        ['listen', 9],
      ],
      [],
    ],
    [
      'acknowledged before listening',
      [
        ['acknowledge', 1],
        ['listen', 2],
      ],
      ['acknowledged-before-listening', 'never-involved'],
    ],
  ])('%s', (_, all, findings) => expect(found(...all)).toEqual(findings));

  const step = fc.record({ step: fc.constantFrom(...steps), at: fc.nat(5) });

  it('does not depend on the order of recording, and is what the steps themselves skip', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), (one, other) => {
        const all = [...one, ...other];
        const first = firstSteps(all);
        const findings = findingsOf(first);
        expect(findingsOf(firstSteps([...other, ...one]))).toEqual(findings);
        for (const finding of stepFindings) {
          const over = passedOver[finding];
          const earliest = all.filter((each) => each.step === over?.step).sort((a, b) => a.at - b.at)[0];
          const skips = earliest !== undefined && over !== null && skippedBy(earliest, first).includes(over.skipped);
          const never = over === null && all.length > 0 && all.every((each) => each.step !== 'involve');
          expect(findings.includes(finding)).toBe(skips || never);
        }
      }),
    ));

  it('skips nothing that is on the same date', () =>
    expect(skippedBy({ step: 'engage', at: 2 }, firstSteps(taken(['listen', 2], ['acknowledge', 3])))).toEqual([
      'acknowledge',
    ]));
});
