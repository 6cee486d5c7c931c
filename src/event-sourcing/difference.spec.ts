import { describe, expect, it } from '@jest/globals';
import { difference } from './difference.js';

describe('what changes', () => {
  interface State {
    readonly name: string;
    readonly until: string | null;
    readonly evidence: readonly string[];
  }
  const state: State = { name: 'Mia', until: null, evidence: ['i'] };

  it('is told from what it was to what it becomes', () =>
    expect(difference(state, { name: 'Bo', evidence: ['i', 'j'] })).toEqual([
      { name: 'Mia', evidence: ['i'] },
      { name: 'Bo', evidence: ['i', 'j'] },
    ]));
  it('is told of what is emptied, and of what was empty', () => {
    expect(difference<State>({ ...state, until: 'today' }, { until: null })).toEqual([
      { until: 'today' },
      { until: null },
    ]);
    expect(difference(state, { until: 'today' })).toEqual([{ until: null }, { until: 'today' }]);
  });
  it('is nothing where it is left out, or the same', () => {
    expect(difference(state, {})).toEqual([{}, {}]);
    expect(difference(state, { name: 'Mia', until: null, evidence: ['i'] })).toEqual([{}, {}]);
  });
});
